"""Deletes notes of a certain age."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .config import NotesConfig
from .models import Note

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

EVERY_S = 24 * 3600


async def delete_old(ctx: HubContext) -> int:
    """Delete the notes that were written more than ``keep_days`` days ago; returns how many."""
    config = ctx.config or NotesConfig()
    oldest = ctx.clock.now() - timedelta(days=config.keep_days)

    async def change(connection: Any) -> int:
        return await Note.filter(created_at__lt=oldest).using_db(connection).delete()

    deleted: int = await ctx.write(change)
    ctx.metrics.counter("deleted_total").inc(deleted)
    return deleted


async def keep_young(ctx: HubContext) -> None:
    """Delete old notes now and once a day, until cancelled."""
    while True:
        if deleted := await delete_old(ctx):
            ctx.log.info("old notes deleted: %d", deleted)
        await asyncio.sleep(EVERY_S)
