"""A generated test picture: a bright bar that moves over a gradient."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from glimpser_sdk import Unsupported
from glimpser_sdk.pictures import BgrPicture

from .config import BarConfig

if TYPE_CHECKING:
    from glimpser_sdk import CodecParameters, Decoder, WorkerContext


class BarSource:
    """One run of the stream. What goes wrong is raised from ``run`` as NotReady, AuthFailed, ConfigInvalid, …"""

    def __init__(self, ctx: WorkerContext, config: BarConfig, feed: str) -> None:
        self._config, self._clock = config, ctx.clock
        self._closed = threading.Event()

    def run(self) -> Iterator[BgrPicture]:
        """Yield pictures until closed."""
        started = self._clock.mono_ns()
        number = 0
        while not self._closed.is_set():
            yield self._picture(number)
            number += 1
            # Counted from the start, so that the rate holds whatever one picture costs.
            due = number / self._config.fps - (self._clock.mono_ns() - started) / 1e9
            self._closed.wait(max(0.0, due))

    def decoder(self, parameters: CodecParameters) -> Decoder:
        """For sources that yield packets."""
        raise Unsupported("this source yields pictures", code="{{ cookiecutter.id }}.no_packets")

    def close(self) -> None:
        """End ``run``; called from any thread."""
        self._closed.set()

    def _picture(self, number: int) -> BgrPicture:
        width, height = self._config.width, self._config.height
        pixels = np.empty((height, width, 3), np.uint8)
        pixels[:] = np.linspace(60, 180, width, dtype=np.uint8)[None, :, None]
        time_s = number / self._config.fps
        left = int(time_s / 10 % 1 * (width - 16))
        pixels[:, left : left + 16] = 240
        return BgrPicture(pixels, captured_at=self._clock.now(), time_s=time_s)
