"""Short films with known content, made on the spot: a textured, noisy scene, and when something moves through it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np


def film(
    path: Path,
    *,
    seconds: float = 12.0,
    moving: tuple[float, float] | None = None,
    size: tuple[int, int] = (320, 180),
    fps: int = 10,
    gop: int = 10,
    bright: tuple[float, float, float, float] | None = None,
    seed: int = 1,
) -> Path:
    """``moving``: a bright thing walks through from left to right between two moments, in seconds. ``gop``: pictures
    between keyframes. ``bright``: a rectangle (left, top, right, bottom; 0..1) that is white in every picture."""
    width, height = size
    rng = np.random.default_rng(seed)
    cell = max(8, height // 9)
    coarse = rng.integers(60, 150, (-(-height // cell), -(-width // cell)))
    scene = np.kron(coarse, np.ones((cell, cell)))[:height, :width].astype(np.int16)
    if bright is not None:
        left, top, right, bottom = bright
        scene[int(top * height) : int(bottom * height), int(left * width) : int(right * width)] = 235
    chroma = np.full((height // 2, width), 128, np.uint8)
    options = {"preset": "ultrafast", "bf": "0", "x264-params": f"log=-1:keyint={gop}:min-keyint={gop}:scenecut=0"}
    with av.open(str(path), "w", format="mp4") as container:
        stream: Any = container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(round(seconds * fps)):
            picture = scene + rng.integers(-2, 3, scene.shape, dtype=np.int16)
            if moving is not None and 0 <= (along := (number / fps - moving[0]) / (moving[1] - moving[0])) < 1:
                at = int(along * (width - width // 8))
                picture[height // 3 : height * 2 // 3, at : at + width // 8] = 235
            luma = np.clip(picture, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.vstack([luma, chroma]), format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
