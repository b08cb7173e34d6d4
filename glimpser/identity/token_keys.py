"""The keys that sign access tokens: in a file that only the hub's user may read, never in the database or its copies.

A key signs for a day. It then stays for as long as tokens that it signed may be shown.
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from glimpser.files import write_private

log = logging.getLogger("glimpser.identity")

SIGNS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``id``: chance, and no name of anything."""

    id: str
    made_at: datetime
    key: Ed25519PrivateKey

    @classmethod
    def new(cls) -> SigningKey:
        """A key that nobody knows."""
        return cls(secrets.token_hex(8), datetime.now(UTC), Ed25519PrivateKey.generate())


class TokenKeys:
    """``lifetime``: of what they sign. Read when first needed; a file that cannot be read is replaced, which ends the
    tokens that it signed."""

    def __init__(self, path: Path, lifetime: timedelta) -> None:
        self._path = path
        self._lifetime = lifetime
        self._keys: list[SigningKey] | None = None

    def signing(self) -> SigningKey:
        """The key that signs now. Writes the file when it is a new one. OSError as the disk says."""
        keys, now = self._read(), datetime.now(UTC)
        if not keys or not now - SIGNS_FOR < keys[-1].made_at <= now:
            keys.append(SigningKey.new())
            keys[:] = [key for key in keys if now - key.made_at <= SIGNS_FOR + 2 * self._lifetime]
            write_private(self._path, json.dumps([_kept(key) for key in keys]).encode())
        return keys[-1]

    def find(self, key_id: str) -> SigningKey | None:
        """A key by its id."""
        return next((key for key in self._read() if key.id == key_id), None)

    def _read(self) -> list[SigningKey]:
        if self._keys is None:
            try:
                self._keys = [_opened(entry) for entry in json.loads(self._path.read_bytes())]
            except FileNotFoundError:
                self._keys = []
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warning("%s cannot be read (%s): access tokens made before are not valid", self._path, error)
                self._keys = []
        return self._keys


def _kept(key: SigningKey) -> dict[str, str]:
    raw = base64.b64encode(key.key.private_bytes_raw()).decode()
    return {"id": key.id, "made_at": key.made_at.isoformat(), "key": raw}


def _opened(entry: Any) -> SigningKey:
    raw = base64.b64decode(entry["key"], validate=True)
    return SigningKey(
        str(entry["id"]), datetime.fromisoformat(entry["made_at"]), Ed25519PrivateKey.from_private_bytes(raw)
    )
