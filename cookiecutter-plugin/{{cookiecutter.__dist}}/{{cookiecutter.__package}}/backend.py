"""Passwords, hashed with scrypt from the standard library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from glimpser_sdk import ConfigInvalid

from .config import ScryptConfig

if TYPE_CHECKING:
    from glimpser_sdk import HubContext
    from glimpser_sdk.auth import Account

_LONGEST = 1024
_BLOCK = 8


class ScryptBackend:
    """A hash is ``$scrypt$COST$SALT$DIGEST``, so that it can be checked after the cost was changed."""

    def __init__(self, ctx: HubContext) -> None:
        config = ctx.config or ScryptConfig()
        self._cost: int = config.cost
        self._min_length: int = config.min_length
        # Checked in place of a hash that is not there, so that a wrong name takes as long as a wrong password.
        self._nobody = self._encode(self._cost, os.urandom(16), os.urandom(32))

    def hash(self, password: str) -> str:
        """A salted hash. ConfigInvalid when the password is not allowed."""
        if not self._min_length <= len(password) <= _LONGEST:
            raise ConfigInvalid(
                f"use {self._min_length} to {_LONGEST} characters",
                field="password",
                code="{{ cookiecutter.id }}.length",
            )
        salt = os.urandom(16)
        return self._encode(self._cost, salt, self._digest(password, self._cost, salt))

    def verify(self, account: Account | None, password: str) -> bool:
        """Whether it is the account's password."""
        kept = self._decode(account.password_hash or "") if account is not None else None
        known = kept is not None and len(password) <= _LONGEST
        cost, salt, digest = kept or self._decode(self._nobody) or (self._cost, b"", b"")
        found = self._digest(password[:_LONGEST], cost, salt)
        return hmac.compare_digest(found, digest) and known

    def outdated(self, password_hash: str) -> bool:
        """Whether the cost was changed since."""
        kept = self._decode(password_hash)
        return kept is None or kept[0] != self._cost

    @staticmethod
    def _digest(password: str, cost: int, salt: bytes) -> bytes:
        secret = password.encode(errors="surrogatepass")
        return hashlib.scrypt(secret, salt=salt, n=1 << cost, r=_BLOCK, p=1, maxmem=(256 * _BLOCK) << cost, dklen=32)

    @staticmethod
    def _encode(cost: int, salt: bytes, digest: bytes) -> str:
        return f"$scrypt${cost}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"

    @staticmethod
    def _decode(text: str) -> tuple[int, bytes, bytes] | None:
        try:
            empty, name, cost, salt, digest = text.split("$")
            parts = int(cost), base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True)
        except ValueError:
            return None
        return parts if (empty, name) == ("", "scrypt") and 14 <= parts[0] <= 20 else None
