"""Signing in by a provider: what binds the way there and back to one browser, and what it leads to.

A ticket holds what was agreed at the start: provider, state, where to go afterwards, what it is for. It travels in an
encrypted cookie of that browser, so nothing is kept here for people who never come back.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from glimpser.database import Database
from glimpser.database.models import Session, User, UserIdentity
from glimpser.secrets import Place, SecretBox, SecretError
from glimpser_sdk.auth import Proven
from glimpser_sdk.errors import AuthFailed, ConfigInvalid, GlimpserError, NotReady

from . import accounts, devices, sessions, tokens
from .accounts import NoEntry
from .audit import entry as audited
from .backends import Asked, Header, Redirect
from .policy import Principal
from .service import Identity, SignedIn

log = logging.getLogger("glimpser.identity")

TICKET_S = 600
"""Seconds that somebody has to sign in at the provider."""
MAX_COOKIE = 3800
SKEW = timedelta(seconds=30)
"""By how much the provider's clock may differ where it says when somebody proved who they are."""
For = Literal["sign_in", "step_up", "link"]


class Ticket(msgspec.Struct, frozen=True):
    """``session``: which one is to be stepped up or linked from. ``began``: seconds since 1970. ``device``: the token
    of a browser that signed in before; its cookie does not come along from another site."""

    provider: str
    state: str
    next: str
    purpose: For
    session: str
    began: float
    keep: dict[str, str]
    device: str | None = None


class SingleSignOn:
    """The core's side of the backends of kind ``oidc`` and ``header``."""

    def __init__(self, identity: Identity, db: Database, box: SecretBox) -> None:
        self._identity = identity
        self._db = db
        self._box = box
        # Of this process: after a restart a sign-in that was under way begins anew.
        self._tickets = Fernet(Fernet.generate_key())
        self._used: dict[str, float] = {}

    def find(self, provider: str) -> Redirect | Header | None:
        """A provider by its id."""
        return self._identity.backends.found.get(provider)

    async def depart(
        self, entry: Redirect, *, return_to: str, next_path: str, purpose: For, principal: Principal | None,
        device: str | None = None,
    ) -> tuple[str, str]:  # fmt: skip
        """Where to send the browser, and the ticket for its cookie. NoEntry when the provider cannot be used now."""
        state, began = tokens.random_token(), datetime.now(UTC).timestamp()
        try:
            going = await entry.backend.depart(entry.offer.id, state=state, return_to=return_to,
                                               fresh=purpose != "sign_in")  # fmt: skip
        except Exception as error:
            raise _no_entry(error) from error
        ticket = Ticket(
            provider=entry.offer.id, state=state, next=next_path, purpose=purpose,
            session=principal.session_id if principal else "", began=began, keep=dict(going.keep),
            device=device,
        )  # fmt: skip
        sealed = self._tickets.encrypt(msgspec.json.encode(ticket)).decode()
        if len(sealed) > MAX_COOKIE:
            raise NoEntry("auth.sso_unavailable", f"provider {entry.offer.id} keeps too much for a cookie")
        return going.url, sealed

    def ticket(self, sealed: str, entry: Redirect, query: Mapping[str, str]) -> Ticket:
        """The ticket of a browser that comes back. NoEntry unless it was made for this very return."""
        try:
            ticket = msgspec.json.decode(self._tickets.decrypt(sealed.encode(), ttl=TICKET_S), type=Ticket)
        except (InvalidToken, msgspec.MsgspecError):
            raise NoEntry("auth.sso_expired", "no ticket of this browser, or one that is too old") from None
        if ticket.provider != entry.offer.id:
            raise NoEntry("auth.sso_expired", f"began at {ticket.provider} and came back from {entry.offer.id}")
        if not secrets.compare_digest(ticket.state.encode(), query.get("state", "").encode()):
            raise NoEntry("auth.sso_expired", "the state is another than this browser left with")
        if ticket.state in self._used:
            raise NoEntry("auth.sso_expired", "this sign-in was finished before")
        return ticket

    async def arrive(
        self, entry: Redirect, ticket: Ticket, *, return_to: str, query: Mapping[str, str], address: str,
        user_agent: str,
    ) -> SignedIn | None:  # fmt: skip
        """What the ticket is for. A new session, or None where there is one already. NoEntry, FactorNeeded."""
        try:
            proven = await entry.backend.arrive(entry.offer.id, return_to=return_to, keep=ticket.keep, query=query)
        except Exception as error:
            raise _no_entry(error) from error
        if not proven.issuer or not proven.subject:
            raise NoEntry("auth.sso_unavailable", f"provider {entry.offer.id} gave no issuer and subject")
        self._spend(ticket)
        if ticket.purpose == "sign_in":
            return await self.enter(entry, proven, address=address, user_agent=user_agent, device=ticket.device)
        session = await self._session(ticket)
        if ticket.purpose == "step_up":
            await self._step_up(session, proven, ticket)
        else:
            await self._link(entry, session, proven)
        return None

    async def enter(
        self, entry: Redirect | Header, proven: Proven, *, address: str, user_agent: str, device: str | None
    ) -> SignedIn:
        """A new session for who was proved. NoEntry when they have no account and none is made; FactorNeeded where they
        have a second factor here, and proved none there. A proxy proves them anew at each request, and is believed."""
        catalogue, audit = self._identity.permissions, self._identity.audit

        async def change(conn: Any) -> tuple[User, accounts.Change]:
            user, what = await accounts.enter(conn, catalogue, proven)
            if what is not None:
                told = audited(f"sso.{what}", who=_actor(entry), object=("user", user.id, user.name),
                               address=address, role=user.role)  # fmt: skip
                await audit.append(conn, told)
            return user, what

        user, changed = await self._db.write(change)
        if changed == "role_given":
            await self._identity.rights_changed([user.id])
        if user.role == "admin":
            self._identity.bootstrap.finish()
        # Without the hub's key nothing can be kept, and people still sign in.
        sealed = self._box.encrypt(proven.keep, _place(user.id)) if proven.keep and self._box.current else None
        by = sessions.OpenedBy(provider=entry.name, proved_at=proven.proved_at, keep=sealed)
        known = await devices.find(user.id, device)
        if proven.second_factor or isinstance(entry, Header):
            return await self._identity.open_session(
                user, known.id if known else None, address=address, user_agent=user_agent, by=by
            )
        try:
            return await self._identity.enter(user, known, address=address, user_agent=user_agent, device=device, by=by)
        except NotReady as error:
            raise NoEntry("auth.factor_unavailable", str(error)) from None

    async def enter_by_header(
        self, entry: Header, asked: Asked, *, address: str, user_agent: str, device: str | None
    ) -> SignedIn:
        """A new session for whom a proxy names. NoEntry when it names nobody."""
        proven = entry.backend.prove(asked.peer, asked.headers)
        if proven is None:
            raise NoEntry("auth.sso_refused", f"no header of a trusted proxy names a user (from {asked.peer})")
        return await self.enter(entry, proven, address=address, user_agent=user_agent, device=device)

    async def sign_out_url(self, principal: Principal, *, return_to: str) -> str | None:
        """Where the browser goes to end the provider's session too. Asked before the hub's own session ends."""
        session = await Session.filter(id=principal.session_id, user_id=principal.id).first()
        entry = self.find(session.provider.partition(":")[2]) if session and session.provider else None
        if session is None or not isinstance(entry, Redirect):
            return None
        keep = ""
        if session.provider_keep is not None:
            try:
                keep = self._box.decrypt(session.provider_keep, _place(principal.id))
            except SecretError:
                log.warning("what provider %s wants back at a sign-out cannot be opened", entry.offer.id)
        try:
            return await entry.backend.sign_out(entry.offer.id, keep=keep, return_to=return_to)
        except Exception as error:  # a plugin's code; nobody stays signed in here because of it
            log.warning("provider %s cannot be signed out of: %s", entry.offer.id, error)
            return None

    def _spend(self, ticket: Ticket) -> None:
        """A ticket leads somewhere once, whatever the provider thinks of its codes."""
        now = datetime.now(UTC).timestamp()
        if ticket.state in self._used:
            raise NoEntry("auth.sso_expired", "this sign-in was finished before")
        self._used = {state: end for state, end in self._used.items() if end > now}
        self._used[ticket.state] = now + TICKET_S

    async def _session(self, ticket: Ticket) -> Session:
        found = await sessions.by_id(ticket.session)
        if found is None:
            raise NoEntry("auth.sso_expired", "the session that asked for it has ended")
        return found[0]

    async def _step_up(self, session: Session, proven: Proven, ticket: Ticket) -> None:
        row = await UserIdentity.filter(issuer=proven.issuer, subject=proven.subject).first()
        if row is None or row.user_id != session.user_id:
            raise NoEntry("auth.sso_other_user", "the provider proved somebody else")
        proved_at = _fresh(proven, ticket)
        await self._db.write(lambda conn: sessions.prove(conn, session.id, proved_at))

    async def _link(self, entry: Redirect, session: Session, proven: Proven) -> None:
        linked = audited("sso.linked", who=_actor(entry), object=("user", session.user_id), issuer=proven.issuer)

        async def change(conn: Any) -> None:
            await self._identity.audit.append(conn, linked)
            await accounts.link(conn, session.user_id, proven.issuer, proven.subject, proven.name)

        try:
            await self._db.write(change)
        except ConfigInvalid as error:
            raise NoEntry("auth.sso_taken", str(error)) from None


def _actor(entry: Redirect | Header) -> tuple[str, str, str]:
    """Who a change is put down to that follows from what a provider said."""
    return entry.name, entry.offer.title, "provider"


def _place(user_id: str) -> Place:
    """Of what a session keeps; see ``glimpser.sealed``."""
    return Place(f"sessions/user/{user_id}", "provider_keep")


def _fresh(proven: Proven, ticket: Ticket) -> datetime:
    """When the person proved who they are, if that was after they were sent to. NoEntry."""
    now, began = datetime.now(UTC), datetime.fromtimestamp(ticket.began, UTC)
    if proven.proved_at is None or proven.proved_at < began - SKEW:
        raise NoEntry("auth.sso_not_fresh", "the provider did not ask for a proof now")
    return min(proven.proved_at, now)


def _no_entry(error: Exception) -> NoEntry:
    """What a backend raised, as people see it and as the log does."""
    if isinstance(error, AuthFailed):
        code = error.reason.code
        return NoEntry(code if code.startswith("auth.sso_") else "auth.sso_refused", str(error))
    if not isinstance(error, GlimpserError | OSError):
        log.error("a sign-in backend failed", exc_info=error)
    what = "not ready" if isinstance(error, NotReady) else "failed"
    return NoEntry("auth.sso_unavailable", f"the provider is {what}: {error}")
