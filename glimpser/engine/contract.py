"""What capture asks of an engine, and what an engine tells capture."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from glimpser.protocol.messages import (
    EgressAnswer,
    LiveView,
    Picture,
    Probe,
    Probed,
    Start,
    TakeSnapshot,
    ToHub,
    WhyNot,
)


class EngineError(Exception):
    """A request to a worker failed; ``why`` is a documented code with parameters."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.code)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a stream may run. ``group``: streams of different groups never share a worker. ``alone``: it shares with
    no stream at all. ``apart``: streams that it should not meet again, if there is room: they were
    in a worker that crashed."""

    group: str
    alone: bool = False
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLost:
    """A worker is gone. ``streams``: all that it ran or was still stopping. ``active``: those of them that were doing
    something in its last 10 s. ``ready``: it had answered Hello. ``at_fault``: it died by itself, not because it was
    told to."""

    worker_id: str
    group: str
    streams: tuple[str, ...]
    active: frozenset[str]
    why: WhyNot
    ready: bool
    at_fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """A worker as diagnostics show it. ``rss`` in bytes, ``cpu_s`` in seconds; both 0 until measured."""

    id: str
    pid: int
    group: str
    alone: bool
    state: Literal["starting", "running", "draining", "stopping", "gone"]
    streams: tuple[str, ...]
    since: datetime
    rss: int
    cpu_s: float
    threads: int
    fds: int


class EngineListener(Protocol):
    """What comes back. The methods are called on the event loop, must not block and must not raise."""

    def received(self, worker_id: str, message: ToHub) -> Awaitable[None] | None:
        """A control message. It is acknowledged when the returned awaitable is done (at once for None)."""

    def pictured(self, worker_id: str, picture: Picture) -> None:
        """A picture that nobody asked for by a request."""

    def lost(self, lost: WorkerLost) -> None:
        """A worker is gone, and everything it sent was received and handled."""


class Engine(Protocol):
    """Runs streams in workers. Commands are queued and never block; what becomes of them comes back through the
    listener. All methods are called on the event loop."""

    async def start(self, listener: EngineListener) -> None:
        """Take up work; ends leftovers of an earlier hub first."""

    def place(self, start: Start, placement: Placement) -> str:
        """Run a stream and return its worker's id. A stream that runs already is replaced; it stays in its worker
        where ``placement`` allows it."""

    def remove(self, stream_id: str, generation: int) -> None:
        """Stop a stream; answered by Status ``inactive``. Nothing happens when it does not run."""

    def watch(self, stream_id: str, generation: int, views: list[LiveView], feed: str) -> None:
        """Replace the live sizes wanted of a stream."""

    def credit(self, stream_id: str, pictures: int) -> None:
        """Allow more live pictures of a stream."""

    def answer(self, worker_id: str, answer: EgressAnswer) -> None:
        """Answer a worker's EgressAsk."""

    async def snapshot(self, request: TakeSnapshot) -> Picture:
        """One full-size picture. EngineError when there is none, TimeoutError when nothing answered."""

    async def probe(self, request: Probe, group: str) -> Probed:
        """Try a source, in a worker that runs no streams. EngineError when the worker failed."""

    def drain(self, worker_id: str) -> tuple[str, ...]:
        """Give this worker no more streams; returns the streams in it, which the caller places again."""

    def kill(self, worker_id: str, why: WhyNot) -> None:
        """End a worker at once, with all its children."""

    def describe(self) -> list[WorkerView]:
        """All workers."""

    async def stop(self, grace_s: float = 5.0) -> None:
        """Stop all workers: ask, and after ``grace_s`` end them by force within 3 s."""
