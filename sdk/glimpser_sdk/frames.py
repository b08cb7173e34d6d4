"""A frame: one picture of one feed with its times and lazily converted, shared views."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .pictures import Picture, Plane


class Frame:
    """Immutable; shared by every consumer of the feed.

    ``sequence`` counts from 0 within a run of the stream. ``captured_at``: UTC by the source's clock, else when it
    arrived. ``received_at``: UTC of arrival. ``mono_ns``: monotonic clock of arrival. ``time_s``: seconds on the
    stream's own media time line, which never steps back and survives reconnects. ``dt``: seconds since the previous
    frame of the feed, 0.0 for the first. ``key``: decoded alone from a keyframe while the stream idles.
    """

    __slots__ = ("_lock", "_views", "captured_at", "dt", "feed", "height", "key", "meta", "mono_ns", "picture",
                 "received_at", "sequence", "stream_id", "time_s", "width")  # fmt: skip

    def __init__(
        self,
        picture: Picture,
        *,
        stream_id: str,
        feed: str,
        sequence: int,
        captured_at: datetime,
        received_at: datetime,
        mono_ns: int,
        time_s: float,
        dt: float,
        key: bool = False,
    ) -> None:
        self.picture = picture
        self.stream_id = stream_id
        self.feed = feed
        self.sequence = sequence
        self.captured_at = captured_at
        self.received_at = received_at
        self.mono_ns = mono_ns
        self.time_s = time_s
        self.dt = dt
        self.key = key
        self.width = picture.width
        self.height = picture.height
        self.meta: dict[str, Any] = picture.meta
        self._lock = threading.Lock()
        self._views: dict[tuple[str, int | None, int], Any] = {}

    def _view(self, name: str, max_side: int | None, quality: int) -> Any:
        if max_side is not None and max_side >= max(self.width, self.height):
            max_side = None
        key = (name, max_side, quality)
        with self._lock:
            found = self._views.get(key)
            if found is None:
                if name == "jpeg":
                    found = self.picture.jpeg(quality, max_side)
                elif name == "gray":
                    found = self.picture.luma(max_side)
                else:
                    found = self.picture.bgr(max_side)
                self._views[key] = found
            return found

    def gray(self, max_side: int | None = None) -> Plane:
        """Brightness, H×W uint8, read-only; longest side at most ``max_side`` pixels (None = native)."""
        return self._view("gray", max_side, 0)  # type: ignore[no-any-return]

    def bgr(self, max_side: int | None = None) -> Plane:
        """Colour, H×W×3 uint8, blue first, read-only; longest side at most ``max_side`` pixels (None = native)."""
        return self._view("bgr", max_side, 0)  # type: ignore[no-any-return]

    def jpeg(self, quality: int = 80, max_side: int | None = None) -> bytes:
        """A JPEG; ``quality`` 1..100. Made once for each size and quality, whoever asks."""
        return self._view("jpeg", max_side, quality)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<Frame {self.stream_id}/{self.feed} #{self.sequence} {self.width}x{self.height} t={self.time_s:.3f}>"
