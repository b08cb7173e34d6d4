"""The machine's clocks, as a ``Clock`` of :mod:`glimpser_sdk.contexts`."""

from __future__ import annotations

import time
from datetime import UTC, datetime

__all__ = ["SystemClock"]


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """UTC, aware."""
        return datetime.now(UTC)

    def mono_ns(self) -> int:
        """Monotonic nanoseconds."""
        return time.monotonic_ns()
