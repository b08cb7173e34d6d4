"""Access tokens: JWTs for programs, signed with Ed25519, good for ten minutes.

A token says which session or key it was got for, and nothing of what that may do: rights are looked up at each use, so
that revocation, lost rights and a disabled account end it at once. A password opens a session for its token, which is
listed with the others and ends with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

from glimpser_sdk.ids import is_id, new_id

from .token_keys import TokenKeys

LIFETIME = timedelta(minutes=10)
ALGORITHM = "EdDSA"
TYPE = "at+jwt"
AUDIENCE = "glimpser-api"
CLAIMS = frozenset({"iss", "aud", "sub", "iat", "nbf", "exp", "jti", "for", "proof"})
HEADER = frozenset({"alg", "typ", "kid"})
LONGEST = 2048
_PARTS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a token stands for: ``kind`` session or key, its id, and the user."""

    kind: str
    proof: str
    user_id: str
    expires_at: datetime


class AccessTokens:
    """Makes and reads tokens of one hub, whose ``issuer`` is its own."""

    def __init__(self, data_dir: Path, issuer: str) -> None:
        self._keys = TokenKeys(data_dir / "token-keys.json", LIFETIME)
        self._issuer = issuer

    def make(self, kind: str, proof: str, user_id: str, *, until: datetime | None = None) -> tuple[str, datetime]:
        """A token and when it ends: in ten minutes, or with what it is for."""
        now, key = datetime.now(UTC).replace(microsecond=0), self._keys.signing()
        ends = min(now + LIFETIME, until.replace(microsecond=0)) if until is not None else now + LIFETIME
        claims = {
            "iss": self._issuer, "aud": AUDIENCE, "sub": user_id, "iat": now, "nbf": now, "exp": ends,
            "jti": new_id(), "for": kind, "proof": proof,
        }  # fmt: skip
        return jwt.encode(claims, key.key, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": key.id}), ends

    def read(self, token: str) -> Subject | None:
        """Whom a token stands for; None for everything that this hub did not sign exactly so, or that is over."""
        if len(token) > LONGEST or not _PARTS.fullmatch(token):
            return None
        try:
            header = jwt.get_unverified_header(token)
            # Whatever else a header asks for, such as a key of its own, is nothing that this hub writes.
            if header.keys() != HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
                return None
            key = self._keys.find(header["kid"]) if isinstance(header["kid"], str) else None
            if key is None:
                return None
            claims: dict[str, Any] = jwt.decode(
                token, key.key.public_key(), algorithms=[ALGORITHM], audience=AUDIENCE, issuer=self._issuer,
                options={"require": sorted(CLAIMS), "strict_aud": True},
            )  # fmt: skip
        except jwt.PyJWTError:
            return None
        return _subject(claims)


def _subject(claims: dict[str, Any]) -> Subject | None:
    names = [claims[name] for name in ("for", "proof", "sub")]
    if claims.keys() != CLAIMS or not all(isinstance(name, str) for name in names):
        return None
    kind, proof, user_id = names
    if kind not in ("session", "key") or not is_id(proof) or not is_id(user_id):
        return None
    lasts = claims["exp"] - claims["iat"]
    if not 0 < lasts <= LIFETIME.total_seconds():
        return None
    return Subject(kind, proof, user_id, datetime.fromtimestamp(claims["exp"], UTC))
