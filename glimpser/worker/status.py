"""What a stream tells of itself: promptly when its state changes, else at most once a second."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from glimpser.protocol.messages import Status, WhyNot
from glimpser_sdk.contexts import Clock
from glimpser_sdk.errors import Reason

from .clock import wall_time
from .feed import Feed
from .idle import Mode

WINDOW = 6
"""Seconds over which the frame rate is measured."""


def why_not(reason: Reason | None) -> WhyNot | None:
    """A reason on the wire."""
    return None if reason is None else WhyNot(code=reason.code, params=reason.params)


class RateMeter:
    """Pictures a second by the media clock, else by arrival, over the last seconds."""

    def __init__(self) -> None:
        self._marks: deque[tuple[int, float | None, int]] = deque(maxlen=WINDOW)

    def mark(self, count: int, media_s: float | None, mono_ns: int) -> None:
        """``count`` pictures had arrived when the newest one, of ``media_s``, came in at ``mono_ns``."""
        if self._marks:
            last_count, last_media, last_mono = self._marks[-1]
            if count == last_count:
                return
            back = media_s is not None and last_media is not None and media_s <= last_media
            if count < last_count or back or mono_ns - last_mono > WINDOW * 10**9:
                self._marks.clear()
        self._marks.append((count, media_s, mono_ns))

    @property
    def fps(self) -> float | None:
        """None before a second was seen."""
        if len(self._marks) < 2:
            return None
        (count0, media0, mono0), (count1, media1, mono1) = self._marks[0], self._marks[-1]
        span = media1 - media0 if media0 is not None and media1 is not None else (mono1 - mono0) / 1e9
        return round((count1 - count0) / span, 2) if span > 0.4 else None


class StatusBoard:
    """The state of one stream. Thread-safe."""

    def __init__(self, stream_id: str, generation: int, clock: Clock, post: Callable[[Any], None]) -> None:
        self._stream_id, self._generation, self._clock, self._post = stream_id, generation, clock, post
        self._lock = threading.Lock()
        self._sent: Status | None = None
        self.state = "inactive"
        self._why: Reason | None = None
        self._retry_at: datetime | None = None
        self._suspect = ""
        self.attempts = 0
        self.degraded = False
        self.analysed: Feed | None = None
        """The feed that analyzers look at, where it is not the stream's main one."""
        self.rate = RateMeter()

    def set(
        self,
        state: str,
        feed: Feed | None = None,
        *,
        why: Reason | None = None,
        retry_in: float | None = None,
        suspect: str = "",
    ) -> None:
        """Enter a state and tell it at once."""
        with self._lock:
            if state == self.state and why == self._why and retry_in is None:
                return
            self.state, self._why, self._suspect = state, why, suspect or self._suspect * (state != "active")
            self._retry_at = None if retry_in is None else self._clock.now() + timedelta(seconds=retry_in)
            self._tell(feed)

    @property
    def why(self) -> Reason | None:
        """The reason of the present state."""
        return self._why

    def suspect(self, plugin: str) -> None:
        """A plugin misbehaves; told with the next status."""
        self._suspect = plugin

    def refresh(self, feed: Feed) -> None:
        """Once a second: tell what changed."""
        with self._lock:
            self.rate.mark(feed.pictures, feed.last_media_s, feed.last_mono_ns)
            self._tell(feed)

    def _tell(self, feed: Feed | None) -> None:
        status = Status(
            stream_id=self._stream_id,
            generation=self._generation,
            state=self.state,
            why=why_not(self._why),
            retry_at=self._retry_at,
            attempts=self.attempts,
            suspect_plugin=self._suspect,
            degraded=self.degraded,
        )
        if feed is not None:
            status.width, status.height = feed.size
            status.codec = feed.parameters.codec if feed.parameters else ""
            status.last_frame_at = wall_time(self._clock, feed.last_mono_ns) if feed.last_mono_ns else None
            if self._sent is not None and self._sent.last_frame_at is not None and status.last_frame_at is not None:
                moved = abs((status.last_frame_at - self._sent.last_frame_at).total_seconds())
                if moved < 0.05:  # the same moment, told apart only by the clocks' rounding
                    status.last_frame_at = self._sent.last_frame_at
            if self.state in ("active", "stale"):
                status.fps = self.rate.fps
                told = feed if feed.mode is not Mode.NONE or self.analysed is None else self.analysed
                why = told.idle.why(told.mode, told.demand)
                status.mode, status.mode_why = str(told.mode), why if told is feed else f"{told.name} feed: {why}"
        if status != self._sent:
            self._sent = status
            self._post(status)
