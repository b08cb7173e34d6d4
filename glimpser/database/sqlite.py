"""SQLite connections for Tortoise: one that writes, and a few that can only read.

Tortoise finds these classes through ``get_client_class``; its own client shares one connection between everybody and
begins transactions without taking the write lock.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

import aiosqlite
from tortoise.backends.base.client import NestedTransactionContext, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

READERS = 4
BUSY_MS = 10_000
_SHARED = {"journal_mode": "WAL", "busy_timeout": BUSY_MS, "journal_size_limit": 16 << 20}


def write_config(path: str, *, foreign_keys: bool = True) -> dict[str, Any]:
    """Tortoise's configuration of the connection that writes. FULL: what was promised survives a power cut."""
    pragmas = {**_SHARED, "synchronous": "FULL", "foreign_keys": "ON" if foreign_keys else "OFF"}
    return {"engine": __name__, "credentials": {"file_path": path, **pragmas}}


def read_config(path: str) -> dict[str, Any]:
    """Tortoise's configuration of the connections that only read."""
    return {"engine": __name__, "credentials": {"file_path": path, **_SHARED, "query_only": "ON"}}


def get_client_class(config: Mapping[str, Any]) -> type[SqliteClient]:
    return ReadClient if "query_only" in config["credentials"] else WriteClient


class ReadClient(SqliteClient):
    """Up to four connections, opened when needed, on which SQLite refuses every change."""

    def __init__(self, file_path: str, **pragmas: Any) -> None:
        super().__init__(file_path, **pragmas)
        self._all: list[aiosqlite.Connection] = []
        self._idle: list[aiosqlite.Connection] = []
        self._free = asyncio.Semaphore(READERS)

    def acquire_connection(self) -> Any:
        return _Lease(self)

    def _in_transaction(self) -> TransactionContext:
        raise TransactionManagementError("rows are changed only inside Database.write")

    async def take(self) -> aiosqlite.Connection:
        await self._free.acquire()
        try:
            return self._idle.pop() if self._idle else await self._connect()
        except BaseException:
            self._free.release()
            raise

    def give(self, connection: aiosqlite.Connection) -> None:
        self._idle.append(connection)
        self._free.release()

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self.filename, isolation_level=None)
        self._all.append(connection)
        connection.row_factory = sqlite3.Row
        for name, value in self.pragmas.items():
            await connection.execute_fetchall(f"PRAGMA {name}={value}")
        await self._post_connect()
        return connection

    async def close(self) -> None:
        connections, self._all, self._idle = self._all, [], []
        for connection in connections:
            await connection.close()


class _Lease:
    def __init__(self, pool: ReadClient) -> None:
        self._pool = pool

    async def __aenter__(self) -> aiosqlite.Connection:
        self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(self, *exc: object) -> None:
        self._pool.give(self._connection)


class WriteClient(SqliteClient):
    """The one connection that changes rows."""

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(WriteTransaction(self), self._lock)


class _Transaction(SqliteTransactionContext):
    """Tortoise's own keeps its lock for ever when BEGIN fails."""

    async def __aenter__(self) -> Any:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection


class WriteTransaction(SqliteTransactionWrapper):
    """A transaction that holds the write lock from its first statement and says so when SQLite gave it up."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(WriteTransaction(self))

    async def begin(self) -> None:
        # IMMEDIATE: a transaction that reads before it writes would otherwise fail at once beside another process.
        await self._run("BEGIN IMMEDIATE")

    async def commit(self) -> None:
        # Not the driver's commit(): that does nothing, silently, after SQLite rolled back by itself (disk full).
        try:
            await self._run("COMMIT")
        except BaseException:
            await self._connection.rollback()
            raise
        finally:
            self._finalized = True

    async def savepoint_rollback(self) -> None:
        await self._run(f"ROLLBACK TO {self._savepoint}")
        await self._run(f"RELEASE {self._savepoint}")
        self._savepoint = None

    async def execute_script(self, query: str) -> None:
        # Not the driver's executescript(): that commits first.
        for statement in split_script(query):
            await self._run(statement)

    @translate_exceptions
    async def _run(self, query: str) -> None:
        await self._connection.execute_fetchall(query)


def split_script(script: str) -> Iterator[str]:
    """The statements of a script; a semicolon inside text, a comment or a trigger does not end one."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            if statement.strip(" ;\n\t\r"):
                yield statement.strip()
            statement = ""
