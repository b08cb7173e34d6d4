"""Synthetic pictures: shapes that move over noise, the same for one seed. Needs ``glimpser-sdk[frames]``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from glimpser_sdk.frames import Frame
from glimpser_sdk.pictures import BgrPicture, Picture, YuvPicture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]

START = datetime(2026, 1, 1, tzinfo=UTC)


def scene(number: int, *, fps: float, size: tuple[int, int], seed: int, moving: bool) -> Plane:
    """Luma of one picture, H×W uint8 in limited range (16..235)."""
    import numpy as np

    width, height = size
    still = np.random.default_rng(seed)
    plane = still.integers(40, 90, (height, width), dtype=np.uint8)
    # Noise of the sensor: other pixels in every picture, one step up or down.
    plane += np.random.default_rng((seed, number)).integers(0, 3, (height, width), dtype=np.uint8)
    if moving:
        seconds = number / fps
        for speed, top, bright in ((0.25, 0.2, 200), (-0.15, 0.6, 150)):
            side = max(4, height // 5)
            left = int((seconds * speed * width) % max(1, width - side))
            plane[int(top * height) : int(top * height) + side, left : left + side] = bright
    return plane


def moving_shapes(
    count: int = 10,
    *,
    fps: float = 10.0,
    size: tuple[int, int] = (320, 180),
    form: Literal["yuv", "bgr"] = "yuv",
    seed: int = 0,
    moving: bool = True,
    first: int = 0,
    stream_id: str = "stream",
    feed: str = "main",
) -> list[Frame]:
    """``count`` frames in a row. ``size``: width and height in pixels, even numbers. ``form``: what the decoder would
    hand over. ``moving``: False leaves the shapes out. ``first``: number of the first frame, so that a scene goes on
    where an earlier call left it."""
    made = []
    for number in range(first, first + count):
        picture = _picture(scene(number, fps=fps, size=size, seed=seed, moving=moving), form)
        at = START + timedelta(seconds=number / fps)
        frame = Frame(
            picture,
            stream_id=stream_id,
            feed=feed,
            sequence=number,
            captured_at=at,
            received_at=at,
            mono_ns=1_000_000_000 + round(number / fps * 1e9),
            time_s=number / fps,
            dt=1 / fps if number else 0.0,
        )
        made.append(frame)
    return made


def _picture(luma: Plane, form: str) -> Picture:
    import numpy as np

    height, width = luma.shape
    if form == "bgr":
        return BgrPicture(np.repeat(luma[:, :, None], 3, axis=2))
    u = np.full(((height + 1) // 2, (width + 1) // 2), 120, dtype=np.uint8)
    v = np.full_like(u, 134)
    return YuvPicture(luma, u, v)
