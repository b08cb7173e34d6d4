"""Changes to plugins' data from the command line, without a hub and without importing a plugin."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from glimpser.database import Database, migrate_all, migrating, owned
from glimpser.database.apps import CORE, models_of, table_prefix, tables_of
from glimpser.database.models.plugins import PluginState, PluginValue
from glimpser.plugins.decide import ID, RESERVED
from glimpser.plugins.rows import store_switch
from glimpser_sdk.errors import ConfigInvalid


@asynccontextmanager
async def opened(url: str, data_dir: Path) -> AsyncIterator[Database]:
    """The database with the core's tables, brought up to date and opened for the length of one command."""
    await migrate_all(url, data_dir, {})
    db = Database(url, data_dir)
    await db.open()
    try:
        yield db
    finally:
        await db.close()


async def switch_plugin(url: str, data_dir: Path, plugin_id: str, on: bool) -> None:
    """Store whether a plugin is to be loaded."""
    async with opened(url, data_dir) as db:
        await store_switch(db, plugin_id, on)


async def purge_plugin(url: str, data_dir: Path, plugin_id: str) -> list[str]:
    """Delete a plugin's tables, rows and files; returns what was deleted, a line each.

    ConfigInvalid when the id is none, or its tables cannot be told from the core's; DatabaseInUse while a hub runs.
    """
    if not ID.fullmatch(plugin_id) or plugin_id in RESERVED:
        raise ConfigInvalid(f"{plugin_id!r} is no plugin id")
    prefix = table_prefix(plugin_id)
    if taken := sorted(t for model in models_of(CORE) for t in tables_of(model) if t.startswith(prefix)):
        raise ConfigInvalid(f"{plugin_id!r}: tables that start with {prefix!r} belong to the core ({', '.join(taken)})")
    async with owned(url, data_dir):
        async with migrating(url, data_dir) as migrator:
            done = [f"table {table}" for table in await migrator.purge(plugin_id)]
        async with opened(url, data_dir) as db:

            async def forget(_: Any) -> tuple[int, int]:
                rows = PluginState.filter(plugin_id=plugin_id), PluginValue.filter(plugin_id=plugin_id)
                return await rows[0].delete(), await rows[1].delete()

            states, values = await db.write(forget)
    done += ["settings"] * bool(states) + [f"{values} stored values"] * bool(values)
    folder = plugin_folder(data_dir, plugin_id)
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
        done.append(f"folder {folder}")
    return done or ["nothing was stored"]


def plugin_folder(data_dir: Path, plugin_id: str) -> Path:
    """The folder that a plugin has for itself."""
    return data_dir / "plugins" / plugin_id
