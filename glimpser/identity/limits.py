"""Counted quotas: how often, or how many at a time. A role says how much, every use is a row until it is over.

A use a day counts until midnight UTC, the same object once. A use at a time counts while its lease runs: this process
renews it until the response ends, so that what a killed process held is free again a minute later, or when it starts.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from glimpser.database import Database, DatabaseError
from glimpser.database.models import LimitUse
from glimpser_sdk.ids import new_id

from .permissions import Catalogue, Counted
from .policy import Principal

log = logging.getLogger("glimpser.identity")

LEASE = timedelta(seconds=60)
RENEW_S = 20.0
RETRY_S = 5.0
"""When to ask again for what others hold: nobody knows when they are done."""


class LimitReached(Exception):
    """No more of it now; ``retry_after`` in seconds."""

    def __init__(self, counted: Counted, limit: int, retry_after: float) -> None:
        super().__init__(counted.name)
        self.counted = counted
        self.limit = limit
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A use that was counted. ``fresh``: by this call, not by an earlier one for the same object."""

    id: str
    concurrent: bool
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A limit and what is left of it."""

    counted: Counted
    limit: int
    used: int
    resets_at: datetime | None

    @property
    def left(self) -> int:
        """How many more."""
        return max(0, self.limit - self.used)


def midnight(now: datetime) -> datetime:
    """When the day ends."""
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


class Limits:
    """Counts uses. Who has no limit of a name is not counted, and costs nothing."""

    def __init__(
        self,
        db: Database,
        catalogue: Catalogue,
        *,
        node_id: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._db = db
        self._catalogue = catalogue
        self._node = f"{node_id}:"
        self._holder = f"{self._node}{new_id()}"
        self._now = now
        self._held: set[str] = set()
        self._releases: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Give back what earlier processes of this node held."""
        await self._db.write(lambda conn: LimitUse.filter(holder__startswith=self._node).using_db(conn).delete())

    async def run(self) -> None:
        """Keep what is held, and forget what is over, until cancelled."""
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                await self.renew()
            except Exception:
                log.exception("what is held of limits could not be renewed; it is tried again")

    async def renew(self) -> None:
        """Once."""
        now = self._now()

        async def change(conn: Any) -> None:
            await LimitUse.filter(id__in=list(self._held)).using_db(conn).update(expires_at=now + LEASE)
            await LimitUse.filter(expires_at__lte=now).using_db(conn).delete()

        await self._db.write(change)

    # --- counting --------------------------------------------------------------------------------------------------

    async def take(self, principal: Principal, name: str, object_id: str = "") -> Use | None:
        """Count one use; None for who has no such limit. ``object_id``: what is used; once a day is enough for it.
        LimitReached when there is no more. What is taken at a time has to be given back by :meth:`release`."""
        counted, limit = self._catalogue.limits[name], principal.limits.get(name)
        if limit is None:
            return None
        now, concurrent = self._now(), counted.counted == "concurrent"
        identifier, subject = new_id(), principal.account or principal.id

        async def change(conn: Any) -> Use:
            used = LimitUse.filter(subject=subject, name=name, expires_at__gt=now).using_db(conn)
            if not concurrent and object_id and (same := await used.filter(object_id=object_id).first()) is not None:
                return Use(id=same.id, concurrent=False, fresh=False)
            if await used.count() >= limit:
                wait = RETRY_S if concurrent else math.ceil((midnight(now) - now).total_seconds())
                raise LimitReached(counted, limit, wait)
            await LimitUse.create(
                using_db=conn, id=identifier, subject=subject, name=name, object_id=object_id,
                holder=self._holder if concurrent else "", expires_at=now + LEASE if concurrent else midnight(now),
            )  # fmt: skip
            return Use(id=identifier, concurrent=concurrent, fresh=True)

        if concurrent:
            self._held.add(identifier)
        try:
            use: Use = await self._db.write(change)
        except asyncio.CancelledError:
            self._later(identifier)  # it may be written all the same
            raise
        except Exception:
            self._held.discard(identifier)
            raise
        return use

    async def undo(self, use: Use) -> None:
        """It came to nothing: it does not count."""
        if use.fresh:
            await self._forget(use.id)

    async def release(self, use: Use) -> None:
        """What was taken at a time is over; what counts a day stays counted."""
        if use.concurrent:
            await self._forget(use.id)

    def release_after(self, task: asyncio.Task[Any], use: Use) -> None:
        """Release it when the task ends, however it ends."""
        if use.concurrent:
            task.add_done_callback(lambda _: self._later(use.id))

    def _later(self, identifier: str) -> None:
        task = asyncio.get_running_loop().create_task(self._forget(identifier))
        self._releases.add(task)
        task.add_done_callback(self._releases.discard)

    async def _forget(self, identifier: str) -> None:
        self._held.discard(identifier)
        try:
            await self._db.write(lambda conn: LimitUse.filter(id=identifier).using_db(conn).delete())
        except DatabaseError as error:
            log.info("a use of a limit was not given back, and ends by itself: %s", error)

    # --- showing ---------------------------------------------------------------------------------------------------

    async def left(self, principal: Principal) -> list[Quota]:
        """The principal's limits and what is left of them, by name."""
        now, found = self._now(), []
        for name, limit in sorted(principal.limits.items()):
            counted = self._catalogue.limits.get(name)
            if counted is None:
                continue
            subject = principal.account or principal.id
            used = await LimitUse.filter(subject=subject, name=name, expires_at__gt=now).count()
            resets = None if counted.counted == "concurrent" else midnight(now)
            found.append(Quota(counted=counted, limit=limit, used=used, resets_at=resets))
        return found
