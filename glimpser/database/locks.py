"""Locks between processes: one migrates at a time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from glimpser.database.errors import DatabaseUnreachable, MigrationBusy
from glimpser.database.target import Target

WAIT_SECONDS = 60.0
CONNECT_SECONDS = 10.0
_POLL_SECONDS = 0.1
_ADVISORY_KEY = 0x676C696D70736572


@asynccontextmanager
async def migration_lock(target: Target, wait_s: float = WAIT_SECONDS) -> AsyncIterator[None]:
    """Hold the right to migrate. MigrationBusy when another process has it for longer than ``wait_s`` seconds."""
    if target.path:
        async with _file_lock(target.path.with_name(f"{target.path.name}.migrate.lock"), wait_s):
            yield
    else:
        async with _advisory_lock(target, wait_s):
            yield


@asynccontextmanager
async def _file_lock(path: Path, wait_s: float) -> AsyncIterator[None]:
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        end = time.monotonic() + wait_s
        while not locked(file):
            await _wait(end)
        yield
    finally:
        # The file stays: removing it would let two processes hold a lock on two files of one name.
        os.close(file)


def locked(file: int) -> bool:
    """Whether the open file is locked by this call, without waiting."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _advisory_lock(target: Target, wait_s: float) -> AsyncIterator[None]:
    connection = await connect(target)
    try:
        end = time.monotonic() + wait_s
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _ADVISORY_KEY):
            await _wait(end)
        yield
    finally:
        await connection.close()


async def connect(target: Target, **settings: str) -> Any:
    """A connection for a lock alone: a pool gives up advisory locks whenever a connection returns to it.
    DatabaseUnreachable when there is none to be had."""
    try:
        import asyncpg  # type: ignore[import-untyped]  # an extra: only PostgreSQL needs it
    except ImportError:
        raise DatabaseUnreachable("PostgreSQL needs the extra glimpser[postgres]") from None
    try:
        return await asyncpg.connect(
            **(target.postgres or {}),
            timeout=CONNECT_SECONDS,
            server_settings={"application_name": "glimpser", **settings},
        )
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = str(error) or type(error).__name__
        raise DatabaseUnreachable(f"the database {target} cannot be reached: {why}") from error


async def _wait(end: float) -> None:
    if time.monotonic() > end:
        raise MigrationBusy("another process is migrating the database; wait for it or stop it, then start again")
    await asyncio.sleep(_POLL_SECONDS)
