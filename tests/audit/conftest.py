"""A log of a few entries, written by the real service into a real database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from support.tables import empty

from glimpser.database import Database, migrate_all
from glimpser.identity.audit import Audit, HeadFile, Seal, Verdict, verify


class Log:
    """A log in a folder of its own; every call opens it anew, as a process would."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.url = url

    def use(self, work: Callable[[Audit], Awaitable[Any]], *, days: int = 365) -> Any:
        """Run ``work`` with the open log."""

        async def run() -> Any:
            if self.url:
                await migrate_all(self.url, self.folder, {})
            else:
                empty(self.folder)
            db = Database(self.url, self.folder)
            await db.open()
            try:
                return await work(Audit(db, self.folder, days=lambda: days))
            finally:
                await db.close()

        return asyncio.run(run())

    def write(self, count: int, *, mark: bool = True) -> None:
        """Add entries, and the head."""

        async def work(audit: Audit) -> None:
            for number in range(count):
                await audit.record(
                    "test.done", object=("thing", f"id{number}", f"näme {number}"), number=number, on=True
                )
            if mark:
                await audit.mark()

        self.use(work)

    def verify(self) -> Verdict:
        """What a check says."""

        async def work(audit: Audit) -> Verdict:
            seal = Seal.of(self.folder)
            return await verify(seal, HeadFile(self.folder, seal))

        verdict: Verdict = self.use(work)
        return verdict

    def sql(self, *statements: str) -> list[Any]:
        """Reach into the database as somebody with the file, or a password of the server, would."""
        if self.url:
            return asyncio.run(_postgres(self.url, statements))
        with sqlite3.connect(self.folder / "glimpser.db") as rows:
            found: list[Any] = []
            for statement in statements:
                found = rows.execute(statement).fetchall()
        rows.close()
        return found


async def _postgres(url: str, statements: tuple[str, ...]) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [list(map(tuple, await connection.fetch(statement))) for statement in statements][-1]
    finally:
        await connection.close()


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """An empty log."""
    return Log(tmp_path)
