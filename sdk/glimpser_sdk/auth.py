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


class FactorBackend(Protocol):
    """Kind ``factor``: proves something beside the password. Called on the event loop.

    The core keeps which factor guards an account, and counts wrong codes. A plugin offers a route by which a signed-in
    user begins to enrol; the core's ``POST /api/auth/mfa/verify`` finishes that, and asks for codes at sign-ins.
    """

    async def confirm(self, user_id: str, code: str) -> list[str] | None:
        """Finish what the user began to enrol, with the first code. Codes to sign in with when the device is lost,
        which are shown this once; None when the code is wrong or nothing was begun."""

    async def verify(self, user_id: str, code: str) -> bool:
        """Whether the code is right, for a user who enrolled. A code is used up by that: it is right once."""

    async def forget(self, user_id: str) -> None:
        """The user has this factor no more. No error when they never had."""
