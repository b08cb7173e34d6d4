"""Whom providers of single sign-on know users as: linked by users themselves, or by who manages them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import BaseModel, Field
from quart import Response

from glimpser.database.models import User, UserIdentity
from glimpser.identity import accounts
from glimpser.identity.accounts import NoEntry
from glimpser.identity.backends import Redirect
from glimpser.identity.policy import Principal
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.web import Problem

from .answers import plain
from .authentication import Strict, browser
from .problems import Invalid
from .routing import SIGNED_IN, Loader, Routes
from .sso import entry_of, return_to, with_ticket
from .users import USER, check_manages, given_role

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("identities")


class IdentityOut(BaseModel):
    """Whom a provider knows a user as."""

    id: str
    issuer: str
    subject: str
    name: str = Field(description="What the provider called them last.")
    created_at: str
    last_sign_in_at: str | None


class IdentityIn(Strict):
    """A person at a provider, for ever."""

    issuer: str = Field(min_length=1, max_length=300, pattern="^https?://[!-~]+$")
    subject: str = Field(min_length=1, max_length=255)


class IdentitiesIn(Strict):
    """All of them; what is left out ends."""

    identities: list[IdentityIn] = Field(max_length=20)


class LinkIn(Strict):
    """Where to prove who one is."""

    provider: str = Field(pattern="^[a-z][a-z0-9-]{0,31}$", description="Of /api/auth/methods.")


class LinkOut(BaseModel):
    """Where the browser has to go next."""

    url: str


def _outs(rows: list[UserIdentity]) -> list[dict[str, Any]]:
    return [
        plain({
            "id": row.id, "issuer": row.issuer, "subject": row.subject, "name": row.name, "created_at": row.created_at,
            "last_sign_in_at": row.last_sign_in_at,
        })
        for row in rows
    ]  # fmt: skip


async def _of(user_id: str) -> list[dict[str, Any]]:
    return _outs(await UserIdentity.filter(user_id=user_id).order_by("created_at", "id"))


async def _own(hub: Hub, principal: Principal, identifier: str) -> UserIdentity | None:
    if principal.kind != "user":
        return None
    return await UserIdentity.filter(id=identifier, user_id=principal.id).first()


OWN = Loader("identity", "identity_id", _own)


@route("GET", "/api/me/identities", permission=SIGNED_IN, answer=list[IdentityOut])
async def own_identities(principal: Principal) -> list[dict[str, Any]]:
    """Whom providers know oneself as."""
    browser(principal, "see them")
    return await _of(principal.id)


@route("POST", "/api/me/identities", permission=SIGNED_IN, dangerous=True, secret=True, body=LinkIn, answer=LinkOut)
async def link_own(hub: Hub, principal: Principal, body: LinkIn) -> Any:
    """Link the person that one is at a provider: go to `url` with this browser, and sign in there."""
    browser(principal, "link an account of a provider")
    entry = entry_of(hub, body.provider)
    if not isinstance(entry, Redirect):
        raise Problem(404, "sso.not_found", "nobody is led to this provider, so there is nothing to link")
    try:
        url, ticket = await hub.sso.depart(entry, return_to=return_to(hub, entry), next_path="/", purpose="link",
                                           principal=principal)  # fmt: skip
    except NoEntry:
        raise Problem(503, "auth.sso_unavailable", "the provider cannot be used right now; the log says why") from None
    return with_ticket(Response(msgspec.json.encode({"url": url}), content_type="application/json"), ticket)


@route("DELETE", "/api/me/identities/<id:identity_id>", permission=SIGNED_IN, dangerous=True, load=OWN, status=204)
async def unlink_own(hub: Hub, principal: Principal, identity: UserIdentity) -> None:
    """Unlink it: who comes from there is somebody unknown from now on. The last way in stays."""
    browser(principal, "unlink an account of a provider")

    async def change(conn: Any) -> None:
        others = UserIdentity.filter(user_id=principal.id).exclude(id=identity.id).using_db(conn)
        user = await User.filter(id=principal.id).using_db(conn).get()
        if user.password_hash is None and not await others.exists():
            raise Problem(409, "identity.last", "this is your only way in: ask for a password first")
        await UserIdentity.filter(id=identity.id).using_db(conn).delete()

    await hub.db.write(change)
    await hub.identity.end_sessions(principal.id, but=principal.session_id)


@route("GET", "/api/users/<id:user_id>/identities", permission="users.manage", load=USER, answer=list[IdentityOut])
async def user_identities(user: User) -> list[dict[str, Any]]:
    """Whom providers know a user as."""
    return await _of(user.id)


@route("PUT", "/api/users/<id:user_id>/identities", permission="users.manage", dangerous=True, load=USER,
       body=IdentitiesIn, answer=list[IdentityOut])  # fmt: skip
async def set_user_identities(hub: Hub, principal: Principal, user: User, body: IdentitiesIn) -> list[dict[str, Any]]:
    """Say whom providers know a user as. What is left out ends, and the user's sessions with it."""
    await check_manages(hub, principal, user)
    # Whoever signs in as somebody may do all that they may.
    await given_role(hub, principal, user.role)
    wanted = {(one.issuer, one.subject): n for n, one in enumerate(body.identities)}

    async def change(conn: Any) -> bool:
        gone = [row.id for row in await UserIdentity.filter(user_id=user.id).using_db(conn)
                if (row.issuer, row.subject) not in wanted]  # fmt: skip
        await UserIdentity.filter(id__in=gone).using_db(conn).delete()
        for (issuer, subject), n in wanted.items():
            try:
                await accounts.link(conn, user.id, issuer, subject)
            except ConfigInvalid as error:
                raise Invalid([{"field": f"/identities/{n}", "message": str(error), "code": "identity.taken"}], 409,
                              "identity.taken") from None  # fmt: skip
        return bool(gone)

    if await hub.db.write(change):
        await hub.identity.end_sessions(user.id, but=principal.session_id)
    return await _of(user.id)
