"""One stream as capture holds it: desired and actual state, generation, counters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from glimpser.protocol.messages import Status, WhyNot

from .counters import Counters
from .desired import Desired, StreamState

Changed = Callable[[StreamState, StreamState | None], None]


class Stream:
    """``placed``: it is in a worker and was not told to stop. ``heard``: its worker spoke of this generation, so it can
    be asked things. ``timer``: it will be started when this fires."""

    def __init__(self, stream_id: str, changed: Changed) -> None:
        self.id = stream_id
        self.desired: Desired | None = None
        self.generation = 0
        self.placed = False
        self.heard = False
        self.timer: asyncio.TimerHandle | None = None
        self.counters = Counters()
        self.applying = asyncio.Lock()
        self.outgoing = asyncio.Lock()
        self.state = StreamState(id=stream_id, since=datetime.now(UTC))
        self._recovering = False
        self._stopped = asyncio.Event()
        self._changed = changed

    @property
    def wanted(self) -> bool:
        """It should run and can."""
        desired = self.desired
        return desired is not None and desired.enabled and desired.stream is not None and desired.problem is None

    @property
    def running(self) -> bool:
        """It runs, or something is under way that will start it."""
        return self.placed or self.timer is not None

    def begin(self, delay_s: float) -> int:
        """The number of a new generation."""
        self.cancel_timer()
        self.generation += 1
        self.counters.begin()
        self._stopped.clear()
        self.heard = False
        return self.generation

    def cancel_timer(self) -> None:
        """Forget a planned start."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def set(self, **changes: Any) -> None:
        """Change the state; observers are told when it differs."""
        old = self.state
        if changes.get("state", old.state) != old.state:
            changes["since"] = datetime.now(UTC)
        new = replace(old, **changes)
        if new != old:
            self.state = new
            self._changed(new, old)

    def set_inactive(self) -> None:
        """It stands still and nothing is wrong."""
        self._stopped.set()
        self.set(state="inactive", reason=None, retry_at=None, fps=None, attempts=0, mode="", mode_why="",
                 degraded=False, worker_id="")  # fmt: skip

    def reported(self, status: Status) -> bool:
        """Its worker reported; True the first time in a generation."""
        if status.generation != self.generation:
            return False
        if not self.placed:
            if status.state == "inactive" and self.state.state == "stopping":
                self.set_inactive()
            return False
        first, self.heard = not self.heard, True
        self.set(
            state=status.state,
            reason=status.why,
            width=status.width or self.state.width,
            height=status.height or self.state.height,
            fps=status.fps,
            codec=status.codec or self.state.codec,
            last_frame_at=status.last_frame_at or self.state.last_frame_at,
            retry_at=status.retry_at,
            attempts=status.attempts,
            mode=status.mode,
            mode_why=status.mode_why,
            degraded=status.degraded,
            suspect_plugin=status.suspect_plugin,
        )
        return first

    def lost_worker(self, why: WhyNot) -> None:
        """Its worker is gone."""
        if self.placed:
            self.placed = False
            self._stopped.set()
            self.set(state="waiting", reason=why, fps=None, worker_id="", mode="", mode_why="")
        elif self.state.state == "stopping":
            self.set_inactive()

    async def wait_stopped(self, timeout_s: float) -> None:
        """Wait until its worker says that it stopped, or is gone."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), timeout_s)
