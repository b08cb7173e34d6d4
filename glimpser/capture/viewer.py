"""One viewer: a slot for the newest picture, so that a slow one loses frames and slows nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from glimpser.protocol.messages import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSession:
    """Who watches what. ``bytes``: picture bytes handed over so far; ``dropped``: pictures it was too slow for."""

    id: str
    principal: str
    kind: str
    stream_id: str
    side: int
    max_fps: float
    since: datetime
    pictures: int
    bytes: int
    dropped: int


class Viewer:
    """An async iterator of pictures that ends when the viewer is disconnected or its stream is removed. Close it (or
    use it as an async context manager)."""

    def __init__(
        self,
        viewer_id: str,
        stream_id: str,
        side: int,
        max_fps: float,
        *,
        principal: str,
        kind: str,
        closed: Callable[[Viewer], None],
    ) -> None:
        self.id = viewer_id
        self.stream_id = stream_id
        self.side = side
        self.max_fps = max_fps
        self.principal = principal
        self.kind = kind
        self._on_close = closed
        self._since = datetime.now(UTC)
        self._interval = 1.0 / max_fps
        self._due = 0.0
        self._slot: Picture | None = None
        self._wake = asyncio.Event()
        self._closed = False
        self._pictures = self._bytes = self._dropped = 0

    def offer(self, picture: Picture) -> None:
        """Put the newest picture in, if one is due; replaces one that was not taken yet."""
        now = time.monotonic()
        if self._closed or now < self._due - self._interval / 2:
            return
        self._due = max(self._due, now - self._interval) + self._interval
        if self._slot is not None:
            self._dropped += 1
        self._slot = picture
        self._wake.set()

    def close(self) -> None:
        """End the iteration; idempotent."""
        if not self._closed:
            self._closed = True
            self._wake.set()
            self._on_close(self)

    def __aiter__(self) -> Viewer:
        return self

    async def __anext__(self) -> Picture:
        await self._wake.wait()
        picture, self._slot = self._slot, None
        if self._closed or picture is None:
            raise StopAsyncIteration
        self._wake.clear()
        self._pictures += 1
        self._bytes += len(picture.jpeg)
        return picture

    async def __aenter__(self) -> Viewer:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def session(self) -> LiveSession:
        """As the list of live sessions shows it."""
        return LiveSession(
            id=self.id,
            principal=self.principal,
            kind=self.kind,
            stream_id=self.stream_id,
            side=self.side,
            max_fps=self.max_fps,
            since=self._since,
            pictures=self._pictures,
            bytes=self._bytes,
            dropped=self._dropped,
        )
