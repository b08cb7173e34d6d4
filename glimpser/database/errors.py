"""What can go wrong with the database, said so that a user knows what to do."""

from __future__ import annotations


class DatabaseError(Exception):
    """Base of every error that this package raises itself; errors of single statements stay Tortoise's."""


class DatabaseClosed(DatabaseError):
    """A write was asked for before the database was opened or after it was closed."""


class NestedWrite(DatabaseError):
    """A write was asked for from inside a write; inside one, call the ORM directly."""


class DatabaseDamaged(DatabaseError):
    """SQLite's own check found a fault in the file or in a copy of it."""


class DatabaseInUse(DatabaseError):
    """Another hub runs on the database."""


class DatabaseUnreachable(DatabaseError):
    """The server of the database does not answer, or lets nobody in."""


class MigrationBusy(DatabaseError):
    """Another process has been migrating this database for too long."""


class ModelsInvalid(DatabaseError):
    """An app's tables break the rules that keep apps apart."""


class MigrationError(DatabaseError):
    """An app's migration failed and was rolled back. ``app`` is ``core`` or the plugin's id."""

    def __init__(self, app: str, reason: str) -> None:
        super().__init__(f"database migration of {app!r} failed: {reason}")
        self.app = app
        self.reason = reason


class SchemaTooNew(MigrationError):
    """The database was migrated by a newer release than this one."""

    def __init__(self, app: str, names: list[str]) -> None:
        super().__init__(
            app,
            f"the database has migrations this release does not know ({', '.join(names)}): "
            "install the newer release again, or restore the copy that was made before the upgrade",
        )
        self.names = names


class PluginMigrationError(MigrationError):
    """A plugin's migration failed; only that plugin is affected."""
