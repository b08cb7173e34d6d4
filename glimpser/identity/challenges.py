"""Sign-ins that are half done: the password was right, or the provider sure, and the second factor is still to come."""

from __future__ import annotations

import time
from dataclasses import dataclass

from . import tokens
from .sessions import OpenedBy

LIFETIME_S = 300.0
GUESSES = 5
MOST = 1000
"""Open at once; the oldest give way. They are kept in memory alone: after a restart one begins anew."""


class FactorNeeded(Exception):
    """All was right, and a code of the factor is needed too: for ``challenge``, within five minutes."""

    def __init__(self, factor: str, challenge: str) -> None:
        super().__init__(f"a code of {factor} is needed")
        self.factor = factor
        self.challenge = challenge


@dataclass(slots=True)
class Challenge:
    """Who has to prove the second factor, from which address, on which device (the token of its cookie). ``by``: where
    they proved the first, if not by a password."""

    user_id: str
    password_hash: str | None
    address: str
    device: str | None
    ends: float
    by: OpenedBy | None
    guesses: int = 0


class Challenges:
    """Open challenges by the hash of their token."""

    def __init__(self) -> None:
        self._open: dict[str, Challenge] = {}

    def new(
        self, user_id: str, password_hash: str | None, *, address: str, device: str | None, by: OpenedBy | None
    ) -> str:
        """A token of 256 random bits, good for five minutes and five guesses from this address."""
        now = time.monotonic()
        for key in [key for key, challenge in self._open.items() if challenge.ends <= now]:
            del self._open[key]
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
        token = tokens.random_token()
        self._open[tokens.digest(token)] = Challenge(user_id, password_hash, address, device, now + LIFETIME_S, by)
        return token

    def guess(self, token: str, address: str) -> Challenge | None:
        """The challenge, with one guess less; None when there is none (any more)."""
        key = tokens.digest(token)
        challenge = self._open.get(key)
        if challenge is None or challenge.address != address or challenge.ends <= time.monotonic():
            return None
        challenge.guesses += 1
        if challenge.guesses >= GUESSES:
            del self._open[key]
        return challenge

    def done(self, token: str) -> None:
        """It was met, and is worth nothing any more."""
        self._open.pop(tokens.digest(token), None)
