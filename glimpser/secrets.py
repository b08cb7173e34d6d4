"""Secrets at rest: single values, encrypted with the keys of this installation, each for one field of one row."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from glimpser_sdk.errors import NotReady

ENCRYPTED = "$enc"
KEY_BYTES = 32
_NONCE_BYTES = 12


class SecretError(Exception):
    """A key file that cannot be used, or a value that its keys do not open."""


class Place(NamedTuple):
    """Where a secret belongs: ``table/id`` of its row and the field in it. Moved elsewhere it no longer opens."""

    row: str
    field: str

    def below(self, pointer: str) -> Place:
        """A place inside this one, by JSON pointer."""
        return Place(self.row, self.field + pointer)

    def __str__(self) -> str:
        return f"{self.row} {self.field}"


class SecretBox:
    """Encrypts single JSON values with AES-256-GCM; the place is authenticated with each. The first key encrypts, all
    of them open, so that keys can be changed one row after the other."""

    def __init__(self, *keys: bytes, without: str = "") -> None:
        """``keys``: 32 bytes each. With none, nothing opens and nothing can be encrypted; ``without`` says why."""
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self.current = key_id(keys[0]) if keys else ""
        self.without = without

    def encrypt(self, value: Any, place: Place) -> dict[str, str]:
        """A JSON value as ``{"$enc": text}``. NotReady without a key."""
        if not self.current:
            raise NotReady(f"no secret can be stored: {self.without}", code="secret.no_key")
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, json.dumps(value).encode(), _bound(place))
        return {ENCRYPTED: f"{self.current}.{base64.b64encode(nonce + sealed).decode()}"}

    def decrypt(self, sealed: dict[str, str], place: Place) -> Any:
        """What was encrypted for this place. SecretError when it was not, or with another key, or was altered."""
        cipher = self._ciphers.get(key_of(sealed))
        if cipher is None:
            why = f"it was made with another key ({key_of(sealed) or 'unknown'})" if self.current else self.without
        else:
            try:
                raw = base64.b64decode(sealed[ENCRYPTED].partition(".")[2], validate=True)
                return json.loads(cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(place)))
            except (InvalidTag, binascii.Error, ValueError):
                why = "it was altered, or moved from another place"
        raise SecretError(f"{place} cannot be opened: {why}; restore the key file, or enter the secret again")


def key_id(key: bytes) -> str:
    """Tells keys apart and gives nothing of them away."""
    return hashlib.sha256(b"glimpser key id " + key).hexdigest()[:8]


def key_of(sealed: Any) -> str:
    """Id of the key that a value was encrypted with; '' when it says none."""
    text = sealed.get(ENCRYPTED) if isinstance(sealed, dict) else None
    return text.partition(".")[0] if isinstance(text, str) and "." in text else ""


def is_encrypted(value: Any) -> bool:
    """Whether a value is what ``encrypt`` made."""
    return isinstance(value, dict) and value.keys() == {ENCRYPTED}


def _bound(place: Place) -> bytes:
    return json.dumps(place).encode()
