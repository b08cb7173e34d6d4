"""Reads where a vane points: the direction in which the bright pixels lie from the middle of the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from glimpser_sdk import Observation

from .compass import sector
from .config import AnalyzerConfig

if TYPE_CHECKING:
    from glimpser_sdk import Frame, StreamInfo, WorkerContext

BRIGHT = 160


def read(frame: Frame) -> float | None:
    """The bearing in degrees, None where no needle is to be seen."""
    gray = frame.gray(180)
    rows, columns = np.nonzero(gray > BRIGHT)
    if len(rows) < 10:
        return None
    east = float(columns.mean()) - gray.shape[1] / 2
    north = gray.shape[0] / 2 - float(rows.mean())
    return math.degrees(math.atan2(east, north)) % 360


class VaneAnalyzer:
    """An event begins when the needle comes into another sector and lasts ``hold_s``."""

    def __init__(self, ctx: WorkerContext, config: AnalyzerConfig, stream: StreamInfo) -> None:
        self._config = config
        self._sector = ""
        self._turned_s: float | None = None

    def process(self, frames: Sequence[Frame]) -> Sequence[tuple[Observation, ...]]:
        """One observation for each frame in which there is a needle."""
        return [self._observe(frame) for frame in frames]

    def close(self) -> None:
        """Nothing is open."""

    def _observe(self, frame: Frame) -> tuple[Observation, ...]:
        bearing = read(frame)
        if bearing is None:
            return ()
        found = sector(bearing, self._config.sectors)
        if self._sector and found != self._sector:
            self._turned_s = frame.time_s
        self._sector = found
        active = self._turned_s is not None and frame.time_s - self._turned_s < self._config.hold_s
        return (
            Observation(
                type="vane.turned",
                active=active,
                score=1.0 if active else 0.0,
                data={"sector": found, "bearing": round(bearing)},
            ),
        )
