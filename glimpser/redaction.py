"""The one filter that takes secrets out of what is shown: logs, errors, metrics, exports, arguments of processes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote

MASK = "********"
SHORTEST = 4

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
    """Takes secrets out of text: known values however they are written, and what looks like one in URLs and headers.
    Safe in any thread."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: frozenset[str] = frozenset()
        self._longest_first: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Also take out these values, and the password and keys of those that are URLs. Those under 4 characters are
        not looked for: they would hit everywhere."""
        forms = {form for secret in secrets for part in _parts(secret) for form in _forms(part)}
        known = self._known | {form for form in forms if len(form) >= SHORTEST and form.strip("*")}
        if known != self._known:
            self._known, self._longest_first = known, tuple(sorted(known, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        for secret in self._longest_first:
            if secret in text:
                text = text.replace(secret, MASK)
        for pattern in (_HEADER, _API_KEY):
            text = pattern.sub(rf"\1{MASK}", text)
        return mask_url(text)

    def clean(self, value: Any) -> Any:
        """A JSON value, or what stands in a log record, with every text in it filtered."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(str(key)): self.clean(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.clean(item) for item in value]
        return value if value is None or isinstance(value, bool | int | float) else self(str(value))


redactor = Redactor()
"""Shared by the process: whoever opens a secret teaches it here (``redactor.learn``)."""


def _parts(secret: str) -> Iterator[str]:
    """A secret, and what of it is secret by itself where it is a URL."""
    yield secret
    if "://" not in secret:
        return
    login = secret.partition("://")[2].partition("/")[0].rpartition("@")[0]
    user, _, password = login.partition(":")
    yield password
    if password:
        yield base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    for found in _QUERY.finditer(secret):
        yield found[0].removeprefix(found[1])


def _forms(secret: str) -> Iterator[str]:
    """How a secret may stand in a URL, in JSON, in a text that shows it, and in a header."""
    for plain in {secret, unquote(secret)}:
        yield plain
        yield quote(plain, safe="")
        yield quote_plus(plain)
        yield json.dumps(plain)[1:-1]
        yield repr(plain)[1:-1]
        yield base64.b64encode(plain.encode(errors="replace")).decode()
