"""A picture of a vane: a bright needle on a dark dial, turning with time."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
from glimpser_sdk import Unsupported
from glimpser_sdk.pictures import BgrPicture

from .config import SourceConfig

if TYPE_CHECKING:
    from glimpser_sdk import CodecParameters, Decoder, WorkerContext


def draw(bearing: float, side: int) -> BgrPicture:
    """A vane that points to a bearing, ``side`` pixels wide and high."""
    pixels = np.full((side, side, 3), 30, np.uint8)
    centre, length = side // 2, side * 0.45
    angle = math.radians(bearing)
    tip = round(centre + length * math.sin(angle)), round(centre - length * math.cos(angle))
    cv2.circle(pixels, (centre, centre), round(length), (90, 90, 90), 1)
    cv2.line(pixels, (centre, centre), tip, (235, 235, 235), max(2, side // 40), cv2.LINE_AA)
    return BgrPicture(pixels)


class VaneSource:
    """One run of the stream."""

    def __init__(self, ctx: WorkerContext, config: SourceConfig, feed: str) -> None:
        self._config, self._clock = config, ctx.clock
        self._drawn = ctx.metrics.counter("pictures_total")
        self._closed = threading.Event()

    def run(self) -> Iterator[BgrPicture]:
        """Yield pictures until closed."""
        started, number = self._clock.mono_ns(), 0
        while not self._closed.is_set():
            time_s = number / self._config.fps
            picture = draw(time_s / self._config.turn_s * 360, self._config.side)
            picture.captured_at, picture.time_s = self._clock.now(), time_s
            self._drawn.inc()
            yield picture
            number += 1
            self._closed.wait(max(0.0, number / self._config.fps - (self._clock.mono_ns() - started) / 1e9))

    def decoder(self, parameters: CodecParameters) -> Decoder:
        """There are no packets."""
        raise Unsupported("this source yields pictures", code="vane.no_packets")

    def close(self) -> None:
        """End ``run``."""
        self._closed.set()
