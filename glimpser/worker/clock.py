"""The worker's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from glimpser_sdk.clocks import SystemClock
from glimpser_sdk.contexts import Clock

SYSTEM: Clock = SystemClock()


def wall_time(clock: Clock, mono_ns: int) -> datetime:
    """The UTC time at which the monotonic clock showed ``mono_ns``."""
    return clock.now() - timedelta(microseconds=(clock.mono_ns() - mono_ns) // 1000)
