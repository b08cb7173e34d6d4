"""Pictures on request: the newest frame, or one that is decoded for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from glimpser.protocol.messages import EventPart, Picture, SnapshotFailed, TakeSnapshot, WhyNot
from glimpser_sdk.contexts import Clock
from glimpser_sdk.errors import Reason
from glimpser_sdk.frames import Frame

from .feed import Feed
from .folding import BEST_QUALITY, BEST_SIDE
from .idle import Mode
from .live import picture

QUALITY = 85
SAME_TIME_NS = 2_000_000_000


class _Request:
    """One request, answered once, by a frame or by running out of time."""

    def __init__(self, message: TakeSnapshot, since_ns: int, answer: Callable[[TakeSnapshot, Frame], None]) -> None:
        self.message = message
        self._since_ns, self._answer = since_ns, answer
        self._lock = threading.Lock()
        self._open = True

    def claim(self) -> bool:
        """Whether the caller is the one to answer."""
        with self._lock:
            was, self._open = self._open, False
            return was

    def __call__(self, frame: Frame) -> bool:
        """Whether the request is done with; takes the frame when it is new enough."""
        if self.message.fresh and frame.mono_ns < self._since_ns:
            return False
        if self.claim():
            self._answer(self.message, frame)
        return True

    @property
    def deadline_ns(self) -> int:
        """When it is too late."""
        return self._since_ns + int(self.message.timeout_s * 1e9)


class Snapshots:
    """The open requests of one stream. ``reason`` tells why the stream gives nothing, if it knows."""

    def __init__(
        self,
        feed: Feed,
        clock: Clock,
        generation: int,
        *,
        offer: Callable[[Picture], None],
        post: Callable[[Any], None],
        reason: Callable[[], Reason | None],
    ) -> None:
        self._feed, self._clock, self._generation = feed, clock, generation
        self._offer, self._post, self._reason = offer, post, reason
        self._requests: list[_Request] = []

    def take(self, message: TakeSnapshot, running: bool) -> None:
        """Answer from the newest frame when it will do, else wait for the next; encodes, so not on the loop.

        While nothing is decoded the newest frame may be old, so one is decoded from the kept packets.
        """
        request = _Request(message, self._clock.mono_ns(), self._answer)
        newest = self._feed.last_frame
        current = not running or self._feed.mode is not Mode.NONE or self._feed.parameters is None
        if newest is not None and not message.fresh and current:
            request(newest)
            return
        if not running and self._reason() is not None:
            self._fail(request)
            return
        self._requests.append(request)
        self._feed.want_still(request)

    def best(self, part: EventPart, frame: Frame) -> None:
        """Send an event's best frame; one of a smaller feed is followed by what the main feed shows at that time."""
        event_id, score = part.id, part.score

        def send(shown: Frame) -> bool:
            if abs(shown.mono_ns - frame.mono_ns) < SAME_TIME_NS:
                made = picture(shown, self._generation, "best", BEST_SIDE, BEST_QUALITY)
                made.event_id, made.score = event_id, score
                self._offer(made)
            return True

        send(frame)
        if frame.feed != self._feed.name:
            self._feed.want_still(send)

    def _answer(self, message: TakeSnapshot, frame: Frame) -> None:
        made = picture(frame, self._generation, "snapshot", 0, QUALITY)
        made.request_id = message.request_id
        self._offer(made)

    def _fail(self, request: _Request) -> None:
        if request.claim():
            why = self._reason() or Reason("snapshot.timeout", {"seconds": request.message.timeout_s})
            self._post(
                SnapshotFailed(request_id=request.message.request_id, why=WhyNot(code=why.code, params=why.params))
            )

    def expire(self, now_ns: int) -> None:
        """Once a second: give up on what waited too long."""
        late = [request for request in self._requests if now_ns > request.deadline_ns]
        for request in late:
            self._fail(request)
        if late:
            self._requests = [request for request in self._requests if request not in late]
            self._feed.forget_stills(late)

    def close(self) -> None:
        """The stream ends: nobody shall wait on."""
        for request in self._requests:
            self._fail(request)
        self._feed.forget_stills(self._requests)
        self._requests = []
