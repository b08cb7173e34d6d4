"""Finding what was done to the log: changed, removed, reordered, inserted and cut-off entries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from glimpser.database.models import AuditEvent, MetaValue

from .chain import CHECKPOINT, checkpoint
from .entries import canonical
from .sealing import START, HeadFile, Place, Seal

PAGE = 1000
MOST = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong. ``seq``: of the first entry concerned; 0: of the log as a whole. ``kind``: changed, missing,
    inserted, cut_off, checkpoint or head."""

    seq: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``findings``: in their order, at most 100. ``first``..``last``: the entries looked at, ``last`` 0 for none."""

    findings: list[Finding]
    first: int
    last: int
    count: int


async def verify(seal: Seal, head_file: HeadFile) -> Verdict:
    """Look at every entry. Works beside a running hub, which only adds and, once a day, trims."""
    while True:
        start, findings = await _start(seal)
        verdict = await _verify(seal, head_file, start, findings)
        if (await _start(seal))[0] == start:
            return verdict


async def _start(seal: Seal) -> tuple[Place, list[Finding]]:
    found = await checkpoint(seal)
    if found is not None:
        return found, []
    if await MetaValue.filter(key=CHECKPOINT).exists():
        text = "the checkpoint of what was trimmed is not this hub's: it was altered, or made with another key"
        return Place(0, START, ""), [Finding(0, "checkpoint", text)]
    return Place(0, START, ""), []


async def _verify(seal: Seal, head_file: HeadFile, start: Place, findings: list[Finding]) -> Verdict:
    head: Place | None = None
    try:
        head = head_file.read()
    except ValueError as error:
        findings.append(Finding(0, "head", str(error)))
    seq, mac, count, named = start.seq, start.mac, 0, start if head and head.seq == start.seq else None
    for row in await AuditEvent.filter(seq__lte=start.seq).order_by("seq").limit(1):
        text = f"entry {row.seq} was inserted: everything up to {start.seq} was trimmed"
        findings.append(Finding(row.seq, "inserted", text))
    known = True  # whether the code of the entry before is sound
    async for row in _rows(start.seq):
        if row.seq > seq + 1:
            findings.append(Finding(seq + 1, "missing", f"{_span(seq + 1, row.seq - 1)} removed"))
            known = False
        if known and not seal.fits("entry", canonical(row, mac), row.mac):
            text = f"entry {row.seq} was changed, moved here or inserted: its code does not fit"
            findings.append(Finding(row.seq, "changed", text))
        known = True
        seq, mac, count = row.seq, row.mac, count + 1
        if head is not None and row.seq == head.seq:
            named = Place(row.seq, row.mac, "")
        if len(findings) >= MOST:
            break
    else:
        findings += _of_end(head, head_file, named, seq, start, count)
    return Verdict(sorted(findings, key=lambda f: f.seq), start.seq + 1, seq if count else 0, count)


def _of_end(
    head: Place | None, head_file: HeadFile, named: Place | None, last: int, start: Place, count: int
) -> list[Finding]:
    """What the head says of the end."""
    if head is None:
        if (count or start.seq) and not head_file.path.exists():
            return [Finding(0, "head", f"{head_file.path} is not there: what is cut off at the end cannot be found")]
        return []
    if head.seq > last:
        return [Finding(last + 1, "cut_off", f"{_span(last + 1, head.seq)} cut off at the end")]
    if head.seq < start.seq:
        return [Finding(0, "head", f"{head_file.path} is older than what was trimmed: it was put back")]
    if named is None or named.mac != head.mac:
        text = f"entry {head.seq} is another than at {head.at}: entries were cut off, and others written in their place"
        return [Finding(head.seq, "cut_off", text)]
    return []


def _span(first: int, last: int) -> str:
    return f"entry {first} was" if first == last else f"entries {first} to {last} were"


async def _rows(after: int) -> AsyncIterator[AuditEvent]:
    while rows := await AuditEvent.filter(seq__gt=after).order_by("seq").limit(PAGE):
        for row in rows:
            yield row
        after = rows[-1].seq
