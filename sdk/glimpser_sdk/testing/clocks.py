"""Clocks for contexts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Stands still until it is advanced. ``start``: UTC, aware."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = start
        self._mono_ns = 1_000_000_000

    def now(self) -> datetime:
        """UTC, aware."""
        return self._now

    def mono_ns(self) -> int:
        """Monotonic nanoseconds."""
        return self._mono_ns

    def advance(self, seconds: float) -> None:
        """Move on. ValueError for going back: monotonic time does not; :meth:`step` moves the wall clock alone."""
        if seconds < 0:
            raise ValueError("monotonic time does not go back; step() moves the wall clock alone")
        self._now += timedelta(seconds=seconds)
        self._mono_ns += round(seconds * 1e9)

    def step(self, seconds: float) -> None:
        """Set the wall clock forward or back, as a time server does; the monotonic clock does not notice."""
        self._now += timedelta(seconds=seconds)
