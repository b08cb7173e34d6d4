"""The contract of analyzers: frames in, observations out, one tuple of observations for each frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from .observations import Observation, Region

if TYPE_CHECKING:
    from .frames import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameWants:
    """What an analyzer looks at: ``format`` and longest side of the view it will ask for (a process analyzer gets that
    view through shared memory), and at most ``max_fps`` frames a second (None = every decoded frame)."""

    format: Literal["gray", "bgr", "jpeg"] = "gray"
    max_side: int | None = None
    max_fps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInfo:
    """The stream an analyzer or sink works for."""

    id: str
    name: str
    regions: tuple[Region, ...] = ()

    def zones(self) -> tuple[Region, ...]:
        """Regions to report about."""
        return tuple(r for r in self.regions if r.kind == "zone")

    def motion_masks(self) -> tuple[Region, ...]:
        """Regions to ignore."""
        return tuple(r for r in self.regions if r.kind == "motion_mask")


class Analyzer(Protocol):
    """Made as ``factory(ctx, config, stream)``; lives as long as the stream runs, through reconnects,
    and sees one feed only: a stream that idles on a smaller feed makes another.

    Not thread-safe; called from one thread at a time. Think in seconds (``frame.dt``, ``frame.time_s``): the rate of
    frames changes when a stream wakes or idles.
    """

    def process(self, frames: Sequence[Frame]) -> Sequence[tuple[Observation, ...]]:
        """Observations for each frame, in order; the result is as long as ``frames``. Frames are not changed."""

    def close(self) -> None:
        """Free what was opened."""
