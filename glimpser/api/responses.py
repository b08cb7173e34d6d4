"""Long-lived responses: each belongs to the session, key or link that opened it and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from glimpser.identity.audit import asking
from glimpser.identity.policy import Principal


@dataclass(slots=True)
class _Open:
    principal: Principal
    address: str
    task: asyncio.Task[object] | None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        self.ended.set()
        if self.task is not None:
            self.task.cancel()


class OpenResponses:
    """Registry of responses that stay open. Also ends them all when the hub stops."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}
        self._next = 0
        self._closing = False

    @contextmanager
    def register(self, principal: Principal) -> Iterator[Callable[[], bool]]:
        """Within the block the response is known; the yielded call says whether it may go on."""
        self._next += 1
        number, response = self._next, _Open(principal, asking.get().address, asyncio.current_task())
        self._open[number] = response
        try:
            yield lambda: not response.ended.is_set() and not self._closing
        finally:
            self._open.pop(number, None)

    def principals(self) -> list[Principal]:
        """Who has something open, each session or key once."""
        return list({response.principal.session_id: response.principal for response in self._open.values()}.values())

    def end_sessions(self, session_ids: Collection[str]) -> None:
        """End the responses of these sessions, keys or links."""
        for response in list(self._open.values()):
            if response.principal.session_id in session_ids:
                response.end()

    def end_expired(self) -> None:
        """End the responses whose proof has run out. It may have done so for one of a session and not for another."""
        now = datetime.now(UTC)
        for response in list(self._open.values()):
            if response.principal.expires_at is not None and response.principal.expires_at <= now:
                response.end()

    def end_unserved(self, admits: Callable[[str, str | None], bool]) -> None:
        """End the responses to addresses, and to roles from there, that are not served any more."""
        served: dict[tuple[str, str], bool] = {}
        for response in list(self._open.values()):
            key = response.address, response.principal.role
            if key not in served:
                served[key] = admits(*key)
            if not served[key]:
                response.end()

    def close(self) -> None:
        """End all (the hub stops)."""
        self._closing = True
        for response in list(self._open.values()):
            response.end()

    def __len__(self) -> int:
        return len(self._open)
