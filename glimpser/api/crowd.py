"""How many requests may be under way at a time. Over HTTP/2 one connection has many, each with a body of its own, so
that limits of connections are not enough."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from glimpser_sdk.web import Problem

MOST = 1000
MOST_OF_ONE = 256
"""Of one address. A proxy that is trusted may have all."""
RETRY_S = 1


class Crowd:
    """Counts requests and WebSockets until all of their answer was sent."""

    def __init__(self, trusted: Callable[[str], bool], most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        """``trusted``: whether an address is that of a proxy which speaks for many."""
        self._trusted = trusted
        self._most = most
        self._most_of_one = most_of_one
        self._of: Counter[str] = Counter()
        self._all = 0

    def enter(self, address: str) -> None:
        """The task that calls this answers a request. Problem 429 or 503 when there are too many, before anything of
        its body is kept."""
        if self._of[address] >= self._most_of_one and not self._trusted(address):
            text = f"{self._most_of_one} requests of this address are under way already"
            raise Problem(429, "requests.too_many", text, retry_after=RETRY_S)
        if self._all >= self._most:
            raise Problem(503, "hub.busy", f"{self._most} requests are under way already", retry_after=RETRY_S)
        task = asyncio.current_task()
        if task is None:
            return
        self._all += 1
        self._of[address] += 1
        task.add_done_callback(lambda _: self._leave(address))

    def _leave(self, address: str) -> None:
        self._all -= 1
        self._of[address] -= 1
        if not self._of[address]:
            del self._of[address]
