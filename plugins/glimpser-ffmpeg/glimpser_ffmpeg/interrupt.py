"""Ending a wait inside libav from another thread.

libav asks a callback, ten times a second while it waits, whether to go on. PyAV answers from a deadline that it sets
before each operation and gives no way to move it. Its polite form, a short time-out and another try, loses the place
in an interleaved RTSP stream, and every question takes the GIL. So reads get no deadline (a negative one is answered
without the GIL), and closing sets it to "now" where PyAV keeps it. Where that is, is found out once by looking for a
known value; nothing is written when it was not found exactly once.
"""

from __future__ import annotations

import ctypes
import gc
import io
import struct
from functools import cache
from typing import Any

import av
from av.container import InputContainer


class Deadline:
    """Seconds that an operation of libav may take, negative for no limit; 0 from :meth:`expire` on.

    PyAV converts it to a number when an operation starts.
    """

    __slots__ = ("_seconds",)

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __float__(self) -> float:
        return self._seconds

    def expire(self) -> None:
        """No operation may start or go on."""
        self._seconds = 0.0


@cache
def _offset() -> int:
    """Where a container keeps the seconds of its running operation, in bytes from its start."""
    mark = 86_399.123_456_789
    options = {"video_size": "8x8", "pixel_format": "gray", "framerate": "1"}
    opened: Any = av.open(io.BytesIO(bytes(128)), format="rawvideo", options=options, timeout=(mark, mark))
    with opened as container:
        packets = container.demux()
        next(packets)
        memory = ctypes.string_at(id(container), type(container).__basicsize__)
        packets.close()
    found = memory.find(struct.pack("d", mark))
    if found < 0 or memory.count(struct.pack("d", mark)) != 1:
        raise RuntimeError(f"PyAV {av.__version__} keeps its deadline elsewhere; use the version that is asked for")
    return found


def prepare() -> None:
    """Find out what :func:`interrupt` needs. RuntimeError with a PyAV where it does not work."""
    _offset()


def interrupt(container: Any) -> None:
    """Let the running operation of a container end within about 0.1 s with ``av.error.ExitError``."""
    ctypes.c_double.from_address(id(container) + _offset()).value = 0.0


def interrupt_opening(url: str) -> None:
    """The same for a container that is still being opened under this very string object."""
    for holder in gc.get_referrers(url):
        if isinstance(holder, InputContainer):
            interrupt(holder)
