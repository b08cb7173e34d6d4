"""API keys: for programs, with at most what their owner may do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from tortoise.queryset import QuerySet

from glimpser.database.models import ApiKey, User
from glimpser.identity import ranks, users
from glimpser.identity.policy import Principal, can
from glimpser.identity.step_up import SCOPE
from glimpser.streams.inputs import Id

from .answers import shown
from .authentication import browser
from .cursors import PageQuery, page
from .dispatch import dangerous_permissions
from .inputs import Moment
from .loaders import check_streams
from .problems import Invalid
from .routing import SIGNED_IN, Loader, Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("keys")


class KeyIn(BaseModel):
    """A key of one's own."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, description="What it is for.")
    scopes: list[str] = Field(
        default_factory=list,
        max_length=500,
        description="Permissions; none = all of the owner's. `admin:dangerous` beside them, or alone, lets it do what "
        "else needs a fresh proof of who one is.",
    )
    streams: list[Id] | None = Field(None, max_length=2000, description="The only streams it may touch; null = all.")
    expires_at: Moment | None = Field(None, description="null: never.")


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: str
    name: str
    prefix: str = Field(description="The part of the key that may be shown: glm_PREFIX_…")
    user_id: str
    user: str
    scopes: list[str]
    streams: list[str] | None
    expires_at: str | None
    last_used_at: str | None
    created_at: str


class NewKeyOut(KeyOut):
    """A key with its secret, shown this once."""

    key: str


class KeyQuery(PageQuery):
    """Which keys; without ``users.manage`` only one's own."""

    user: Id | None = Field(None, description="Of this user.")


def _seen(principal: Principal) -> QuerySet[ApiKey]:
    """Live keys of oneself, or everybody's for who manages users. A key that may not do that knows itself alone."""
    rows = ApiKey.filter(revoked_at=None)
    if can(principal, "users.manage"):
        return rows
    return rows.filter(user_id=principal.id) if principal.kind == "user" else rows.filter(id=principal.session_id)


async def _key(hub: Hub, principal: Principal, identifier: str) -> ApiKey | None:
    return await _seen(principal).filter(id=identifier).first()


KEY = Loader("key", "key_id", _key)


def _out(row: ApiKey, user: str, **more: Any) -> dict[str, Any]:
    return shown({
        "id": row.id, "name": row.name, "prefix": row.prefix, "user_id": row.user_id, "user": user,
        "scopes": row.scopes, "streams": row.streams, "expires_at": row.expires_at, "last_used_at": row.last_used_at,
        "created_at": row.created_at, **more,
    })  # fmt: skip


@route("GET", "/api/api-keys", permission=SIGNED_IN, query=KeyQuery, answer=list[KeyOut])
async def list_keys(principal: Principal, query: KeyQuery) -> Page:
    """Live keys, newest first: one's own, or everybody's for who manages users; a key sees itself."""
    rows = _seen(principal)
    if query.user is not None:
        rows = rows.filter(user_id=query.user)
    found = await page(rows, query, by="created_at", time=True)
    owners = dict(await User.filter(id__in=[r.user_id for r in found.items]).values_list("id", "name"))
    return found.of([_out(row, owners.get(row.user_id, "")) for row in found.items])


@route(
    "POST", "/api/api-keys", permission=SIGNED_IN, dangerous=True, secret=True, body=KeyIn, answer=NewKeyOut, status=201
)
async def create_key(hub: Hub, principal: Principal, body: KeyIn) -> Versioned:
    """Make a key for oneself. Its secret is in this answer and nowhere else; a key cannot make keys."""
    browser(principal, "make a key")
    known = principal.permissions | ({SCOPE} if principal.permissions & dangerous_permissions() else set())
    strange = [n for n, scope in enumerate(body.scopes) if scope not in known]
    if strange:
        errors = [{"field": f"/scopes/{n}", "message": "you have no such permission", "code": "permission.not_yours"}
                  for n in strange]  # fmt: skip
        raise Invalid(errors, status=409, code="permission.not_yours")
    if body.expires_at is not None and body.expires_at <= datetime.now(UTC):
        raise Invalid([{"field": "/expires_at", "message": "this is in the past", "code": "time.past"}], status=409)
    await check_streams(principal, body.streams)
    user = await User.get(id=principal.id)
    key, row = await hub.db.write(
        lambda conn: users.create_key(
            conn,
            user,
            name=body.name,
            scopes=sorted(set(body.scopes)),
            streams=body.streams,
            expires_at=body.expires_at,
        )
    )
    return Versioned(_out(row, user.name, key=key), 1, status=201, location=f"/api/api-keys/{row.id}")


@route("DELETE", "/api/api-keys/<id:key_id>", permission=SIGNED_IN, load=KEY, status=204)
async def revoke_key(hub: Hub, principal: Principal, key: ApiKey) -> None:
    """Revoke a key, one's own or of somebody of a lower rank; what it has open ends."""
    await ranks.check_owner(hub.identity.permissions, principal, key.user_id)
    await hub.db.write(lambda conn: ApiKey.filter(id=key.id).using_db(conn).update(revoked_at=datetime.now(UTC)))
    hub.identity.ended([key.id])
