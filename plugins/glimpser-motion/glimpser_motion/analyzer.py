"""The analyzer: one detector a stream, with the stream's zones and motion masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glimpser_motion.config import MotionConfig
from glimpser_motion.detector import DetectorSettings, MotionDetector, Result
from glimpser_motion.grid import moving_share, polygon_mask
from glimpser_sdk import Box, Frame, Observation, StreamInfo, WorkerContext

TYPE = "motion.detected"
IGNORE_SIDE = 160


class MotionAnalyzer:
    """See ``glimpser_sdk.analyzers.Analyzer``. Time is the stream's media time, so that idling changes nothing."""

    def __init__(self, ctx: WorkerContext, config: MotionConfig, stream: StreamInfo) -> None:
        self._config = config
        self._detector = MotionDetector(
            DetectorSettings(sensitivity=config.sensitivity / 100, min_area=config.min_area / 100)
        )
        self._zones = stream.zones()
        self._zone_masks: dict[str, np.ndarray] = {}
        masks = [region.polygon for region in stream.motion_masks()]
        self._ignore = polygon_mask(masks, (IGNORE_SIDE, IGNORE_SIDE)) if masks else None
        self._last_s: float | None = None

    def process(self, frames: Sequence[Frame]) -> list[tuple[Observation, ...]]:
        """One observation a frame."""
        return [(self._look(frame),) for frame in frames]

    def close(self) -> None:
        """Nothing is open."""

    def _look(self, frame: Frame) -> Observation:
        dt = 0.0 if self._last_s is None else max(0.0, frame.time_s - self._last_s)
        self._last_s = frame.time_s
        result = self._detector.update(frame.gray(), dt, ignore=self._ignore)
        shares = self._shares(result)
        counts = not (self._config.zones_only and self._zones) or bool(shares)
        active = result.motion and counts
        return Observation(
            type=TYPE,
            active=active,
            wake=result.suspect and counts,
            score=result.score,
            regions=shares if active else {},
            boxes=tuple(Box(x=x, y=y, width=w, height=h) for x, y, w, h in result.boxes) if active else (),
        )

    def _shares(self, result: Result) -> dict[str, float]:
        """The zones that move enough, with their shares."""
        if not self._zones or not result.boxes:
            return {}
        shape = result.mask.shape[:2]
        found: dict[str, float] = {}
        for zone in self._zones:
            mask = self._zone_masks.get(zone.id)
            if mask is None or mask.shape != shape:
                mask = self._zone_masks[zone.id] = polygon_mask([zone.polygon], (shape[0], shape[1]))
            share = moving_share(result.mask, mask)
            if share * 100 >= self._config.min_zone_share:
                found[zone.id] = round(share, 4)
        return found
