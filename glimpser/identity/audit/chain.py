"""The chain of entries in the database: adding to its end, cutting off its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from glimpser.database.models import AuditEvent, MetaValue

from .entries import Entry, canonical, moment, row_of
from .sealing import START, Place, Seal

CHECKPOINT = "audit.checkpoint"
TRIM_AT_ONCE = 10_000


async def append(conn: Any, seal: Seal, entries: Sequence[Entry]) -> None:
    """Inside a write, of which there is one at a time: add entries to the end."""
    last = await end(seal, conn)
    seq, mac = last.seq, last.mac
    for made in entries:
        seq += 1
        row = row_of(made, seq)
        row.mac = mac = seal.mac("entry", canonical(row, mac))
        await row.save(using_db=conn, force_create=True)


async def end(seal: Seal, conn: Any = None) -> Place:
    """The newest entry; where there is none, the checkpoint or the start."""
    rows = AuditEvent.all().order_by("-seq").limit(1)
    for row in await (rows.using_db(conn) if conn else rows):
        return Place(row.seq, row.mac, moment(row.at))
    return await checkpoint(seal, conn) or Place(0, START, "")


async def checkpoint(seal: Seal, conn: Any = None) -> Place | None:
    """The last entry that was trimmed; None when there is no sound one."""
    rows = MetaValue.filter(key=CHECKPOINT)
    found = await (rows.using_db(conn) if conn else rows).first()
    return None if found is None else seal.opened("checkpoint", found.value)


async def trim(conn: Any, seal: Seal, before: datetime, until: int) -> int:
    """Inside a transaction: remove the entries older than ``before``, none beyond number ``until`` and not too many at
    once; leaves a sealed checkpoint. Returns how many went."""
    rows = AuditEvent.all().using_db(conn)
    oldest = await rows.order_by("seq").first()
    kept = await rows.filter(at__gte=before).order_by("seq").first()
    if oldest is None:
        return 0
    last = min(until, oldest.seq + TRIM_AT_ONCE - 1)
    if kept is not None:
        last = min(last, kept.seq - 1)
    place = await rows.filter(seq=last).first()
    if place is None:
        return 0
    value = seal.sealed("checkpoint", Place(place.seq, place.mac, moment(datetime.now(UTC))))
    known = await MetaValue.filter(key=CHECKPOINT).using_db(conn).first()
    if known is None:
        await MetaValue.create(using_db=conn, key=CHECKPOINT, value=value)
    else:
        known.value = value
        await known.save(using_db=conn)
    return int(await rows.filter(seq__lte=place.seq).delete())
