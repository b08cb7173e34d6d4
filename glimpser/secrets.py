"""Secrets: encrypted at rest with a key of this installation, and kept out of everything that is shown or logged."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MASK = "********"
ENCRYPTED = "$enc"
_KEY_BYTES = 32
_NONCE_BYTES = 12


class SecretError(Exception):
    """A key file that cannot be used, or a value that this key does not open."""


class SecretBox:
    """Encrypts single JSON values with AES-256-GCM. ``bound_to`` is the id of the row that a value belongs to: moved
    to another row it no longer opens."""

    def __init__(self, key: bytes) -> None:
        """``key``: 32 bytes."""
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, path: Path) -> SecretBox:
        """The box with the key in ``path``, which is made, readable by its owner only, if it does not exist."""
        return cls(_load_key(path))

    def encrypt(self, value: Any, bound_to: str) -> dict[str, str]:
        """A JSON value as ``{"$enc": text}``."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, json.dumps(value).encode(), bound_to.encode())
        return {ENCRYPTED: base64.b64encode(nonce + sealed).decode()}

    def decrypt(self, sealed: dict[str, str], bound_to: str) -> Any:
        """What was encrypted for ``bound_to``. SecretError when it was not, or with another key, or was altered."""
        try:
            raw = base64.b64decode(sealed[ENCRYPTED], validate=True)
            return json.loads(self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound_to.encode()))
        except (InvalidTag, binascii.Error, ValueError, KeyError, TypeError):
            raise SecretError(
                f"a secret of {bound_to} cannot be opened: it was made with another key or altered; "
                "restore the key file, or enter the secret again"
            ) from None


def is_encrypted(value: Any) -> bool:
    """Whether a value is what ``encrypt`` made."""
    return isinstance(value, dict) and value.keys() == {ENCRYPTED}


def _load_key(path: Path) -> bytes:
    try:
        _create_key(path)
    except FileExistsError:
        pass
    except OSError as error:
        raise SecretError(f"the key file {path} cannot be made: {error.strerror}") from None
    try:
        if path.stat().st_mode & 0o077 and os.name == "posix":
            raise SecretError(f"the key file {path} can be read by others; run: chmod 600 {path}")
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except OSError as error:
        raise SecretError(f"the key file {path} cannot be read: {error.strerror}") from None
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise SecretError(f"the key file {path} holds no key: it must be {_KEY_BYTES} bytes in base64")
    return key


def _create_key(path: Path) -> None:
    """Write a new key and give it its name only when it is on the disk: half a key would lose every secret."""
    if path.exists():
        raise FileExistsError(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink()


# Passwords in URLs, keys in query strings, authorization headers, and this product's own API keys.
_LOGIN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s/?#@:]*:)[^\s/?#]+(?=@)")
_QUERY = re.compile(
    r"([?&;][^=&#\s]{0,40}(?:pass|pwd|token|secret|key|auth|sig|credential)[^=&#\s]{0,40}=)[^&#\s'\"]+", re.IGNORECASE
)
_HEADER = re.compile(r"(\b(?:Bearer|Basic|Digest)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_API_KEY = re.compile(r"(\bglm_[A-Za-z0-9]+_)[A-Za-z0-9_-]+")


def mask_url(text: str) -> str:
    """A URL with its password and its secret query values masked; other text unchanged."""
    return _QUERY.sub(rf"\1{MASK}", _LOGIN.sub(rf"\1{MASK}", text))


class Redactor:
    """Takes secrets out of text: known values, and what looks like one in URLs and headers. Safe in any thread."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Also take out these values. Those under 4 characters are not looked for: they would hit everywhere."""
        known = self._known | {secret for secret in secrets if len(secret) >= 4 and secret != MASK}
        if known != self._known:
            longest_first = sorted(known, key=len, reverse=True)
            self._known, self._pattern = known, re.compile("|".join(map(re.escape, longest_first)))

    def __call__(self, text: str) -> str:
        if self._pattern:
            text = self._pattern.sub(MASK, text)
        for pattern in (_HEADER, _API_KEY):
            text = pattern.sub(rf"\1{MASK}", text)
        return mask_url(text)
