"""Long-lived responses: each belongs to the session or key that opened it and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from glimpser.identity.policy import Principal


class OpenResponses:
    """Registry of responses that stay open. Also ends them all when the hub stops."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[str, asyncio.Event, asyncio.Task[object] | None]] = {}
        self._next = 0
        self._closing = False

    @contextmanager
    def register(self, principal: Principal) -> Iterator[Callable[[], bool]]:
        """Within the block the response is known; the yielded call says whether it may go on."""
        self._next += 1
        number, ended = self._next, asyncio.Event()
        self._open[number] = (principal.session_id, ended, asyncio.current_task())
        try:
            yield lambda: not ended.is_set() and not self._closing
        finally:
            self._open.pop(number, None)

    def end_sessions(self, session_ids: list[str]) -> None:
        """End the responses of these sessions or keys."""
        for session_id, ended, task in list(self._open.values()):
            if session_id in session_ids:
                ended.set()
                if task is not None:
                    task.cancel()

    def close(self) -> None:
        """End all (the hub stops)."""
        self._closing = True
        self.end_sessions([session_id for session_id, _, _ in self._open.values()])

    def __len__(self) -> int:
        return len(self._open)
