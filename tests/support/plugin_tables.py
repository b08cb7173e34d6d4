"""A plugin's tables in a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from glimpser.database import AppModels, Database, migrating
from glimpser_sdk import ModelsSpec


def models_of(spec: ModelsSpec) -> AppModels:
    """As the hub takes them."""
    return AppModels(models=spec.modules, migrations=spec.migrations)


async def up_to_zero_and_up(
    url: str, data_dir: Path, plugin: str, models: AppModels, *, migrations: list[str], tables: list[str]
) -> None:
    """The plugin's migrations make its tables, take them away, and make them again."""
    async with migrating(url, data_dir) as migrator:
        assert await migrator.up(plugin, models) == migrations
        assert await migrator.up(plugin, models) == []
        assert await migrator.to_zero(plugin, models) == migrations[::-1]
        assert await migrator.up(plugin, models) == migrations
        assert await migrator.purge(plugin) == tables


@asynccontextmanager
async def opened(url: str, data_dir: Path, plugin: str, models: AppModels) -> AsyncIterator[Database]:
    """An open database with the plugin's tables."""
    async with migrating(url, data_dir) as migrator:
        await migrator.up(plugin, models)
    db = Database(url, data_dir)
    await db.open({plugin: models})
    try:
        yield db
    finally:
        await db.close()
