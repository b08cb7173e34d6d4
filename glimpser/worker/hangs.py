"""Plugin code that does not come back. Only the end of its process helps, so the hub is told, which drains it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from glimpser.protocol.messages import Stuck

HANG_S = 30.0
"""A call of an analyzer or a sink that takes longer will not come back."""
CLOSED_S = 3.0
"""A source that goes on waiting so long after it was closed will not come back either."""


class Hangs:
    """Of one stream of one generation; tells of each plugin once."""

    def __init__(self, stream_id: str, generation: int, source: str, post: Callable[[Any], None]) -> None:
        self._stream_id, self._generation, self._source, self._post = stream_id, generation, source, post
        self._told: set[str] = set()

    def look(self, calls: Iterable[tuple[str, float]], closed_s: float) -> None:
        """Once a second. ``calls``: plugins and how many seconds their running calls take. ``closed_s``: for how long
        the source has been closed and not ended."""
        ignores = closed_s > CLOSED_S
        # What holds up a source that was closed is as likely an analyzer on its thread.
        limit = CLOSED_S if ignores else HANG_S
        self.tell([plugin for plugin, seconds in calls if seconds > limit] or [self._source] * ignores)

    def tell(self, plugins: Iterable[str]) -> None:
        """These do not come back."""
        for plugin in dict.fromkeys(plugins):
            if plugin not in self._told:
                self._told.add(plugin)
                self._post(Stuck(stream_id=self._stream_id, generation=self._generation, plugin=plugin))
