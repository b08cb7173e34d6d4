"""Where the database is: the URL, read once and turned into Tortoise's connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from tortoise.backends.base.config_generator import expand_db_url

from glimpser.database import sqlite
from glimpser.database.errors import DatabaseError

READ = "default"
WRITE = "writer"
POSTGRES_READERS = 5
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "9p", "afs"}


@dataclass(frozen=True, slots=True)
class Target:
    """A database, either a SQLite file (``path``) or a PostgreSQL server (``postgres``: Tortoise's credentials)."""

    path: Path | None
    postgres: dict[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str, data_dir: Path) -> Target:
        """Read ``sqlite:///absolute/path``, ``sqlite://relative`` (below data_dir) or ``postgres://…``.

        An empty URL is ``glimpser.db`` in data_dir. DatabaseError for anything else.
        """
        if not url:
            return cls(data_dir / "glimpser.db")
        parts = urlsplit(url)
        if parts.scheme == "sqlite":
            if parts.query:
                raise DatabaseError("database_url: a sqlite URL takes no options")
            if not parts.netloc + parts.path or ":memory:" in url:
                raise DatabaseError("database_url: a sqlite URL needs the path of a file, as in sqlite:///var/lib/x.db")
            return cls(data_dir / (parts.netloc + parts.path))
        if parts.scheme in ("postgres", "postgresql", "asyncpg"):
            rest = url.split("://", 1)[1]
            return cls(None, expand_db_url(f"asyncpg://{rest}")["credentials"])
        raise DatabaseError(f"database_url: {parts.scheme!r} is not supported; allowed: sqlite, postgres")

    def connections(self) -> dict[str, Any]:
        """The connections of a running hub: READ refuses changes, WRITE is the writer's."""
        if self.path:
            return {READ: sqlite.read_config(str(self.path)), WRITE: sqlite.write_config(str(self.path))}
        return {
            READ: self._postgres({"maxsize": POSTGRES_READERS}, default_transaction_read_only="on"),
            WRITE: self._postgres({"maxsize": 1}, lock_timeout="30s", idle_in_transaction_session_timeout="60s"),
        }

    def migration_connections(self) -> dict[str, Any]:
        """The one connection of a migration: SQLite alters a table by replacing it, which would delete its children."""
        if self.path:
            return {READ: sqlite.write_config(str(self.path), foreign_keys=False)}
        return {READ: self._postgres({"maxsize": 1})}

    def _postgres(self, options: dict[str, Any], **settings: str) -> dict[str, Any]:
        server_settings = {"timezone": "UTC", "application_name": "glimpser", **settings}
        credentials = {**(self.postgres or {}), "minsize": 1, **options, "server_settings": server_settings}
        return {"engine": "tortoise.backends.asyncpg", "credentials": credentials}

    def __str__(self) -> str:
        """For people, without the password."""
        found = self.postgres or {}
        return str(self.path or f"{found.get('database')} at {found.get('host')}:{found.get('port')}")

    def prepare(self) -> None:
        """Make the folder and an empty file that only the hub's own user may read."""
        if self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)


def network_filesystem(path: Path) -> str | None:
    """The kind of network file system that ``path`` is on, or None. SQLite's locks do not hold on one."""
    real = path.resolve()
    mounts = [p for p in psutil.disk_partitions(all=True) if real.is_relative_to(p.mountpoint)]
    kind = max(mounts, key=lambda p: len(p.mountpoint)).fstype if mounts else ""
    return kind if kind in _NETWORK else None
