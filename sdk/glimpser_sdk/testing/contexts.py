"""Contexts without a host: they keep what a plugin says, and let it out to this machine only."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glimpser_sdk.clocks import SystemClock
from glimpser_sdk.contexts import Clock, Opened
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.ids import new_id

from .network import host_of, is_loopback

if TYPE_CHECKING:
    import httpx

    from glimpser_sdk.sinks import MediaFile


def _client(during: Callable[[str], AbstractContextManager[None]], verify_tls: bool = True) -> httpx.AsyncClient:  # noqa: TID251 - loopback only
    """A client that follows no environment and makes every hop within ``during``."""
    import httpx

    class Transport(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            with during(str(request.url)):
                return await super().handle_async_request(request)

    return httpx.AsyncClient(transport=Transport(verify=verify_tls), trust_env=False, timeout=10.0)  # noqa: TID251 - loopback only


class FakeEgress:
    """Lets out to loopback and refuses the rest as the hub does. ``asked``: the URL of every question."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def open(self, url: str) -> Opened:
        """The same URL when it points at loopback. ConfigInvalid otherwise."""
        self._check(url)
        return Opened(url=url)

    def http(self, *, verify_tls: bool = True) -> httpx.AsyncClient:  # noqa: TID251 - loopback only
        """A client that reaches loopback only, through redirects too. Close it."""
        return _client(self._during, verify_tls)

    @contextmanager
    def _during(self, url: str) -> Iterator[None]:
        self._check(url)
        yield

    def _check(self, url: str) -> None:
        self.asked.append(url)
        host = host_of(url)
        if not host:
            raise ConfigInvalid("the address is not a usable URL", field="url", code="egress.bad_url")
        if not is_loopback(host):
            raise ConfigInvalid(
                f"{host} is not this machine; tests reach loopback only", field="url", code="egress.private", host=host
            )


class FakeCounter:
    """Adds up what it is given."""

    def __init__(self, values: dict[str, float], name: str) -> None:
        self._values, self._name = values, name

    def inc(self, amount: float = 1.0, /, **labels: str) -> None:
        """Add. ValueError for a negative amount: counters only grow."""
        if amount < 0:
            raise ValueError(f"{self._name}: a counter only grows")
        shown = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
        name = f"{self._name}{{{shown}}}" if shown else self._name
        self._values[name] = self._values.get(name, 0.0) + amount


class FakeMetrics:
    """``values``: sums by ``name`` or ``name{label="value"}``. ``declared``: names that are allowed, None for all."""

    def __init__(self, declared: Iterable[str] | None = None) -> None:
        self.values: dict[str, float] = {}
        self._declared = None if declared is None else frozenset(declared)

    def counter(self, name: str) -> FakeCounter:
        """A counter by name. KeyError when it was not declared."""
        if self._declared is not None and name not in self._declared:
            raise KeyError(name)
        return FakeCounter(self.values, name)


@dataclass(kw_only=True)
class FakeWorkerContext:
    """A ``WorkerContext``. ``reports``, ``notices`` (code, params) and ``metrics.values`` hold what the plugin said;
    what it logs reaches pytest's ``caplog``."""

    folder: Path
    stream_id: str = "stream"
    media_roots: tuple[Path, ...] = ()
    egress: FakeEgress = field(default_factory=FakeEgress)
    clock: Clock = field(default_factory=SystemClock)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("glimpser.plugins.test"))
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    reports: list[MediaFile] = field(default_factory=list)
    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def report(self, file: MediaFile) -> None:
        """Keep a finished file. FileNotFoundError when it is not in the folder itself: the hub could not take it."""
        path = self.folder / file.name
        if path.parent != self.folder or not path.is_file():
            raise FileNotFoundError(f"{file.name} is no file in the sink's folder")
        self.reports.append(file)

    def notice(self, code: str, **params: Any) -> None:
        """Keep a notice. TypeError when its params are no JSON."""
        json.dumps(params)
        self.notices.append((code, params))


class MemoryStore:
    """A ``KeyValueStore`` in memory. Values pass through JSON, as they do in the hub."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    async def get(self, key: str, default: Any = None) -> Any:
        """A JSON value."""
        return copy.deepcopy(self.values.get(key, default))

    async def set(self, key: str, value: Any) -> None:
        """Store a JSON value. TypeError when it is none."""
        self.values[key] = json.loads(json.dumps(value))

    async def set_secret(self, key: str, value: Any) -> None:
        """Store a JSON value, here in clear. TypeError when it is none."""
        await self.set(key, value)

    async def delete(self, key: str) -> None:
        """Forget a value."""
        self.values.pop(key, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One event that a plugin published."""

    id: str
    type: str
    stream_id: str | None
    score: float | None
    data: dict[str, Any]


class FakeHubContext:
    """A ``HubContext``. ``published`` holds what was published, ``kv.values`` what was stored.

    ``event_types``: types that may be published, None for all. ``connection``: what ``write`` hands to its function,
    None when the plugin has no tables.
    """

    def __init__(
        self,
        plugin_id: str,
        *,
        data_dir: Path,
        config: Any = None,
        clock: Clock | None = None,
        event_types: Iterable[str] | None = None,
        metrics: FakeMetrics | None = None,
        connection: Any = None,
    ) -> None:
        self.plugin_id, self.config, self.data_dir = plugin_id, config, data_dir
        self.kv = MemoryStore()
        self.clock: Clock = clock or SystemClock()
        self.log = logging.getLogger(f"glimpser.plugins.{plugin_id}")
        self.metrics = metrics or FakeMetrics()
        self.published: list[Published] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self._types = None if event_types is None else frozenset(event_types)
        self._connection = connection

    def http(self) -> httpx.AsyncClient:  # noqa: TID251 - loopback only
        """A client that reaches loopback only. Close it."""
        return FakeEgress().http()

    async def publish(self, type: str, *, stream_id: str | None = None, score: float | None = None, **data: Any) -> str:
        """Keep an event; returns its id. ConfigInvalid for a type that was not declared."""
        if self._types is not None and type not in self._types:
            raise ConfigInvalid(f"{type!r} is no event type that {self.plugin_id!r} declares", field="type")
        event = Published(id=new_id(), type=type, stream_id=stream_id, score=score, data=json.loads(json.dumps(data)))
        self.published.append(event)
        return event.id

    async def write(self, change: Callable[[Any], Awaitable[Any]]) -> Any:
        """Run ``change(connection)``."""
        return await change(self._connection)

    def spawn(self, task: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run a task on the test's loop; :meth:`close` ends it."""
        running = asyncio.get_running_loop().create_task(task, name=name)
        self.tasks.add(running)

    async def close(self) -> None:
        """Cancel what was spawned and raise the first failure among it."""
        for task in self.tasks:
            task.cancel()
        results = await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        for result in results:
            if isinstance(result, Exception):
                raise result
