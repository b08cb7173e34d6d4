"""What the hub vouches for without keeping it: a keyed hash over every part of it, and the key's id."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import cached_property
from pathlib import Path

from glimpser.keyfile import KeyMissing, make_key, read_keys


class Signer:
    """Signs with the first key in ``path``, which is made when there is none, and holds to all of them: a key that is
    taken out of the file ends what it signed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _keys(self) -> list[bytes]:
        try:
            return read_keys(self._path)
        except KeyMissing:
            return [make_key(self._path)]

    def sign(self, purpose: str, *parts: str) -> str:
        """``KEY.HASH`` over the parts, good for one purpose."""
        return _signature(self._keys[0], [purpose, *parts])

    def holds(self, signature: str, purpose: str, *parts: str) -> bool:
        """Whether this is the signature, to the last character."""
        given = signature.encode(errors="replace")
        made = [_signature(key, [purpose, *parts]).encode() for key in self._keys]
        return any(hmac.compare_digest(given, one) for one in made)


def _signature(key: bytes, parts: list[str]) -> str:
    name = hashlib.sha256(b"id of this signing key\0" + key).hexdigest()[:8]
    mac = hmac.digest(key, json.dumps([name, *parts]).encode(), hashlib.sha256)
    return f"{name}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
