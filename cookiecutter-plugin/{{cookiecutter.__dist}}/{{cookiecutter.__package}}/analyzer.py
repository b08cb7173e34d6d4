"""Tells when the picture is dark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glimpser_sdk import Observation

from .config import DarknessConfig

if TYPE_CHECKING:
    from glimpser_sdk import Frame, StreamInfo, WorkerContext


class DarknessAnalyzer:
    """Looks at the mean brightness of each frame."""

    def __init__(self, ctx: WorkerContext, config: DarknessConfig, stream: StreamInfo) -> None:
        self._threshold = config.threshold

    def process(self, frames: Sequence[Frame]) -> Sequence[tuple[Observation, ...]]:
        """One observation for each frame."""
        return [(self._observe(frame),) for frame in frames]

    def close(self) -> None:
        """Nothing is open."""

    def _observe(self, frame: Frame) -> Observation:
        mean = float(frame.gray(160).mean())
        dark = mean < self._threshold
        return Observation(
            type="{{ cookiecutter.id }}.dark",
            active=dark,
            score=1 - mean / self._threshold if dark else 0.0,
            data={"brightness": round(mean, 1)},
        )
