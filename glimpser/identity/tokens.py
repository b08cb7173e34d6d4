"""Random secrets and their hashes. A secret of 256 random bits needs no slow hash."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

KEY_MARK = "glm"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def random_token(bits: int = 256) -> str:
    """URL-safe text with that many random bits."""
    return secrets.token_urlsafe(bits // 8)


def as_token(value: Any) -> str:
    """The value if it may be a token of 256 bits, else "", which is nobody's."""
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else ""


def digest(token: str) -> str:
    """What is stored of a secret: SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(a: str, b: str) -> bool:
    """Compare without telling by time where they differ."""
    return secrets.compare_digest(a.encode(), b.encode())


def new_api_key() -> tuple[str, str]:
    """A key ``glm_PREFIX_SECRET`` and its prefix, by which it is found."""
    prefix = secrets.token_hex(6)
    return f"{KEY_MARK}_{prefix}_{random_token()}", prefix


def key_prefix(key: str) -> str | None:
    """The prefix of a key, or None when the text is no key."""
    parts = key.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == KEY_MARK and parts[1] and parts[2] else None
