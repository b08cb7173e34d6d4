"""The one filter that takes secrets out of what is shown: logs, errors, metrics, exports, arguments of processes."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "********"

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
