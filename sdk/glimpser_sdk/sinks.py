"""The contract of sinks: they take packets or frames in the worker and write files below the folder they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from .packets import Packet

if TYPE_CHECKING:
    from .frames import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """A change of an event of the sink's own stream. ``change``: started, updated or ended (also when interrupted)."""

    event_id: str
    type: str
    change: Literal["started", "updated", "ended"]
    started_at: datetime
    at: datetime
    mono_ns: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A finished file below the sink's folder, reported once through ``ctx.report``; the hub takes it over.

    ``name``: file name relative to the folder. ``kind``, up to 16 characters: a ``clip`` becomes its events' clip, any
    other is kept beside it. Times are UTC.
    """

    name: str
    kind: str
    content_type: str
    started_at: datetime
    ended_at: datetime
    event_ids: tuple[str, ...] = ()
    width: int = 0
    height: int = 0
    codec: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Sink(Protocol):
    """Made as ``factory(ctx, config, stream)``; ``ctx.folder`` is where it may write.

    Called from one thread of its own, in the order things happened; it may block on the disk. What it cannot take in
    time is dropped before it, whole groups of pictures at once, and marked by ``packet.discontinuity``.
    """

    def packets(self, packets: Sequence[Packet]) -> None:
        """Packets in order (sinks that want packets)."""

    def frame(self, frame: Frame) -> None:
        """One frame (sinks that want frames)."""

    def event(self, change: EventChange, pre_roll: Sequence[Packet]) -> None:
        """An event of the stream changed. ``pre_roll``: on ``started``, the kept packets before it, from a keyframe on
        and reaching back at least ``pre_roll_s`` where there were that many, none of which come again."""

    def wants_packets(self) -> bool:
        """Whether packets should be handed over now; asked after each call. Pre-roll is kept for the sink meanwhile."""

    def close(self) -> None:
        """Finish and report open files."""
