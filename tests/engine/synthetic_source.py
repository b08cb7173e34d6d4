"""A source for real workers: gray pictures with a moving square, and every way to misbehave."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from glimpser_sdk import PluginConfig
from glimpser_sdk.errors import NotReady
from glimpser_sdk.pictures import YuvPicture


class Config(PluginConfig):
    """``crash``: exit, segv or kill, ``after`` seconds."""

    fps: float = 10.0
    crash: str = ""
    after: float = 0.0
    eat_mb: int = 0
    stuck: bool = False
    fail: bool = False


class Source:
    def __init__(self, ctx: Any, config: Config, feed: str) -> None:
        self._config = config
        self._closed = threading.Event()

    def run(self) -> Iterator[YuvPicture]:
        config = self._config
        if config.fail:
            raise NotReady("nothing here", code="synthetic.nothing")
        began = time.monotonic()
        ballast = []
        number = 0
        while not self._closed.wait(1 / config.fps):
            if time.monotonic() - began >= config.after:
                self._misbehave(config, ballast)
            y = np.full((90, 160), 60, np.uint8)
            y[20:40, number % 140 : number % 140 + 20] = 200
            half = np.full((45, 80), 128, np.uint8)
            number += 1
            yield YuvPicture(y, half, half)
        while config.stuck:
            time.sleep(0.5)

    def _misbehave(self, config: Config, ballast: list[Any]) -> None:
        if config.crash == "exit":
            os._exit(7)
        if config.crash == "segv":
            ctypes.string_at(0)
        if config.crash == "kill":
            os.kill(os.getpid(), 9)
        if config.eat_mb:
            ballast.append(np.ones(config.eat_mb * 1024**2, np.uint8))

    def close(self) -> None:
        self._closed.set()
