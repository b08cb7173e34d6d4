"""A stream's own time line, in seconds: follows media timestamps while they make sense, else the monotonic clock."""

from __future__ import annotations

MAX_JUMP_S = 10.0
"""A larger step of the media clock is believed only when about that much real time went by too."""
LEAST_STEP_S = 0.001


class Timeline:
    """Never steps back, survives reconnects and timestamps that jump, stand still or are missing.

    ``origin_ns``: the monotonic moment at which it is 0, so that several agree; None = the first frame's.
    """

    __slots__ = ("_media", "_mono_ns", "_offset", "_origin_ns", "time_s")

    def __init__(self, origin_ns: int | None = None) -> None:
        self.time_s = 0.0
        """Time of the newest frame."""
        self._mono_ns: int | None = None
        self._media: float | None = None
        self._offset = 0.0
        self._origin_ns = origin_ns

    def reconnected(self) -> None:
        """The next media timestamp belongs to a new clock."""
        self._media = None

    def at(self, media_s: float | None, mono_ns: int) -> tuple[float, float]:
        """Time of a frame and seconds since the one before it (0.0 for the first)."""
        if self._mono_ns is None:
            self._mono_ns = mono_ns
            if self._origin_ns is not None:
                self.time_s = max(0.0, (mono_ns - self._origin_ns) / 1e9)
            if media_s is not None:
                self._media, self._offset = media_s, self.time_s - media_s
            return self.time_s, 0.0
        elapsed = max((mono_ns - self._mono_ns) / 1e9, LEAST_STEP_S)
        if media_s is None:
            step = elapsed
        else:
            step = media_s + self._offset - self.time_s
            if self._media is None or not LEAST_STEP_S / 2 <= step <= max(MAX_JUMP_S, 3 * elapsed):
                step = elapsed
                self._offset = self.time_s + step - media_s
            self._media = media_s
        self._mono_ns = max(mono_ns, self._mono_ns)
        self.time_s += step
        return self.time_s, step
