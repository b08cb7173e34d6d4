"""How far a worker is behind, and who gives way: viewers first, then full analysis, then waking from idle."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable

from .feed import Feed

BEHIND_S, CAUGHT_UP_S = 0.5, 0.1
RISE_S, FALL_S = 2, 10
WINDOW = 60
"""Seconds after which a lag that nothing lessened counts as how the line is, not as lag."""
OTHER_CLOCK_S = 30.0
LEVELS = 3


class Lag:
    """How much later a feed's media time arrives than at its best within the last minute."""

    __slots__ = ("_delays", "_epoch")

    def __init__(self) -> None:
        self._delays: deque[float] = deque(maxlen=WINDOW)
        self._epoch: object = None

    def of(self, feed: Feed) -> float:
        """Seconds; 0.0 while it cannot be told. Called once a second."""
        if feed.last_media_s is None or feed.parameters is None:
            self._delays.clear()
            return 0.0
        delay = feed.last_mono_ns / 1e9 - feed.last_media_s
        if self._epoch is not feed.parameters or abs(delay - min(self._delays, default=delay)) > OTHER_CLOCK_S:
            self._delays.clear()
            self._epoch = feed.parameters
        self._delays.append(delay)
        return delay - min(self._delays)


class Overload:
    """0 = fine; 1 = viewers get half the rate; 2 = a quarter, and analysis 2 frames a second; 3 = an eighth, and
    keyframes must do for idle triggers."""

    def __init__(self) -> None:
        self.level = 0
        self._behind = self._fine = 0

    def second(self, lags: Iterable[float], busy: bool) -> int:
        """Once a second: the lags of feeds that decode, and whether processors are short (else it is the line that
        lags, and giving way would not help); returns the level."""
        ordered = sorted(lags)
        # The median: one camera with a bad line is no overload.
        lag = ordered[len(ordered) // 2] if ordered else 0.0
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
