"""Cost of the motion analyzer on a 640x360 Y plane."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest

from glimpser_motion.detector import MotionDetector

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
