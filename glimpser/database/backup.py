"""Copies of a SQLite database, made while it is in use and checked before anybody relies on them."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from glimpser.database.errors import DatabaseDamaged, DatabaseError

KEPT = 2
BACKUPS = "backups"
"""Folder beside the database. Copies made before a change of tables lie in it, those of a running hub in ``daily``."""
DAILY = "daily"
DAY = timedelta(days=1)


def quick_check(path: Path) -> None:
    """DatabaseDamaged unless SQLite finds the file sound. Reads the whole file: seconds for a big one."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)
        try:
            faults = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        faults = [str(error)]
    if faults != ["ok"]:
        raise DatabaseDamaged(f"the database {path} is damaged: {'; '.join(faults)}")


def check_at_start(path: Path) -> None:
    """DatabaseDamaged, with what to do, unless the file is sound or not there yet. Using a damaged one damages more."""
    if not path.exists():
        return
    try:
        quick_check(path)
    except DatabaseDamaged as error:
        copies = path.parent / BACKUPS
        raise DatabaseDamaged(f"{error}; put a copy from {copies} or {copies / DAILY} in its place") from None


def copy_when_due(path: Path, now: datetime) -> Path | None:
    """Make the copy of the day, unless the newest is younger than a day. Gives the new copy.

    DatabaseError and OSError: there is none, and the older ones stay.
    """
    folder = path.parent / BACKUPS / DAILY
    newest = max((copy.stat().st_mtime for copy in folder.glob(f"{path.stem}-*.db")), default=0.0)
    # A copy from the future was made while the clock was wrong.
    young = timedelta() <= now - datetime.fromtimestamp(newest, UTC) < DAY
    return None if young else copy_database(path, folder)


def copy_database(path: Path, folder: Path) -> Path:
    """Copy the database into ``folder`` (``<name>-<UTC time>.db``), check the copy, keep the two newest.

    Uses SQLite's online backup, so others may go on using it. DatabaseError when there is no room, DatabaseDamaged when
    the copy does not pass SQLite's check (it is removed; older copies stay).
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    needed = path.stat().st_size + sum(wal.stat().st_size for wal in path.parent.glob(f"{path.name}-wal"))
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DatabaseError(f"no room to copy the database to {folder}: {needed} bytes are needed, {free} are free")
    copy = folder / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.db"
    unfinished = copy.with_suffix(".part")
    unfinished.touch(mode=0o600)
    try:
        _copy(path, unfinished)
        quick_check(unfinished)
        unfinished.rename(copy)
    finally:
        for rest in folder.glob(f"{unfinished.name}*"):
            rest.unlink()
    for old in sorted(folder.glob(f"{path.stem}-*.db"))[:-KEPT]:
        old.unlink()
    return copy


def _copy(path: Path, to: Path) -> None:
    source = sqlite3.connect(path)
    target = sqlite3.connect(to)
    try:
        source.backup(target)
        # The copy must be one file, complete by itself.
        target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(f"the database {path} cannot be copied: {error}") from error
    finally:
        target.close()
        source.close()
