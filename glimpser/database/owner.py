"""One hub a database: it is held against a second one, whatever folder and machine that runs on.

On SQLite by a lock on a file beside it, on PostgreSQL by an advisory lock on a connection that is kept for it. Both go
with the process, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from glimpser.database.errors import DatabaseInUse, DatabaseUnreachable
from glimpser.database.locks import connect, locked
from glimpser.database.target import Target

log = logging.getLogger("glimpser.database")

WAIT_S = 3.0
"""A hub that was killed a moment ago may still be known to the server."""
PROBE_S = 10.0
RETAKE_S = 30.0
"""Longer than a connection that broke goes on holding the lock at the server; see _KEEPALIVE."""
_POLL_S = 0.2

# A machine that lost its power says no goodbye: the server asks, and has forgotten it after 25 s.
_KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
# Each schema of a database may be a hub's.
_KEY = "x'676C6D70'::int, hashtext(coalesce(current_schema(), ''))"
_TAKE = f"SELECT pg_try_advisory_lock({_KEY})"
_HOLDER = (
    "SELECT host(a.client_addr) AS address, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS at "
    "FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = l.database "
    "WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 "
    "AND (l.classid::bigint::int, l.objid::bigint) = (x'676C6D70'::int, "
    "hashtext(coalesce(current_schema(), ''))::bigint & 4294967295)"
)


class Ownership:
    """The right to be the hub of a database."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._file: int | None = None
        self._connection: Any = None

    async def take(self, wait_s: float = WAIT_S) -> None:
        """DatabaseInUse when another hub has it for longer than ``wait_s`` seconds, DatabaseUnreachable when the server
        cannot be asked."""
        if self._target.path:
            self._target.prepare()
            path = self._target.path.with_name(f"{self._target.path.name}.hub.lock")
            self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        else:
            self._connection = await connect(self._target, **_KEEPALIVE)
        end = time.monotonic() + wait_s
        try:
            while not await self._taken():
                if time.monotonic() >= end:
                    raise DatabaseInUse(await self._refusal())
                await asyncio.sleep(_POLL_S)
        except BaseException:
            await self.release()
            raise

    async def keep(self) -> str:
        """Hold it until cancelled, also when the server ends the connection. Returns only when another hub took it
        meanwhile, and says so."""
        while True:
            await asyncio.sleep(PROBE_S)
            if await self._holds():
                continue
            log.warning("the connection that holds the database is gone; it is made again")
            await self.release()
            try:
                await self.take(RETAKE_S)
            except DatabaseUnreachable as error:
                log.warning("%s", error)
            except DatabaseInUse as error:
                return str(error)

    async def release(self) -> None:
        """Give it up. Twice does nothing."""
        file, self._file = self._file, None
        connection, self._connection = self._connection, None
        if file is not None:
            os.close(file)  # the file stays, as two files of one name would be two locks
        if connection is not None:
            with contextlib.suppress(Exception):  # it may be broken, and is gone either way
                await connection.close(timeout=2)

    async def _taken(self) -> bool:
        if self._file is not None:
            return locked(self._file)
        return bool(await self._connection.fetchval(_TAKE))

    async def _holds(self) -> bool:
        if self._file is not None:
            return True
        if self._connection is None or self._connection.is_closed():
            return False
        try:
            await self._connection.fetchval("SELECT 1", timeout=PROBE_S)
        except Exception:  # whatever it is, the lock is not to be relied on
            return False
        return True

    async def _refusal(self) -> str:
        if self._target.path:
            return f"another hub is using the database {self._target.path}; stop it or give another database_url"
        where = ""
        for row in await self._connection.fetch(_HOLDER):
            where = f" (connected from {row['address'] or 'the machine of the server'} since {row['at']} UTC)"
        return f"another hub is using the database {self._target}{where}; stop it or give another database_url"


@asynccontextmanager
async def owned(url: str, data_dir: Any) -> AsyncIterator[None]:
    """Within the block no hub runs on the database. DatabaseInUse while one does."""
    ownership = Ownership(Target.parse(url, data_dir))
    await ownership.take()
    try:
        yield
    finally:
        await ownership.release()
