"""Which feed the analyzers look at: the main one, or a smaller one while main's keyframes are too rare to idle on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from glimpser_sdk.demand import Decode

from .analysis import Analysis
from .feed import Feed


class Lookout:
    """``smaller``: name of the feed to turn to ("" = the source has none). ``drive`` starts it; ``turned`` is told when
    other feeds are needed or looked at than before; ``later`` runs something off the loop.

    The smaller feed is kept once it was needed. While it gives nothing the analyzers look at the main feed.
    """

    def __init__(
        self,
        main: Feed,
        smaller: str,
        analysis: Analysis,
        *,
        drive: Callable[[str], None],
        turned: Callable[[], None],
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        self._main, self._smaller, self._analysis = main, smaller, analysis
        self._drive, self._turned, self._later = drive, turned, later
        self._lock = threading.Lock()
        self._wanted = False
        self._flowing: Feed | None = None

    def needs(self, feed: Feed) -> bool:
        """Whether analyzers look at a feed, or will as soon as it gives something."""
        return feed is self._analysis.feed or (self._wanted and feed.name == self._smaller)

    def look(self) -> None:
        """Once a second, on the loop: turn to the smaller feed when keyframes of the main one will not do."""
        if not self._smaller or self._wanted:
            return
        if self._main.demand.decode is Decode.KEY and self._main.idle.sparse:
            self._wanted = True
            self._drive(self._smaller)
            self._turned()
            self._later(self._turn)

    def flowing(self, feed: Feed) -> None:
        """A feed began to give something; not on the loop."""
        if feed.name == self._smaller:
            self._flowing = feed
            self._turn()

    def lost(self, feed: Feed) -> None:
        """A feed's connection ended; not on the loop."""
        if feed.name == self._smaller:
            self._flowing = None
            self._turn()

    def _turn(self) -> None:
        with self._lock:
            feed = (self._flowing if self._wanted else None) or self._main
            if feed is not self._analysis.feed:
                self._analysis.turn(feed)
                self._turned()
