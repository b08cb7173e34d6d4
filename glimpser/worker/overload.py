"""How far a worker is behind, and who gives way: viewers first, then full analysis, then waking from idle."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from .feed import Feed

BEHIND_S, CAUGHT_UP_S = 0.5, 0.1
RISE_S, FALL_S = 2, 10
DRIFT_S = 0.002
"""A camera's clock may drift this much a second without counting as lag."""
LEVELS = 3


class Lag:
    """How much later than at its best a feed's media time arrives."""

    __slots__ = ("_best", "_epoch")

    def __init__(self) -> None:
        self._best: float | None = None
        self._epoch: object = None

    def of(self, feed: Feed) -> float:
        """Seconds; 0.0 while it cannot be told. Called once a second."""
        if feed.last_media_s is None or feed.parameters is None:
            self._best = None
            return 0.0
        delay = feed.last_mono_ns / 1e9 - feed.last_media_s
        if self._best is None or self._epoch is not feed.parameters or abs(delay - self._best) > 30:
            self._best, self._epoch = delay, feed.parameters
        self._best = min(delay, self._best + DRIFT_S)
        return delay - self._best


class Overload:
    """0 = fine; 1 = viewers get half the rate; 2 = a quarter, and analysis 2 frames a second; 3 = an eighth, and
    keyframes must do for idle triggers."""

    def __init__(self) -> None:
        self.level = 0
        self._behind = self._fine = 0

    def second(self, lags: Iterable[float], loop_lag_s: float, busy: bool) -> int:
        """Once a second: the lags of feeds that decode, the event loop's own, and whether processors are short (else
        it is the line that lags, and giving way would not help); returns the level."""
        ordered = sorted(lags)
        # The median: one camera with a bad line is no overload.
        lag = max(loop_lag_s, ordered[len(ordered) // 2] if ordered else 0.0)
        self._behind = self._behind + 1 if lag > BEHIND_S and busy else 0
        self._fine = self._fine + 1 if lag < CAUGHT_UP_S or not busy else 0
        if self._behind >= RISE_S and self.level < LEVELS:
            self.level, self._behind = self.level + 1, 0
        elif self._fine >= FALL_S and self.level > 0:
            self.level, self._fine = self.level - 1, 0
        return self.level


class Processors:
    """Whether processor time is short: this worker fills most of a core, or the machine has more to run than cores."""

    def __init__(self) -> None:
        self._at, self._cpu_s = time.monotonic(), time.process_time()

    def short(self) -> bool:
        """Since the last call."""
        now, cpu_s = time.monotonic(), time.process_time()
        share = (cpu_s - self._cpu_s) / max(now - self._at, 0.001)
        self._at, self._cpu_s = now, cpu_s
        return share > 0.7 or os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)
