"""What plugins in a worker get: ``WorkerContext``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glimpser.protocol.messages import FileReady, Notice
from glimpser_sdk.contexts import Clock
from glimpser_sdk.sinks import MediaFile

from .clock import SYSTEM
from .egress import Egress, EgressDesk
from .logs import HubHandler, instance_logger


@dataclass(slots=True)
class Surroundings:
    """What all instances of a worker share: the way to the hub, the clock and the log level."""

    post: Callable[[Any], None]
    desk: EgressDesk
    clock: Clock = field(default_factory=lambda: SYSTEM)
    log_level: int = logging.INFO


class _Counter:
    __slots__ = ("_name", "_values")

    def __init__(self, name: str, values: dict[str, float]) -> None:
        self._name, self._values = name, values

    def inc(self, amount: float = 1.0, /, **labels: str) -> None:
        """Add."""
        shown = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
        name = f"{self._name}{{{shown}}}" if shown else self._name
        self._values[name] = self._values.get(name, 0.0) + amount


class _Metrics:
    def __init__(self, plugin: str, values: dict[str, float]) -> None:
        self._plugin, self._values = plugin, values

    def counter(self, name: str) -> _Counter:
        """A counter by name; the hub refuses what was not declared."""
        return _Counter(f"{self._plugin}.{name}", self._values)


class Context:
    """One instance's context. ``secrets`` are kept out of the log; ``values`` collects its metrics."""

    def __init__(
        self,
        around: Surroundings,
        *,
        stream_id: str,
        generation: int,
        plugin: str,
        folder: Path,
        media_roots: tuple[Path, ...] = (),
        secrets: tuple[str, ...] = (),
        values: dict[str, float] | None = None,
    ) -> None:
        self._around, self._generation, self._plugin = around, generation, plugin
        self.stream_id = stream_id
        self.folder = folder
        self.media_roots = media_roots
        self.egress = Egress(around.desk, stream_id, plugin)
        self.clock = around.clock
        handler = HubHandler(around.post, stream_id, plugin, secrets)
        self.log = instance_logger(f"glimpser.plugins.{plugin}", around.log_level, handler)
        self.metrics = _Metrics(plugin, {} if values is None else values)

    def report(self, file: MediaFile) -> None:
        """Hand a finished file to the hub."""
        self._around.post(
            FileReady(
                stream_id=self.stream_id,
                generation=self._generation,
                plugin=self._plugin,
                folder=str(self.folder),
                name=file.name,
                kind=file.kind,
                content_type=file.content_type,
                started_at=file.started_at,
                ended_at=file.ended_at,
                event_ids=list(file.event_ids),
                width=file.width,
                height=file.height,
                codec=file.codec,
                data=file.data,
            )
        )

    def notice(self, code: str, **params: Any) -> None:
        """Tell people something once about this stream."""
        self._around.post(
            Notice(
                stream_id=self.stream_id,
                generation=self._generation,
                plugin=self._plugin,
                code=code,
                at=self.clock.now(),
                params=params,
            )
        )

    def close(self) -> None:
        """Give back what the instance held."""
        self.egress.close()
