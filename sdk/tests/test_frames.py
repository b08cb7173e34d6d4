"""Frames: views that are made once, whoever asks, and that nobody can change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from glimpser_sdk.frames import Frame
from glimpser_sdk.pictures import YuvPicture

Frames = Callable[..., list[Frame]]


class Counting(YuvPicture):
    """Counts conversions, which take a while."""

    __slots__ = ("made",)

    def __init__(self) -> None:
        grey = np.full((45, 80), 128, np.uint8)
        super().__init__(np.full((90, 160), 100, np.uint8), grey, grey)
        self.made: list[str] = []

    def _count(self, what: str) -> None:
        time.sleep(0.01)
        self.made.append(what)

    def luma(self, max_side: int | None) -> Any:
        self._count(f"luma {max_side}")
        return super().luma(max_side)

    def bgr(self, max_side: int | None) -> Any:
        self._count(f"bgr {max_side}")
        return super().bgr(max_side)

    def jpeg(self, quality: int, max_side: int | None) -> bytes:
        self._count(f"jpeg {quality} {max_side}")
        return super().jpeg(quality, max_side)


def frame_of(picture: Any, frames: Frames) -> Frame:
    [like] = frames(1)
    return Frame(
        picture,
        stream_id="s",
        feed="main",
        sequence=0,
        captured_at=like.captured_at,
        received_at=like.received_at,
        mono_ns=0,
        time_s=0.0,
        dt=0.0,
    )


def test_views_are_made_once_however_many_threads_ask(frames: Frames) -> None:
    picture = Counting()
    frame = frame_of(picture, frames)
    ready = threading.Barrier(16)

    def look(_: int) -> tuple[int, ...]:
        ready.wait()
        views = (frame.gray(80), frame.bgr(80), frame.jpeg(70, 80), frame.gray())
        return tuple(id(view) for view in views)

    with ThreadPoolExecutor(16) as pool:
        seen = set(pool.map(look, range(16)))
    assert len(seen) == 1
    assert sorted(picture.made) == ["bgr 80", "jpeg 70 80", "luma 80", "luma None"]


def test_asking_for_more_than_there_is_asks_for_what_there_is(frames: Frames) -> None:
    picture = Counting()
    frame = frame_of(picture, frames)
    assert frame.gray(160) is frame.gray(4000) is frame.gray()
    assert frame.jpeg(80, 160) is frame.jpeg()
    assert picture.made == ["luma None", "jpeg 80 None"]


def test_qualities_are_kept_apart(frames: Frames) -> None:
    [frame] = frames(1)
    assert len(frame.jpeg(20)) < len(frame.jpeg(95))


@pytest.mark.parametrize("form", ["yuv", "bgr"])
def test_views_cannot_be_changed(frames: Frames, form: str) -> None:
    [frame] = frames(1, form=form)
    for view in (frame.gray(), frame.gray(64), frame.bgr(), frame.bgr(64)):
        assert not view.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 0


def test_a_view_that_fails_fails_for_everyone_and_is_tried_again(frames: Frames) -> None:
    class Broken(Counting):
        __slots__ = ()

        def luma(self, max_side: int | None) -> Any:
            self._count("luma")
            if len(self.made) < 3:
                raise RuntimeError("no memory")
            return YuvPicture.luma(self, max_side)

    frame = frame_of(Broken(), frames)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            frame.gray()
    assert frame.gray().shape == (90, 160)


def test_a_frame_tells_what_it_is(frames: Frames) -> None:
    frame = frames(3, fps=10)[2]
    assert repr(frame) == "<Frame stream/main #2 320x180 t=0.200>"
    assert (frame.width, frame.height, frame.sequence) == (320, 180, 2)
    assert frame.dt == pytest.approx(0.1)
