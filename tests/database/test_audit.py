"""The audit log on each kind of database: entries come back exactly as they were sealed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from glimpser.database import Database
from glimpser.database.models import AuditEvent
from glimpser.identity.audit import Audit, NotWritten, entry

ODD: dict[str, Any] = {
    "text": "näme \u2028 \U0001f600 \ud800 \0", "number": 2**53 - 1, "large": 10**30, "fraction": 0.1, "many": 1e22,
    "none": None, "yes": True, "list": [1, {"b": 1, "a": [2.5, "1"]}], "json": "{\"a\": 1}",
}  # fmt: skip


async def test_what_was_sealed_fits_what_is_read(db: Database, tmp_path: Path) -> None:
    audit = Audit(db, tmp_path)
    for number in range(5):
        await audit.record("test.done", object=("thing", str(number), "n" * 500), **ODD)
    await audit.mark()
    assert (await audit.verify()).findings == []
    row = await AuditEvent.get(seq=3)
    assert (row.data["fraction"], row.data["number"], len(row.object_name)) == ("0.1", 2**53 - 1, 200)
    await db.write(lambda conn: AuditEvent.filter(seq=3).using_db(conn).update(actor="another"))
    assert [f.seq for f in (await audit.verify()).findings] == [3]


async def test_an_entry_goes_with_its_change_or_not_at_all(db: Database, tmp_path: Path) -> None:
    audit = Audit(db, tmp_path)

    async def fails(conn: Any) -> None:
        raise ValueError("no")

    with audit.along(entry("test.done")) as pending:
        with pytest.raises(ValueError, match="no"):
            await db.write(fails)
        assert not await AuditEvent.exists()
        await db.write(lambda conn: AuditEvent.all().using_db(conn).count())
        await db.write(lambda conn: AuditEvent.all().using_db(conn).count())  # only the first takes it
        await audit.finish(pending)
    assert await AuditEvent.all().count() == 1

    (tmp_path / "audit.key").unlink()
    await db.close()
    with pytest.raises(NotWritten):
        await audit.record("test.done")
