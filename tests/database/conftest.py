"""Databases to test on: SQLite files, and a PostgreSQL server of our own where Debian's is installed."""

from __future__ import annotations

import getpass
import itertools
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from support.tables import empty

from glimpser.database import AppModels, Database, migrate_all

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running server without a database name."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not bins:
        pytest.skip("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin)")
    root = getpass.getuser() == "root"
    if root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root and there is no runuser to become another user")
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    # Not below pytest's own folder: only root may enter that.
    folder = Path(tempfile.mkdtemp(prefix="glimpser-postgres-"))
    if root:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *args: str) -> None:
        subprocess.run(
            [*as_user, str(bins[-1] / program), *args], cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "glimpser", "--no-sync", "-E", "UTF8")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgres://glimpser@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


async def _new_postgres(server: str, template: str = "template1") -> str:
    name = f"test_{next(_numbers)}"
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()
    return f"{server}/{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres":
        request.getfixturevalue("postgres_server")
    return str(request.param)


@pytest.fixture
async def new_url(kind: str, request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables, once of each kind."""
    return "" if kind == "sqlite" else await _new_postgres(request.getfixturevalue("postgres_server"))


@pytest.fixture
async def url(kind: str, migrated: dict[str, str], request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the core's tables, once of each kind; for SQLite it lies in ``tmp_path``."""
    if kind == "postgres":
        return await _copy_postgres(migrated, request.getfixturevalue("postgres_server"), tmp_path)
    empty(tmp_path)
    return ""


@pytest.fixture(scope="session")
def migrated() -> dict[str, str]:
    """The name of a migrated PostgreSQL database, to be copied, once one was needed."""
    return {}


async def _copy_postgres(migrated: dict[str, str], server: str, data_dir: Path) -> str:
    if "postgres" not in migrated:
        url = await _new_postgres(server)
        assert await migrate_all(url, data_dir, {}) == {}
        migrated["postgres"] = url.rsplit("/", 1)[1]
    return await _new_postgres(server, migrated["postgres"])


@pytest.fixture
async def db(url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated, open database, once of each kind."""
    database = Database(url, tmp_path)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(tmp_path: Path) -> AsyncIterator[Database]:
    empty(tmp_path)
    database = Database("", tmp_path)
    await database.open()
    yield database
    await database.close()


PluginMaker = Callable[..., AppModels]


@pytest.fixture
def make_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PluginMaker:
    """Write a plugin's package and return its AppModels: ``make_plugin(models_source, first_migration, second, …)``."""
    root = tmp_path / "plugins"
    root.mkdir()
    monkeypatch.syspath_prepend(str(root))

    def make(models: str, *operations: str) -> AppModels:
        name = f"plugin_{next(_numbers)}"
        migrations = root / name / "migrations"
        migrations.mkdir(parents=True)
        for package in (root / name, migrations):
            (package / "__init__.py").touch()
        header = "from tortoise import fields\nfrom tortoise.models import Model\n"
        (root / name / "models.py").write_text(header + models)
        for number, source in enumerate(operations, 1):
            (migrations / f"{number:04d}_step.py").write_text(
                "from tortoise import fields, migrations\nfrom tortoise.migrations import operations as ops\n"
                f"class Migration(migrations.Migration):\n    {source.strip()}\n"
            )
        return AppModels(models=(f"{name}.models",), migrations=f"{name}.migrations")

    return make
