"""A store, an egress and outlets in memory, around a real engine."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glimpser.capture import Capture, Desired, Outlets, StreamState
from glimpser.engine import LocalEngine
from glimpser.protocol.messages import EventChanged, FileReady, Notice, Picture, WhyNot


def _engine_rig() -> Any:
    """The engine tests' rig: test folders are no packages of one another."""
    name = "glimpser_engine_rig"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "engine" / "rig.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


rig = _engine_rig()
until, alive, stream, source = rig.until, rig.alive, rig.stream, rig.source


class Store:
    def __init__(self) -> None:
        self.rows: dict[str, Desired] = {}

    def put(
        self, stream_id: str, *, group: str = "first-party", enabled: bool = True, host: str = "", **config: Any
    ) -> None:
        self.rows[stream_id] = Desired(
            id=stream_id, enabled=enabled, group=group, stream=stream(stream_id, host, **config)
        )

    async def desired(self, stream_id: str) -> Desired | None:
        await asyncio.sleep(0)
        return self.rows.get(stream_id)

    async def all_desired(self) -> list[Desired]:
        return list(self.rows.values())


class Refusal(Exception):
    def __init__(self, code: str, params: dict[str, Any]) -> None:
        self.code, self.params = code, params


@dataclass
class Target:
    url: str
    proxy: str | None
    agent: str = ""


class Egress:
    def __init__(self) -> None:
        self.open_leases: dict[str, str] = {}
        self.purposes: list[str] = []

    def purpose(self, plugin: str, serves: str) -> str:
        if not serves:
            raise Refusal("egress.capability", {"plugin": plugin})
        return f"{plugin} as {serves}"

    async def open(self, url: str, purpose: str, lease_id: str, /) -> Target:
        if "forbidden" in url:
            raise Refusal("egress.private", {"host": "forbidden"})
        if "flaky" in url:
            raise Refusal("egress.timeout", {"host": "flaky"})
        self.open_leases[lease_id] = url
        self.purposes.append(purpose)
        return Target(url.replace("camera", "127.0.0.1"), None)

    async def release(self, lease_id: str, /) -> None:
        self.open_leases.pop(lease_id, None)


class Out:
    """Outlets that keep everything."""

    def __init__(self) -> None:
        self.events: list[EventChanged] = []
        self.files: list[FileReady] = []
        self.notices: list[Notice] = []
        self.best: list[Picture] = []
        self.interrupted: list[str] = []
        self.system: list[tuple[str, str | None, dict[str, Any]]] = []
        self.outlets = Outlets(
            event=self._event,
            file=self._keep(self.files),
            notice=self._keep(self.notices),
            best=self._keep(self.best),
            interrupted=self._interrupted,
            system=self._system,
        )

    def _keep(self, where: list[Any]) -> Any:
        async def keep(message: Any) -> None:
            where.append(message)

        return keep

    async def _event(self, message: EventChanged) -> None:
        await asyncio.sleep(0.05 if message.event.revision == 0 else 0)
        self.events.append(message)

    async def _interrupted(self, streams: list[str]) -> None:
        self.interrupted += streams

    async def _system(self, code: str, stream_id: str | None, params: dict[str, Any]) -> None:
        self.system.append((code, stream_id, params))

    def codes(self, stream_id: str | None = None) -> list[str]:
        return [code for code, about, _ in self.system if about == stream_id]


class House:
    """Capture with everything around it."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.store, self.egress, self.out = Store(), Egress(), Out()
        self.engine = LocalEngine(rig.options(folder, **options))
        self.capture = Capture(self.engine, self.store, self.egress, self.out.outlets,
                               purposes=self.egress.purpose, cores=2)  # fmt: skip
        self.seen: list[StreamState] = []
        self.capture.observe(lambda new, old: self.seen.append(new))

    async def run(self, *stream_ids: str, **config: Any) -> None:
        """Configure streams, start them and wait until all are active."""
        for stream_id in stream_ids:
            self.store.put(stream_id, **config)
            await self.capture.apply(stream_id)
        await self.active(*stream_ids)

    async def active(self, *stream_ids: str, timeout_s: float = 10.0) -> None:
        await until(lambda: all(self.state(s).state == "active" for s in stream_ids), timeout_s)

    def state(self, stream_id: str) -> StreamState:
        found = self.capture.state(stream_id)
        assert found is not None
        return found

    def worker_of(self, stream_id: str) -> Any:
        return next(w for w in self.capture.workers() if w.id == self.state(stream_id).worker_id)

    def reason(self, stream_id: str) -> WhyNot | None:
        return self.state(stream_id).reason
