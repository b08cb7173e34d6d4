"""Streams from the command line, without a hub: for the demo and ``glimpser apply``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from glimpser.database import Database, migrate_all
from glimpser.database.models import MetaValue
from glimpser.keyfile import in_use
from glimpser.plugins.config import References
from glimpser.plugins.host import PluginHost
from glimpser.plugins.policy import policy_of, switches_of
from glimpser.sealed import open_box
from glimpser_sdk.ids import new_id

from .documents import Documents
from .store import StreamStore

if TYPE_CHECKING:
    from glimpser.settings import Settings


async def node_id(db: Database) -> str:
    """This installation's id, made at the first use of its database."""
    row = await MetaValue.filter(key="node_id").first()
    if row is not None:
        return str(row.value)
    fresh = new_id()
    await db.write(lambda conn: MetaValue.create(using_db=conn, key="node_id", value=fresh))
    return fresh


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[StreamStore]:
    """The store of streams with the installed plugins, on the database of ``settings``."""
    switches = await asyncio.to_thread(switches_of, settings.origins)
    host = PluginHost(policy_of(settings.origins, switches))
    await asyncio.to_thread(host.load)
    await migrate_all(settings.database_url, settings.data_dir, {})
    db = Database(settings.database_url, settings.data_dir)
    await db.open()
    try:
        with in_use(settings.data_dir):
            documents = Documents(
                await open_box(settings.key_path), References.of(settings.data_dir, settings.key_path)
            )
            yield StreamStore(
                db,
                lambda: host.registry,
                documents,
                node_id=await node_id(db),
                data_dir=settings.data_dir,
                media_roots=[],
                max_idle_gap_s=lambda: settings.max_idle_gap_s,
            )
    finally:
        await db.close()
