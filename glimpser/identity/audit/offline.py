"""Checking the log from the command line, whether or not a hub is running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glimpser.database import Database
from glimpser_sdk.errors import NotReady

from .sealing import KEY_FILE, HeadFile, Seal
from .verify import Verdict, verify

if TYPE_CHECKING:
    from glimpser.settings import Settings


async def verify_log(settings: Settings) -> Verdict:
    """Look at every entry of a hub's log. NotReady where there is no log to look at."""
    if not (settings.data_dir / KEY_FILE).exists():
        raise NotReady(
            f"there is no {KEY_FILE} in {settings.data_dir}: either no hub ran here yet, or its audit log can never be "
            "checked again"
        )
    seal = Seal.of(settings.data_dir)
    db = Database(settings.database_url, settings.data_dir)
    await db.open()
    try:
        return await verify(seal, HeadFile(settings.data_dir, seal))
    finally:
        await db.close()
