"""Generated pictures: a bright square that moves over a gradient."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from glimpser_sdk.errors import Unsupported
from glimpser_sdk.pictures import YuvPicture

from .acts import Act
from .config import SourceConfig

if TYPE_CHECKING:
    from glimpser_sdk import CodecParameters, Decoder, WorkerContext


class ChaosSource:
    """Yields pictures at ``fps``."""

    def __init__(self, ctx: WorkerContext, config: SourceConfig, feed: str) -> None:
        self._ctx, self._config = ctx, config
        self._act = Act(config.mode, config.after_s)
        self._stop = threading.Event()

    def run(self) -> Iterator[YuvPicture]:
        """Until closed, unless ``ignore-stop``."""
        made = self._ctx.metrics.counter("pictures_total")
        started, number = time.monotonic(), 0
        while not self._stop.is_set() or self._act.due == "ignore-stop":
            self._act.step()
            self._more()
            yield self._picture(number)
            made.inc()
            number += 1
            if self._act.due != "flood":
                time.sleep(0.01 if self._stop.is_set() else 0)
                self._stop.wait(max(0.0, started + number / self._config.fps - time.monotonic()))

    def _more(self) -> None:
        if self._act.due == "threads":
            threading.Thread(target=threading.Event().wait, name="chaos", daemon=True).start()
        if self._act.due == "hang-gil":
            # A call into C that keeps the lock of the interpreter.
            ctypes.PyDLL(None).sleep(3600)

    def _picture(self, number: int) -> YuvPicture:
        width, height = self._config.width, self._config.height
        ramp = np.linspace(40, 120, width, dtype=np.uint8)
        y = np.roll(np.broadcast_to(ramp, (height, width)), self._config.seed % width, axis=1).copy()
        side = height // 5
        left = int(number / self._config.fps * width / 4) % (width - side)
        y[height // 2 : height // 2 + side, left : left + side] = 220
        grey = np.full((height // 2, width // 2), 128, np.uint8)
        return YuvPicture(y, grey, grey, time_s=number / self._config.fps)

    def decoder(self, parameters: CodecParameters) -> Decoder:
        """There are no packets."""
        raise Unsupported("this source gives pictures", code="chaos.no_packets")

    def close(self) -> None:
        """End :meth:`run`."""
        self._stop.set()
