"""Identifiers: UUIDv7 (RFC 9562) written as 26 characters of Crockford base 32, sortable by creation time."""

from __future__ import annotations

import os
import threading
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_PATTERN = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
"""The form of an id, for schemas and descriptions."""
_VALUES = {c: i for i, c in enumerate(ALPHABET)}
_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> str:
    """A new id. Ids made by one process never decrease, even within one millisecond or when the clock steps back."""
    global _last_ms, _counter
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _counter = now, int.from_bytes(os.urandom(2)) & 0x3FF
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        ms, counter = _last_ms, _counter
    value = ms << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | int.from_bytes(os.urandom(8)) >> 2
    return encode(value)


def encode(value: int) -> str:
    """The 26 characters of a 128-bit value."""
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of an id (it may still name nothing)."""
    return len(text) == 26 and text[0] in "01234567" and all(c in _VALUES for c in text)


def timestamp_ms(identifier: str) -> int:
    """Milliseconds since the Unix epoch at which the id was made. ValueError when it is no id."""
    if not is_id(identifier):
        raise ValueError(f"not an id: {identifier!r}")
    value = 0
    for c in identifier:
        value = value << 5 | _VALUES[c]
    return value >> 80
