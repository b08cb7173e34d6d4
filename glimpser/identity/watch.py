"""Looks twice a second whether what is open may stay open: for limits of time, and for changes that another process,
such as the command line, wrote into the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from typing import Protocol

from glimpser.database.models import ApiKey, Session, User

from . import sessions
from .policy import Principal

log = logging.getLogger("glimpser.identity")

EVERY_S = 0.5


class Open(Protocol):
    """What stays open."""

    def principals(self) -> list[Principal]:
        """Who has something open."""

    def end_expired(self) -> None:
        """End what is past its time."""

    def end_unserved(self, admits: Callable[[str, str | None], bool]) -> None:
        """End what is open to addresses that are not served any more."""


class Watch:
    """``admits``: whether an address is served, with a role. ``ended``: told the ids of sessions, keys and links whose
    open responses are to end. ``unchanged``: asked whether the visitor of a link may still see what they could see."""

    def __init__(
        self,
        opened: Open,
        admits: Callable[[str, str | None], bool],
        ended: Callable[[Collection[str]], None],
        unchanged: Callable[[Principal], Awaitable[bool]],
    ) -> None:
        self._open = opened
        self._admits = admits
        self._ended = ended
        self._unchanged = unchanged
        self._known: dict[str, str] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("what is open could not be checked; it is tried again")
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Once."""
        self._open.end_expired()
        self._open.end_unserved(self._admits)
        visitors = [p for p in self._open.principals() if p.kind == "share"]
        if changed := [p.session_id for p in visitors if not await self._unchanged(p)]:
            self._ended(changed)
        opened = {p.session_id: p for p in self._open.principals() if p.kind in ("user", "token", "api_key")}
        self._known = {proof: seen for proof, seen in self._known.items() if proof in opened}
        if not opened:
            return
        users = {u.id: u for u in await User.filter(id__in=[p.id for p in opened.values()], active=True)}
        alive = await _alive(opened)
        gone = []
        for proof, principal in opened.items():
            user = users.get(principal.id)
            if user is None or proof not in alive or user.role != principal.role:
                gone.append(proof)
                continue
            now = repr((user.role, user.streams, user.restrictions, user.factor))
            if self._known.setdefault(proof, now) != now:
                gone.append(proof)
        for proof in gone:  # what it opens from now on goes by what it may do from now on
            self._known.pop(proof, None)
        if gone:
            self._ended(gone)


async def _alive(proofs: Collection[str]) -> set[str]:
    """Those of these sessions and keys that still count."""
    now, ids = datetime.now(UTC), list(proofs)
    found = {s.id for s in await Session.filter(id__in=ids, revoked_at=None) if sessions.ends_at(s) > now}
    for key in await ApiKey.filter(id__in=ids, revoked_at=None):
        if key.expires_at is None or key.expires_at > now:
            found.add(key.id)
    return found
