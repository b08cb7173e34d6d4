"""Changing the key: both keys are in the file until every value is encrypted with the new one.

It may be cut off at any moment and run again: the file names the keys, and each value names the one it needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glimpser.database import Database
from glimpser.keyfile import new_key, read_keys, write_keys
from glimpser.sealed import Kind, Sealed, changed, rows, values_of
from glimpser.secrets import SecretBox, SecretError, key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """``resumed``: a rotation that had been cut off was finished. ``left``: values that no key opens, as they were."""

    encrypted: int
    resumed: bool
    left: list[Sealed]


async def rotate(db: Database, path: Path) -> Rotated:
    """Make a new key, encrypt every value with it, and drop the old one. Nothing else may use the keys meanwhile.
    SecretError when the key file cannot be read or written."""
    keys = read_keys(path)
    resumed = len(keys) > 1
    if not resumed:
        keys = [new_key(), *keys]
        write_keys(path, keys)
    box = SecretBox(*keys)
    encrypted = 0
    async for kind, row in rows():
        if any(key_of(found.value) != box.current for found in values_of(kind, row)):
            encrypted += await _renew(db, box, kind, row.pk)
    # Only what really opens with the new key alone makes the old one superfluous.
    new = SecretBox(keys[0])
    left = [found async for kind, row in rows() for found in values_of(kind, row) if found.fault(new)]
    if any(not found.fault(box) for found in left):
        raise SecretError("secrets changed during the rotation; the old key is kept: run it again")
    write_keys(path, keys[:1])
    return Rotated(encrypted=encrypted, resumed=resumed, left=left)


async def _renew(db: Database, box: SecretBox, kind: Kind, pk: Any) -> int:
    done = 0

    def again(found: Sealed) -> dict[str, str]:
        nonlocal done
        if key_of(found.value) == box.current or found.fault(box):
            return found.value
        done += 1
        return box.encrypt(box.decrypt(found.value, found.place), found.place)

    async def change(conn: Any) -> None:
        row = await kind.model.filter(pk=pk).using_db(conn).first()
        if row is not None:
            # The row says the same as before, so its version and time stay.
            await kind.model.filter(pk=pk).using_db(conn).update(**changed(kind, row, again))

    await db.write(change)
    return done
