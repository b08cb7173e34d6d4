"""Which plugins were switched on or off, read without opening the database as the hub does."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

_QUERY = "SELECT plugin_id, enabled FROM plugin_states WHERE enabled IS NOT NULL"  # both databases understand it
_SECONDS = 3.0


class SwitchesUnreadable(Exception):
    """The database is there but cannot be read; the message says why."""


def read_switches(database_url: str, data_dir: Path) -> dict[str, bool]:
    """What was decided, by plugin id; empty when nothing was, or there is no database yet. Waits 3 s at most.

    SwitchesUnreadable for a database that does not answer.
    """
    scheme = urlsplit(database_url).scheme
    if scheme in ("", "sqlite"):
        parts = urlsplit(database_url)
        return _sqlite(data_dir / (parts.netloc + parts.path or "glimpser.db"))
    return _postgres(database_url)


def _sqlite(path: Path) -> dict[str, bool]:
    if not path.exists():
        return {}
    try:
        # mode=ro takes part in locking, so a running hub is neither disturbed nor misread.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_SECONDS)) as connection:
            return {plugin_id: bool(enabled) for plugin_id, enabled in connection.execute(_QUERY)}
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return {}
        raise SwitchesUnreadable(f"{path}: {error}") from None
    except sqlite3.DatabaseError as error:
        raise SwitchesUnreadable(f"{path}: {error}") from None


def _postgres(database_url: str) -> dict[str, bool]:
    import asyncio

    try:
        import asyncpg  # type: ignore[import-untyped]
    except ImportError:
        raise SwitchesUnreadable("PostgreSQL needs the extra glimpser[postgres]") from None

    async def fetch() -> dict[str, bool]:
        connection = await asyncpg.connect("postgresql://" + database_url.partition("://")[2], timeout=_SECONDS)
        try:
            rows = await connection.fetch(_QUERY, timeout=_SECONDS)
        except asyncpg.UndefinedTableError:
            return {}
        finally:
            await connection.close(timeout=_SECONDS)
        return {row["plugin_id"]: row["enabled"] for row in rows}

    try:
        # On a thread of its own, because the caller may be on an event loop.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, fetch()).result()
    except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
        raise SwitchesUnreadable(f"the database does not answer: {type(error).__name__}") from None
