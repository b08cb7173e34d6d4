"""The contract of auth backends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a backend may know of a user."""

    id: str
    name: str
    password_hash: str | None


class PasswordBackend(Protocol):
    """Kind ``password``: hashes and verifies. Called off the event loop; may take long on purpose."""

    def hash(self, password: str) -> str:
        """A self-describing hash. ConfigInvalid(field="password") when the password is not allowed."""

    def verify(self, account: Account | None, password: str) -> bool:
        """Whether it is the account's password. None: no such account; takes as long all the same."""

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash should be made again at this sign-in."""
