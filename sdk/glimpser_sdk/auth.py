"""The contract of auth backends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One place that people sign in at. ``id``: lower-case letters, digits and hyphens, at most 32; part of paths.
    ``title``: what its button says."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Who somebody was found to be.

    ``issuer`` and ``subject`` together stand for one person for ever, and the account is the one linked to them; a
    ``header`` backend leaves them empty, and the account is the one called ``name``. ``role``: a role's id or name that
    the account has from now on; None: as it is. ``create_as``: the role of an account made for somebody who has none;
    None: none is made. ``proved_at``: when the person last gave a password or the like, if that is known. ``keep``:
    what the backend wants back when the session is signed out; encrypted at rest. ``second_factor``: they gave a second
    one there too; otherwise the hub asks for its own where the account has one, except behind a ``header`` backend.
    """

    name: str
    issuer: str = ""
    subject: str = ""
    display_name: str = ""
    role: str | None = None
    create_as: str | None = None
    proved_at: datetime | None = None
    keep: str = ""
    second_factor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where the browser goes to sign in, and what the backend wants back with it. ``keep`` travels in an encrypted
    cookie: at most 1 kB."""

    url: str
    keep: Mapping[str, str] = field(default_factory=dict)


class RedirectBackend(Protocol):
    """Kind ``oidc``: sends the browser to a provider, and reads what it comes back with. Called on the event loop.

    The core binds each sign-in to its browser: ``state`` goes along, comes back, and is compared by the core before
    :meth:`arrive` is called. AuthFailed: the provider's answer proves nothing (what it says is logged, not shown).
    NotReady: the provider does not answer.
    """

    def providers(self) -> Sequence[Provider]:
        """The configured providers."""

    async def depart(self, provider: str, *, state: str, return_to: str, fresh: bool) -> Departure:
        """Begin. ``return_to``: the hub's address for the way back. ``fresh``: the person has to prove who they are
        now, however recently they did."""

    async def arrive(
        self, provider: str, *, return_to: str, keep: Mapping[str, str], query: Mapping[str, str]
    ) -> Proven:
        """Who came back. ``query``: the parameters of the way back, none of them twice."""

    async def sign_out(self, provider: str, *, keep: str, return_to: str) -> str | None:
        """Where the browser goes to end the provider's session too; None: nowhere. ``keep``: of :class:`Proven`."""


class HeaderBackend(Protocol):
    """Kind ``header``: somebody before the hub has proved who is asking, and says so with every request."""

    def prove(self, peer: str, headers: Iterable[tuple[str, str]]) -> Proven | None:
        """Who is asking; None when nobody who is believed says so. Called with every request, so it must be quick.
        ``peer``: the address that the connection comes from. ``headers``: as they came, repetitions included."""


class AdmissionBackend(Protocol):
    """Kind ``admission``: who is served at all. Asked for every request before anything else is done with it, on the
    event loop, so it answers at once and from memory. Every one of them has to admit; one that fails admits nobody.
    Health endpoints are served to everybody."""

    def admits(self, address: str, role: str | None) -> bool:
        """Whether who comes from ``address``, which trusted proxies may have told, is served. ``role``: None at first
        and for who is not signed in; who is gets asked for again by the id of their role."""
