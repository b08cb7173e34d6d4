"""What happens over and over is an entry when it begins and one with its number when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from .entries import Entry, moment

WINDOW_S = 600.0
MOST = 10_000


@dataclass(slots=True)
class _Repeat:
    first: Entry
    until: float
    again: int = 0
    last: datetime | None = None


class Repeats:
    """Sums up entries of one key: the first is written, those of the next ten minutes are counted."""

    def __init__(self, write: Callable[[Entry], None]) -> None:
        self._write = write
        self._known: dict[Hashable, _Repeat] = {}

    def note(self, key: Hashable, made: Entry) -> None:
        """It happened, maybe not for the first time."""
        known = self._known.get(key)
        if known is not None and time.monotonic() < known.until:
            known.again += 1
            known.last = made.at
            return
        if known is not None:
            self._sum_up(key, known)
        if len(self._known) >= MOST:
            oldest = next(iter(self._known))
            self._sum_up(oldest, self._known[oldest])
        self._known[key] = _Repeat(made, time.monotonic() + WINDOW_S)
        self._write(made)

    def flush(self, *, all_: bool = False) -> None:
        """Write the sums of what is over; ``all_``: of everything."""
        now = time.monotonic()
        for key, known in list(self._known.items()):
            if all_ or now >= known.until:
                self._sum_up(key, known)

    def _sum_up(self, key: Hashable, known: _Repeat) -> None:
        del self._known[key]
        if known.again and known.last is not None:
            data = {**known.first.data, "again": known.again, "since": moment(known.first.at)}
            self._write(replace(known.first, at=known.last, data=data))
