"""Counts a plugin's failures and says when enough is enough."""

from __future__ import annotations

CAUGHT = (Exception, SystemExit)
"""What a plugin's code may raise: an attempt to end the process is a failure like any other."""
IN_A_ROW, WINDOW = 5, 20
_MASK = (1 << WINDOW) - 1


class Breaker:
    """Open after 5 failures in a row, or when more than half of the last 20 calls failed."""

    __slots__ = ("_history", "errors", "open")

    def __init__(self) -> None:
        self._history = 0
        self.errors = 0
        self.open = False

    def passed(self) -> None:
        """A call went well."""
        if self._history:
            self._history = self._history << 1 & _MASK

    def failed(self) -> bool:
        """A call failed; True the moment the breaker opens."""
        self.errors += 1
        self._history = (self._history << 1 | 1) & _MASK
        row = (1 << IN_A_ROW) - 1
        if not self.open and (self._history & row == row or self._history.bit_count() > WINDOW // 2):
            self.open = True
            return True
        return False
