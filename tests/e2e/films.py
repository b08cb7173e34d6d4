"""Short films with known content, made on the spot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SIZE = (320, 180)
FPS = 10


def walk(path: Path, *, seconds: float = 16.0, moving: tuple[float, float] = (5.0, 9.0), seed: int = 1) -> Path:
    """A textured, slightly noisy scene through which one bright thing walks between two moments, in seconds."""
    width, height = SIZE
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 160, (height // 20, width // 20))
    scene = np.kron(coarse, np.ones((20, 20))).astype(np.int16)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "g": str(FPS), "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(int(seconds * FPS)):
            picture = scene + rng.integers(-2, 3, scene.shape, dtype=np.int16)
            along = (number / FPS - moving[0]) / (moving[1] - moving[0])
            if 0 <= along < 1:
                left = int(along * (width - 40))
                picture[60:140, left : left + 36] = 235
            luma = np.clip(picture, 0, 255).astype(np.uint8)
            chroma = np.full((height // 2, width), 128, np.uint8)
            frame = av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
