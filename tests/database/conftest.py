"""Databases to test on: SQLite files, and databases of the tests' own PostgreSQL server."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from support.postgres import new_database
from support.tables import empty

from glimpser.database import AppModels, Database, migrate_all

_numbers = itertools.count()


@pytest.fixture
async def new_url(kind: str, request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables, once of each kind."""
    return "" if kind == "sqlite" else await new_database(request.getfixturevalue("postgres_server"))


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
        url = await new_database(server)
        assert await migrate_all(url, data_dir, {}) == {}
        migrated["postgres"] = url.rsplit("/", 1)[1]
    return await new_database(server, migrated["postgres"])


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
