"""An analyzer that sees something for one second in ten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glimpser_sdk import Observation

from .acts import Act
from .config import AnalyzerConfig

if TYPE_CHECKING:
    from glimpser_sdk import Frame, StreamInfo, WorkerContext

FLOOD = 1000


class ChaosAnalyzer:
    """Sees something by the clock of the stream, whatever the picture shows."""

    def __init__(self, ctx: WorkerContext, config: AnalyzerConfig, stream: StreamInfo) -> None:
        self._act = Act(config.mode, config.after_s)

    def process(self, frames: Sequence[Frame]) -> Sequence[tuple[Observation, ...]]:
        """One observation a frame."""
        self._act.step()
        if self._act.due == "wrong":
            return [()] * (len(frames) + 1)
        return [self._seen(frame) for frame in frames]

    def _seen(self, frame: Frame) -> tuple[Observation, ...]:
        if self._act.due == "flood":
            return tuple(
                Observation(type="chaos.seen", active=True, score=0.5, key=f"{frame.sequence}-{number}")
                for number in range(FLOOD)
            )
        active = frame.time_s % 10 < 1
        return (Observation(type="chaos.seen", active=active, score=1.0 if active else 0.0),)

    def close(self) -> None:
        """Nothing is open."""
