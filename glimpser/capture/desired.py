"""The two states of a stream, and the services that capture needs from the rest of the hub."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from glimpser.protocol.messages import EventChanged, FileReady, Notice, Picture, StreamPart, WhyNot


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What should be. ``group``: see `glimpser.engine.groups.group_of`. ``stream`` is None when it cannot be run as it
    is configured (its plugin is missing, a secret cannot be read); then ``problem`` says why."""

    id: str
    enabled: bool
    group: str = ""
    stream: StreamPart | None = None
    problem: WhyNot | None = None

    def runs_like(self, other: Desired | None) -> bool:
        """Whether a worker would do the same for both; the name alone is no reason to start again."""
        if other is None or self.group != other.group or self.stream is None or other.stream is None:
            return False
        return msgspec.structs.replace(self.stream, name=other.stream.name) == other.stream


class StreamStore(Protocol):
    """Where desired state is kept."""

    async def desired(self, stream_id: str) -> Desired | None:
        """One stream; None when there is none."""

    async def all_desired(self) -> list[Desired]:
        """All streams, enabled or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """What is, as it was last measured. ``state``: inactive, starting, active, stale, waiting, stopping, error.
    ``fps``, ``width`` and ``height`` (pixels, 0 = unknown) come from the running stream. ``attempts``: failures in a
    row. ``mode``: what is decoded (none, key, nonref, full) and ``mode_why``. ``suspect``: it was in two crashes of its
    worker and runs alone. ``restarts``: how often a worker's end started it anew. ``since``: when ``state`` began."""

    id: str
    since: datetime
    state: str = "inactive"
    reason: WhyNot | None = None
    width: int = 0
    height: int = 0
    fps: float | None = None
    codec: str = ""
    last_frame_at: datetime | None = None
    retry_at: datetime | None = None
    attempts: int = 0
    mode: str = ""
    mode_why: str = ""
    degraded: bool = False
    suspect: bool = False
    suspect_plugin: str = ""
    worker_id: str = ""
    generation: int = 0
    restarts: int = 0

    @property
    def resolution(self) -> str:
        """``640x360``, '' when unknown."""
        return f"{self.width}x{self.height}" if self.width and self.height else ""


Observer = Callable[[StreamState, StreamState | None], None]
"""Told (new, old); new has state ``removed`` when the stream is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """Where what comes out goes. For one stream the calls of ``event``, ``file`` and ``notice`` come one after the
    other, in order, and a worker's message is acknowledged when its call returned.

    ``interrupted``: these streams lost their worker; called before they start again, so that their open events can be
    closed. ``system``: something to tell people: code, stream id or None, parameters.
    """

    event: Callable[[EventChanged], Coroutine[Any, Any, None]]
    file: Callable[[FileReady], Coroutine[Any, Any, None]]
    notice: Callable[[Notice], Coroutine[Any, Any, None]]
    best: Callable[[Picture], Coroutine[Any, Any, None]]
    interrupted: Callable[[list[str]], Coroutine[Any, Any, None]]
    system: Callable[[str, str | None, dict[str, Any]], Coroutine[Any, Any, None]]
