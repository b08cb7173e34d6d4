"""Cost of the motion analyzer on a 640x360 Y plane, and of the way to an analyzer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from glimpser.protocol.messages import AnalyzerPart, Component
from glimpser.worker.routing import InlineSlot
from glimpser_motion.detector import MotionDetector
from glimpser_sdk import Frame, Observation
from glimpser_sdk.pictures import BgrPicture

from .figures import Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]


def test_motion_per_frame(figures: Figures, moving_clip: Path) -> None:
    import cv2

    cv2.setNumThreads(1)
    planes = []
    with av.open(str(moving_clip)) as container:
        for frame in container.decode(video=0):
            planes.append(np.frombuffer(frame.planes[0], np.uint8).reshape(360, -1)[:, :640].copy())
            if len(planes) == 600:
                break
    costs = []
    for _ in range(5):
        detector = MotionDetector()
        started = time.process_time()
        for plane in planes:
            detector.update(plane, 0.1)
        costs.append((time.process_time() - started) / len(planes))
    figures.add("motion, from a 640x360 Y plane to a decision", 1000 * sorted(costs)[2], " ms", budget=0.3, goal=0.18)


class Nothing:
    """An analyzer that sees nothing."""

    def process(self, frames: Sequence[Frame]) -> list[tuple[Observation, ...]]:
        return [() for _ in frames]

    def close(self) -> None:
        """Nothing is open."""


def test_routing_per_frame(figures: Figures) -> None:
    """From the feed to one analyzer and back, with the rate limit, the guard and the counters."""
    part = AnalyzerPart(component=Component(plugin="p", id="nothing", factory="", model="", config={}), runs="inline")
    slot = InlineSlot(part, Nothing(), lambda *_: None, lambda *_: None)
    luma = np.zeros((360, 640, 3), np.uint8)
    now = datetime.now(UTC)
    frame = Frame(BgrPicture(luma), stream_id="s", feed="main", sequence=0, captured_at=now, received_at=now, mono_ns=1,
                  time_s=0.0, dt=0.1, key=False)  # fmt: skip
    times, costs = 100_000, []
    for _ in range(5):
        started = time.process_time()
        for _ in range(times):
            slot(frame)
        costs.append((time.process_time() - started) / times)
    assert slot.analyzed == 5 * times
    figures.add("routing and guard per frame and analyzer", 1e6 * sorted(costs)[2], " µs", budget=5)
