"""The open database: reading anywhere, writing in one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext

from glimpser.database.apps import CORE, CORE_APP, AppModels
from glimpser.database.errors import DatabaseClosed
from glimpser.database.target import READ, Target
from glimpser.database.writer import WriteFunction, Writer

T = TypeVar("T")
Write = Callable[[WriteFunction[Any]], Awaitable[Any]]

carrier: ContextVar[Callable[[Write, WriteFunction[Any]], Awaitable[Any]] | None] = ContextVar(
    "glimpser_carrier", default=None
)
"""Called, where a task has set it, as ``carrier(write, change)`` in place of ``write(change)``: for what has to be in
the same transaction as a change that somebody else makes."""


class Database:
    """One database with the core's tables and those of plugins; a process has at most one open.

    Reads are plain ORM calls from any task, on connections that refuse changes. Changes happen inside ``write``.
    Migrate first (``migrate_all``).
    """

    def __init__(self, url: str, data_dir: Path) -> None:
        """``url`` as in ``Target.parse``; empty means a SQLite file in ``data_dir``. DatabaseError for a bad one."""
        self.target = Target.parse(url, data_dir)
        self._writer: Writer | None = None
        self._context: TortoiseContext | None = None

    async def open(self, apps: Mapping[str, AppModels] | None = None) -> None:
        """Connect, with the tables of the core and of the plugins in ``apps`` (id: models)."""
        self.target.prepare()
        # Statements by connection and table name: they may be of another dialect or of a migration's older tables.
        EXECUTOR_CACHE.clear()
        config = {
            "connections": self.target.connections(),
            "apps": {
                app: {"models": list(spec.models), "migrations": spec.migrations, "default_connection": READ}
                for app, spec in {CORE_APP: CORE, **(apps or {})}.items()
            },
        }
        context = TortoiseContext()
        # Entered only to set it up: requests run in tasks that began elsewhere and find it as the global fallback.
        with context:
            await context.init(config, _enable_global_fallback=True)
        self._context = context
        self._writer = Writer()
        self._writer.start()

    async def close(self) -> None:
        """Finish the writes that were asked for and disconnect. Closing twice does nothing."""
        writer, self._writer = self._writer, None
        context, self._context = self._context, None
        if writer:
            await writer.close()
        if context:
            await context.close_connections()

    async def write(self, function: WriteFunction[T]) -> T:
        """See ``Writer.write``."""
        if self._writer is None:
            raise DatabaseClosed("the database is not open")
        through = carrier.get()
        if through is not None:
            return await through(self._writer.write, function)  # type: ignore[no-any-return]
        return await self._writer.write(function)

    @property
    def reader(self) -> BaseDBAsyncClient:
        """The reading connection, for raw SQL (``await db.reader.execute_query_dict("SELECT …", [value])``)."""
        if self._context is None:
            raise DatabaseClosed("the database is not open")
        return self._context.connections.get(READ)
