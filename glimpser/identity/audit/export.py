"""Taking entries along: as a table for people, or as signed lines that ``glimpser audit verify FILE`` checks."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tortoise.queryset import QuerySet

from glimpser import spreadsheets
from glimpser.database.models import AuditEvent

from .entries import moment
from .sealing import Seal

COLUMNS = ("seq", "id", "at", "actor", "actor_name", "actor_kind", "address", "action", "object_type", "object_id",
           "object_name", "result", "data")  # fmt: skip
PAGE = 500


async def _oldest_first(rows: QuerySet[AuditEvent]) -> AsyncIterator[AuditEvent]:
    """Up to the newest entry of now: what is written meanwhile is of the next export."""
    newest = await rows.order_by("-seq").first()
    after = 0
    while newest is not None and after < newest.seq:
        for row in await rows.filter(seq__gt=after, seq__lte=newest.seq).order_by("seq").limit(PAGE):
            yield row
            after = row.seq


def _values(row: AuditEvent) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS} | {"at": moment(row.at)}


async def csv_of(rows: QuerySet[AuditEvent]) -> AsyncIterator[bytes]:
    """A table with a head; no cell of it is a formula."""
    yield spreadsheets.line(COLUMNS)
    async for row in _oldest_first(rows):
        values = _values(row)
        values["data"] = json.dumps(row.data, sort_keys=True, ensure_ascii=False)
        yield spreadsheets.line(values[name] for name in COLUMNS)


async def signed(rows: QuerySet[AuditEvent], seal: Seal, hub: str, query: Mapping[str, Any]) -> AsyncIterator[bytes]:
    """JSON lines: a head, the entries with their codes, and a signature (Ed25519) of all lines before it."""
    signer, digest, count = seal.signer(), hashlib.sha512(), 0
    public = base64.b64encode(signer.public_key().public_bytes_raw()).decode()
    head = {"glimpser_audit_export": 1, "hub": hub, "made_at": moment(datetime.now(UTC)), "query": query,
            "public_key": public}  # fmt: skip
    line = _json(head)
    digest.update(line)
    yield line
    async for row in _oldest_first(rows):
        line = _json(_values(row) | {"mac": row.mac})
        digest.update(line)
        count += 1
        yield line
    yield _json({"entries": count, "signature": base64.b64encode(signer.sign(digest.digest())).decode()})


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


class ExportInvalid(Exception):
    """A file that is no signed export, or not as it was signed."""


def check(path: Path, public_key: bytes) -> int:
    """The number of entries of a signed export. ExportInvalid when it was altered, or another hub made it; OSError."""
    digest, last, count = hashlib.sha512(), b"", -2
    with path.open("rb") as lines:
        for line in lines:
            digest.update(last)
            last, count = line, count + 1
    try:
        end = json.loads(last)
        signature = base64.b64decode(end["signature"], validate=True)
        told = int(end["entries"])
    except (ValueError, KeyError, TypeError):
        raise ExportInvalid(f"{path} is no signed export, or its end is missing") from None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, digest.digest())
    except (InvalidSignature, ValueError):
        raise ExportInvalid(
            f"{path} is not as it was signed, or another hub signed it: trust none of its {max(count, 0)} entries"
        ) from None
    if told != count:
        raise ExportInvalid(f"{path} has {count} entries, but says {told}")
    return count
