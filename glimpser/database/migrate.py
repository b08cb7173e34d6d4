"""Bringing the tables of the core and of plugins to what their code expects; works without a running hub."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from glimpser.database import catalog
from glimpser.database.apps import CORE, CORE_APP, AppModels, check_plugin_models, claim_tables, table_prefix
from glimpser.database.backup import BACKUPS, copy_database
from glimpser.database.errors import DatabaseDamaged, MigrationError, ModelsInvalid, PluginMigrationError
from glimpser.database.executor import AppExecutor, Recorder, schema_editor
from glimpser.database.locks import WAIT_SECONDS, migration_lock
from glimpser.database.target import READ, Target


async def migrate_all(url: str, data_dir: Path, plugins: Mapping[str, AppModels]) -> dict[str, PluginMigrationError]:
    """Migrate the core, then each plugin in the given order. Returns what failed: those plugins stay off.

    A failure of the core (MigrationError, SchemaTooNew, DatabaseDamaged, MigrationBusy, …) is raised.
    """
    failures: dict[str, PluginMigrationError] = {}
    async with migrating(url, data_dir) as migrator:
        await migrator.up(CORE_APP, CORE)
        for app, spec in plugins.items():
            try:
                await migrator.up(app, spec)
            except PluginMigrationError as error:
                failures[app] = error
    return failures


@asynccontextmanager
async def migrating(url: str, data_dir: Path, *, wait_s: float = WAIT_SECONDS) -> AsyncIterator[Migrator]:
    """The right to migrate a database, held by one process at a time; made if it does not exist yet.

    MigrationBusy when another process keeps it for longer than ``wait_s`` seconds, DatabaseDamaged when the file is no
    sound database.
    """
    target = Target.parse(url, data_dir)
    target.prepare()
    async with migration_lock(target, wait_s), TortoiseContext() as context:
        # Only connections: a migration must not depend on the models of today, nor on other apps' models.
        context.connections._init_config(target.migration_connections())
        migrator = Migrator(target, context.connections.get(READ))
        try:
            await migrator.prepare()
        except sqlite3.DatabaseError as error:
            raise DatabaseDamaged(
                f"the database {target.path} cannot be read ({error}); copies are in the folder {BACKUPS!r} beside it"
            ) from error
        yield migrator


class Migrator:
    """Migrates one app at a time; get one from ``migrating``. Before its first change it copies a SQLite database."""

    def __init__(self, target: Target, connection: BaseDBAsyncClient) -> None:
        self._target = target
        self._connection = connection
        self._owners: dict[str, str] = {}
        self._copied = False

    async def prepare(self) -> None:
        recorder = Recorder(self._connection)
        await recorder.ensure_schema(schema_editor(self._connection))
        # A database without migrations has nothing that a copy would keep.
        self._copied = not await recorder.applied_migrations()
        claim_tables(CORE_APP, CORE, self._owners)

    async def applied(self) -> dict[str, list[str]]:
        """The migrations that the database has: ``{app: [name, …]}``."""
        found: dict[str, list[str]] = {}
        for key in await Recorder(self._connection).applied_migrations():
            found.setdefault(key.app_label, []).append(key.name)
        return found

    async def up(self, app: str, spec: AppModels) -> list[str]:
        """Apply what the app lacks, all or nothing; returns the names. A plugin's failure is a PluginMigrationError."""
        return await self._migrate(app, spec, to_zero=False)

    async def to_zero(self, app: str, spec: AppModels) -> list[str]:
        """Undo all of the app's migrations, its tables included, all or nothing; errors as in ``up``."""
        return await self._migrate(app, spec, to_zero=True)

    async def purge(self, app: str) -> list[str]:
        """Drop every table of a plugin and forget its migrations, without needing its code; returns the tables."""
        await self._copy_once()
        async with in_transaction(READ) as transaction:
            tables = await _tables(transaction, app)
            for table in tables:
                await transaction.execute_script(f'DROP TABLE "{table}"' + _cascade(transaction))
            for key in await Recorder(transaction).applied_migrations():
                if key.app_label == app:
                    await Recorder(transaction).record_unapplied(app, key.name)
        return tables

    async def _migrate(self, app: str, spec: AppModels, *, to_zero: bool) -> list[str]:
        try:
            if app != CORE_APP:
                check_plugin_models(app, spec)
            claim_tables(app, spec, self._owners)
            executor = AppExecutor(self._connection, app, spec)
            plan = await executor.steps(to_zero=to_zero)
            if plan:
                await self._copy_once()
                async with in_transaction(READ) as transaction:
                    before = await catalog.table_shapes(transaction)
                    await executor.run(plan, transaction)
                    if broken := await catalog.broken_references(transaction):
                        raise ModelsInvalid("; ".join(broken[:5]))
                    if app != CORE_APP:
                        await _check_tables(app, before, transaction)
            return [step.migration.name for step in plan]
        except Exception as error:  # a migration is its app's code: anything may come out of it
            reason = error.reason if isinstance(error, MigrationError) else str(error) or type(error).__name__
            if app != CORE_APP:
                raise PluginMigrationError(app, reason) from error
            if isinstance(error, MigrationError | DatabaseDamaged):
                raise
            raise MigrationError(app, reason) from error

    async def _copy_once(self) -> None:
        path = self._target.path
        if path and not self._copied:
            await asyncio.to_thread(copy_database, path, path.parent / BACKUPS)
        self._copied = True


async def kept_by(connection: BaseDBAsyncClient, app: str) -> bool:
    """Whether a table of a plugin has a row; its code is not needed."""
    for table in await _tables(connection, app):
        if await connection.execute_query_dict(f'SELECT 1 AS found FROM "{table}" LIMIT 1'):  # noqa: S608  # as it is
            return True
    return False


async def _tables(connection: BaseDBAsyncClient, app: str) -> list[str]:
    """Tables of a plugin by its prefix, those of plugins whose prefix begins with it aside."""
    prefix = table_prefix(app)
    apps = {key.app_label for key in await Recorder(connection).applied_migrations()}
    others = tuple(p for other in apps if (p := table_prefix(other)) != prefix and p.startswith(prefix))
    return sorted(
        t for t in await catalog.table_shapes(connection) if t.startswith(prefix) and not t.startswith(others)
    )


async def _check_tables(app: str, before: dict[str, object], transaction: BaseDBAsyncClient) -> None:
    """Hold the rules against what a plugin's migration really did, raw SQL included."""
    prefix = table_prefix(app)
    after = await catalog.table_shapes(transaction)
    for table in sorted(before.keys() | after.keys()):
        if before.get(table) != after.get(table) and not table.startswith(prefix):
            raise ModelsInvalid(f"the migration changes table {table!r}; a plugin's tables start with {prefix!r}")
    for table, target in sorted(await catalog.references(transaction)):
        if table.startswith(prefix) and not target.startswith(prefix):
            raise ModelsInvalid(f"table {table!r} has a foreign key to {target!r}, which is not the plugin's")


def _cascade(connection: BaseDBAsyncClient) -> str:
    return " CASCADE" if catalog.is_postgres(connection) else ""
