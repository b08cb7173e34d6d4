"""The feed: every committed change in the order of its sequence number, live and replayed.

The log table is the truth; the feed holds a tail of it in memory for those who listen. A listener that cannot keep up
is told to start over (``reset``) instead of slowing the others.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from glimpser.database.models import EventLog

VERSION = 1
TAIL = 2000
QUEUE = 500
LATE_S = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """One entry. ``topic``: event, activity, stream, group, plugin, settings, review. ``payload``: JSON values."""

    seq: int
    topic: str
    change: str
    object_id: str
    stream_id: str | None
    at: datetime
    payload: dict[str, Any]

    def message(self) -> dict[str, Any]:
        """As clients see it; they ignore fields they do not know."""
        return {
            "v": VERSION,
            "seq": self.seq,
            "topic": self.topic,
            "change": self.change,
            "id": self.object_id,
            "stream_id": self.stream_id,
            "at": self.at,
            "data": self.payload,
        }


def from_row(row: EventLog) -> Change:
    """A change as the log keeps it."""
    return Change(row.seq, row.topic, row.change, row.object_id, row.stream_id, row.at, row.payload)


class Listener:
    """One reader's bounded queue."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Change | None] = asyncio.Queue(QUEUE)
        self.lost = False

    def offer(self, change: Change) -> None:
        """Add, or mark that the reader lost its place."""
        try:
            self.queue.put_nowait(change)
        except asyncio.QueueFull:
            self.lost = True

    def end(self) -> None:
        """Tell the reader that no more will come."""
        self.lost = self.lost or self.queue.full()
        if not self.queue.full():
            self.queue.put_nowait(None)


class Feed:
    """Announces committed changes to listeners in the order of ``seq``."""

    def __init__(self) -> None:
        self._tail: deque[Change] = deque(maxlen=TAIL)
        self._listeners: set[Listener] = set()
        self.last_seq = 0
        self.closed = False

    async def start(self) -> None:
        """Find out where the log ends."""
        row = await EventLog.all().order_by("-seq").first()
        self.last_seq = row.seq if row else 0

    def announce(self, changes: list[Change]) -> None:
        """Called after commit."""
        for change in sorted(changes, key=lambda c: c.seq):
            self.last_seq = max(self.last_seq, change.seq)
            self._tail.append(change)
            for listener in self._listeners:
                listener.offer(change)

    def close(self) -> None:
        """End all listeners (shutdown)."""
        self.closed = True
        for listener in self._listeners:
            listener.end()

    async def listen(self, after: int | None = None) -> AsyncGenerator[Change | None, None]:
        """Changes after sequence number ``after`` (None = from now on). Yields None when the reader must start over:
        what it asked for is no longer kept, or it was too slow. Ends when the hub stops."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            seen = self.last_seq if after is None else after
            if after is not None:
                missed = await self._replay(after)
                if missed is None:
                    yield None
                    seen = self.last_seq
                else:
                    for change in missed:
                        seen = change.seq
                        yield change
            while not self.closed:
                change_or_end = await listener.queue.get()
                if change_or_end is None:
                    return
                if change_or_end.seq > seen:
                    seen = change_or_end.seq
                    yield change_or_end
                if listener.lost and listener.queue.empty():
                    listener.lost = False
                    seen = self.last_seq
                    yield None
        finally:
            self._listeners.discard(listener)

    async def last_before(self, delay: timedelta) -> int:
        """Where the log ended then."""
        row = await EventLog.filter(at__lte=datetime.now(UTC) - delay).order_by("-seq").first()
        return row.seq if row else 0

    async def listen_late(self, delay: timedelta, after: int | None = None) -> AsyncGenerator[Change | None, None]:
        """The same, each change only when it is as old as ``delay``. Reads the log, so that waiting takes no memory."""
        if after is None:
            after = await self.last_before(delay)
        elif after > self.last_seq:
            yield None
            after = self.last_seq
        first = await EventLog.all().order_by("seq").first()
        if first is not None and 0 < after < first.seq - 1:
            yield None
        while not self.closed:
            for row in await EventLog.filter(seq__gt=after).order_by("seq").limit(QUEUE):
                if row.at > datetime.now(UTC) - delay:
                    break
                after = row.seq
                yield from_row(row)
            await asyncio.sleep(LATE_S)

    async def _replay(self, after: int) -> list[Change] | None:
        if after == self.last_seq:
            return []
        if after > self.last_seq:
            return None
        if self._tail and self._tail[0].seq <= after + 1:
            return [c for c in self._tail if c.seq > after]
        rows = await EventLog.filter(seq__gt=after).order_by("seq").limit(TAIL + 1)
        first = await EventLog.all().order_by("seq").first()
        if len(rows) > TAIL or (first is not None and first.seq > after + 1):
            return None
        return [from_row(row) for row in rows]
