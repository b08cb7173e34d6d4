"""Streams from the command line, without a hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from glimpser.database import Database, migrate_all
from glimpser.database.models import MetaValue
from glimpser.plugins.config import References
from glimpser.plugins.host import PluginHost
from glimpser.plugins.policy import policy_of, switches_of
from glimpser.secrets import SecretBox
from glimpser_sdk.ids import new_id

from .documents import Documents
from .store import StreamStore

if TYPE_CHECKING:
    from glimpser.settings import Settings


@asynccontextmanager
async def offline_store(settings: Settings) -> AsyncIterator[StreamStore]:
    """The streams of a hub that does not run. Imports plugins; makes the database if there is none."""
    host = PluginHost(policy_of(settings.origins, switches_of(settings.origins)))
    await asyncio.to_thread(host.load)
    await migrate_all(settings.database_url, settings.data_dir, {})
    db = Database(settings.database_url, settings.data_dir)
    await db.open()
    try:
        yield StreamStore(
            db,
            lambda: host.registry,
            Documents(SecretBox.from_file(settings.key_file), References.of(settings.data_dir)),
            node_id=await _node_id(db),
            data_dir=settings.data_dir,
            media_roots=[str(path) for path in settings.media_roots],
            max_idle_gap_s=lambda: settings.max_idle_gap_s,
        )
    finally:
        await db.close()


async def _node_id(db: Database) -> str:
    row = await MetaValue.filter(key="node_id").first()
    if row is None:
        fresh = new_id()
        row = await db.write(lambda conn: MetaValue.create(using_db=conn, key="node_id", value=fresh))
    return str(row.value)
