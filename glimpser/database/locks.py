"""One migrating process at a time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from glimpser.database.errors import MigrationBusy
from glimpser.database.target import Target

WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.1
_ADVISORY_KEY = 0x676C696D70736572


@asynccontextmanager
async def migration_lock(target: Target, wait_s: float = WAIT_SECONDS) -> AsyncIterator[None]:
    """Hold the right to migrate. MigrationBusy when another process has it for longer than ``wait_s`` seconds."""
    if target.path:
        async with _file_lock(target.path.with_name(f"{target.path.name}.migrate.lock"), wait_s):
            yield
    else:
        async with _advisory_lock(target.postgres or {}, wait_s):
            yield


@asynccontextmanager
async def _file_lock(path: Path, wait_s: float) -> AsyncIterator[None]:
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + wait_s
        while not _locked(file):
            await _wait(end)
        yield
    finally:
        # The file stays: removing it would let two processes hold a lock on two files of one name.
        os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _advisory_lock(credentials: dict[str, Any], wait_s: float) -> AsyncIterator[None]:
    import asyncpg  # type: ignore[import-untyped]  # an extra: only PostgreSQL needs it

    # A connection of its own: a pool gives up advisory locks whenever a connection returns to it.
    connection = await asyncpg.connect(**credentials)
    try:
        end = time.monotonic() + wait_s
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _ADVISORY_KEY):
            await _wait(end)
        yield
    finally:
        await connection.close()


async def _wait(end: float) -> None:
    if time.monotonic() > end:
        raise MigrationBusy("another process is migrating the database; wait for it or stop it, then start again")
    await asyncio.sleep(_POLL_SECONDS)
