"""Where the database is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from glimpser.database import Database, DatabaseError, migrate_all, network_filesystem
from glimpser.database.target import Target


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/data/glimpser.db"),
        ("sqlite://other.db", "/data/other.db"),
        ("sqlite:///srv/hub.db", "/srv/hub.db"),
    ],
)
def test_sqlite_urls(url: str, path: str) -> None:
    assert Target.parse(url, Path("/data")).path == Path(path)


def test_a_postgres_url() -> None:
    target = Target.parse("postgresql://ann:p%40ss@db.example:5433/hub", Path("/data"))
    assert target.path is None
    assert target.postgres is not None
    expected = {"user": "ann", "password": "p@ss", "host": "db.example", "port": 5433, "database": "hub"}
    assert expected.items() <= target.postgres.items()


@pytest.mark.parametrize(
    "url", ["mysql://a/b", "sqlite://", "sqlite://:memory:", "sqlite:///a.db?synchronous=OFF", "x"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match="database_url"):
        Database(url, Path("/data"))


async def test_only_the_hub_may_read_its_file(tmp_path: Path) -> None:
    await migrate_all("", tmp_path / "new", {})
    assert (tmp_path / "new" / "glimpser.db").stat().st_mode & 0o077 == 0


async def test_every_connection_is_durable_and_checks_references(sqlite_db: Database) -> None:
    async def pragmas(connection: object) -> list[object]:
        found = []
        for name in ("synchronous", "foreign_keys", "journal_mode", "busy_timeout"):
            rows = await connection.execute_query_dict(f"PRAGMA {name}")  # type: ignore[attr-defined]
            found += list(rows[0].values())
        return found

    assert await sqlite_db.write(pragmas) == [2, 1, "wal", 10_000]
    assert (await sqlite_db.reader.execute_query_dict("PRAGMA query_only"))[0]["query_only"] == 1


def test_a_network_file_system_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mounted(*mounts: tuple[str, str]) -> None:
        partitions = [SimpleNamespace(mountpoint=point, fstype=kind) for point, kind in mounts]
        monkeypatch.setattr(psutil, "disk_partitions", lambda all: partitions)

    mounted(("/", "ext4"), (str(tmp_path), "nfs4"))
    assert network_filesystem(tmp_path / "deeper") == "nfs4"
    mounted(("/", "nfs4"), (str(tmp_path), "ext4"))
    assert network_filesystem(tmp_path / "deeper") is None
