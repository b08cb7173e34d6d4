"""Turns the coming and going of streams into events and feed entries: one event for each outage."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from glimpser.capture.desired import StreamState
from glimpser.events.service import Events
from glimpser.protocol.messages import WhyNot
from glimpser.redaction import redactor

from .reasons import reason_text

log = logging.getLogger("glimpser.streams")

LOST = frozenset({"stale", "waiting", "error"})
UNKNOWN: dict[str, Any] = {
    "status": "inactive", "reason": None, "resolution": None, "fps": None, "codec": None, "last_frame_at": None,
    "retry_at": None, "attempts": 0, "mode": None, "degraded": False, "suspect": False, "since": None,
}  # fmt: skip
"""The state of a stream of which nothing is known, as feed and API show it."""
QUIET_S = 15.0
"""An outage shorter than this is shown in the stream's state only."""


class StreamHealth:
    """Watches states; changes are handled one after the other, off the caller's path."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._changes: asyncio.Queue[tuple[StreamState, StreamState | None]] = asyncio.Queue()
        self._open: dict[str, str] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._last: dict[str, StreamState] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def changed(self, new: StreamState, old: StreamState | None) -> None:
        """Observer of capture."""
        if old is None or new.state != old.state or new.reason != old.reason or new.resolution != old.resolution:
            self._changes.put_nowait((new, old))

    async def run(self) -> None:
        """Handle changes until cancelled."""
        while True:
            new, _ = await self._changes.get()
            try:
                await self._handle(new)
            except Exception:
                log.exception("telling about a stream's state failed")

    async def _handle(self, state: StreamState) -> None:
        self._last[state.id] = state
        await self._events.announce("stream", state.state, state.id, stream_id=state.id, payload=state_view(state))
        if state.state in LOST:
            if state.id not in self._timers and state.id not in self._open:
                loop = asyncio.get_running_loop()
                self._timers[state.id] = loop.call_later(QUIET_S, self._still_lost, state.id)
        elif state.state in ("active", "inactive", "removed"):
            timer = self._timers.pop(state.id, None)
            if timer is not None:
                timer.cancel()
            event_id = self._open.pop(state.id, None)
            if event_id is not None:
                await self._events.end(event_id)

    def _still_lost(self, stream_id: str) -> None:
        self._timers.pop(stream_id, None)
        task = asyncio.get_running_loop().create_task(self._publish(stream_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, stream_id: str) -> None:
        state = self._last.get(stream_id)
        if state is None or stream_id in self._open or state.state in ("active", "inactive", "removed"):
            return
        reason = state.reason
        data: dict[str, Any] = {
            "code": reason.code if reason else "unknown",
            "params": redactor.clean(reason.params) if reason else {},
        }
        self._open[stream_id] = await self._events.publish("stream.lost", stream_id=stream_id, data=data, ended=False)


def reason_view(why: WhyNot) -> dict[str, Any]:
    """A reason with its text."""
    params = redactor.clean(why.params)
    return {"code": why.code, "params": params, "text": reason_text(why.code, params)}


def state_view(state: StreamState) -> dict[str, Any]:
    """A stream's measured state as feed and API show it."""
    return {
        "status": state.state,
        "reason": reason_view(state.reason) if state.reason else None,
        "resolution": state.resolution or None,
        "fps": round(state.fps, 2) if state.fps is not None else None,
        "codec": state.codec or None,
        "last_frame_at": state.last_frame_at,
        "retry_at": state.retry_at,
        "attempts": state.attempts,
        "mode": state.mode or None,
        "degraded": state.degraded,
        "suspect": state.suspect,
        "since": state.since,
    }
