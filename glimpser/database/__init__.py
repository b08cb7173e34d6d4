"""The hub's rows: SQLite by default, PostgreSQL by URL. Imported by services, never by workers or plugins.

Start: ``failures = await migrate_all(url, data_dir, plugins)``, then ``db = Database(url, data_dir)`` and
``await db.open(plugins_that_migrated)``; at the end ``await db.close()``. ``plugins`` is ``{id: AppModels(…)}``.

Read with the ORM from any task: ``await Stream.filter(kind="rtsp").order_by("name")``. Such connections refuse changes.

Change rows only inside ``db.write``, which returns when the change is on disk::

    async def rename(_connection):
        stream = await Stream.get(id=stream_id)      # sees this write's own changes
        stream.name = "Front door"
        await stream.save()
        return stream

    stream = await db.write(rename)

Tables are in ``glimpser.database.models``; ``migrating`` gives a Migrator for single apps (``up``, ``to_zero``,
``purge``, ``applied``); ``copy_database`` and ``quick_check`` are for SQLite files.
"""

from glimpser.database.apps import CORE, CORE_APP, AppModels
from glimpser.database.backup import check_at_start, copy_database, copy_when_due, quick_check
from glimpser.database.connections import Database, carrier
from glimpser.database.errors import (
    DatabaseClosed,
    DatabaseDamaged,
    DatabaseError,
    DatabaseInUse,
    DatabaseUnreachable,
    MigrationBusy,
    MigrationError,
    ModelsInvalid,
    NestedWrite,
    PluginMigrationError,
    SchemaTooNew,
)
from glimpser.database.migrate import Migrator, kept_by, migrate_all, migrating
from glimpser.database.owner import Ownership, owned
from glimpser.database.target import Target, network_filesystem

__all__ = [
    "CORE",
    "CORE_APP",
    "AppModels",
    "Database",
    "DatabaseClosed",
    "DatabaseDamaged",
    "DatabaseError",
    "DatabaseInUse",
    "DatabaseUnreachable",
    "MigrationBusy",
    "MigrationError",
    "Migrator",
    "ModelsInvalid",
    "NestedWrite",
    "Ownership",
    "PluginMigrationError",
    "SchemaTooNew",
    "Target",
    "carrier",
    "check_at_start",
    "copy_database",
    "copy_when_due",
    "kept_by",
    "migrate_all",
    "migrating",
    "network_filesystem",
    "owned",
    "quick_check",
]
