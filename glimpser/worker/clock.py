"""The system's clocks, as the SDK's ``Clock``."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from glimpser_sdk.contexts import Clock


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        """UTC, aware."""
        return datetime.now(UTC)

    def mono_ns(self) -> int:
        """Monotonic nanoseconds."""
        return time.monotonic_ns()


SYSTEM: Clock = SystemClock()


def wall_time(clock: Clock, mono_ns: int) -> datetime:
    """The UTC time at which the monotonic clock showed ``mono_ns``."""
    return clock.now() - timedelta(microseconds=(clock.mono_ns() - mono_ns) // 1000)
