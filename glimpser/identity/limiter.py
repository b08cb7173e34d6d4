"""Slows down guessing: failures are counted by (account, address) in the database, so that a restart forgives nothing.

Counting by the pair means that strangers cannot lock an owner out by failing on purpose from elsewhere.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import Any

from glimpser.database import Database
from glimpser.database.models import SignInFailure

WINDOW = timedelta(hours=1)
STEPS = ((20, timedelta(days=1)), (10, timedelta(hours=1)), (5, timedelta(minutes=15)))


def bucket(name: str, address: str) -> str:
    """The counter of a name from an address; IPv6 counts by its /64."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return f"{name.casefold()}|?"
    if isinstance(ip, ipaddress.IPv6Address):
        return f"{name.casefold()}|{ipaddress.ip_network((ip, 64), strict=False)}"
    return f"{name.casefold()}|{ip}"


class SignInLimiter:
    """5 failures lock for 15 minutes, 10 for an hour, 20 for a day."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def locked_for(self, name: str, address: str) -> float:
        """Seconds until the next try is looked at; 0 = now."""
        row = await SignInFailure.filter(key=bucket(name, address)).first()
        if row is None or row.locked_until is None:
            return 0.0
        return max(0.0, (row.locked_until - datetime.now(UTC)).total_seconds())

    async def failed(self, name: str, address: str) -> None:
        """Count a failure."""
        key, now = bucket(name, address), datetime.now(UTC)

        async def change(conn: Any) -> None:
            row = await SignInFailure.filter(key=key).using_db(conn).first()
            if row is None:
                await SignInFailure.create(using_db=conn, key=key, count=1, window_start=now)
                return
            if now - row.window_start > WINDOW and (row.locked_until is None or row.locked_until < now):
                row.count, row.window_start = 0, now
            row.count += 1
            for count, lock in STEPS:
                if row.count >= count:
                    row.locked_until = now + lock
                    break
            await row.save(using_db=conn)

        await self._db.write(change)

    async def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name from this address."""
        key = bucket(name, address)

        async def change(conn: Any) -> None:
            await SignInFailure.filter(key=key).using_db(conn).delete()

        if await SignInFailure.filter(key=key).exists():
            await self._db.write(change)
