"""What single users and roles may do to one stream or to the streams of a group."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from quart import request

from glimpser.database.models import Grant, Stream, StreamGroup, User
from glimpser.identity import ranks, roles
from glimpser.identity.policy import Principal
from glimpser.streams.inputs import Id
from glimpser_sdk.web import Problem

from .answers import matcher
from .loaders import GROUP, STREAM
from .problems import Invalid
from .routing import Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("grants")


def _either(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": ["user"]}, {"required": ["role"]}]
    for name in ("user", "role"):
        del schema["properties"][name]["default"]


class GrantIn(BaseModel):
    """Permissions for one user or one role."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_either)

    user: Id = Field("", description="Id of a user.")
    role: str = Field("", min_length=1, max_length=64, description="A built-in role, or the id of another.")
    permissions: list[str] = Field(min_length=1, max_length=100, description="Those that /api/roles calls per_stream.")

    @model_validator(mode="after")
    def _one_of_both(self) -> GrantIn:
        if bool(self.user) == bool(self.role):
            raise ValueError("give a user or a role")
        return self


class GrantsIn(BaseModel):
    """All grants on an object; what is not here ends."""

    model_config = ConfigDict(extra="forbid")

    grants: list[GrantIn] = Field(max_length=500)


class GrantOut(BaseModel):
    """Permissions of one user or one role."""

    user: str | None
    role: str | None
    permissions: list[str]


@route("GET", "/api/streams/<id:stream_id>/permissions", permission="users.manage", load=STREAM, answer=list[GrantOut])
async def stream_grants(stream: Stream) -> Versioned:
    """What was granted on this stream itself."""
    return await _outs(stream_id=stream.id)


@route("PUT", "/api/streams/<id:stream_id>/permissions", permission="users.manage", dangerous=True, load=STREAM,
       body=GrantsIn, answer=list[GrantOut])  # fmt: skip
async def grant_stream(hub: Hub, principal: Principal, stream: Stream, body: GrantsIn) -> Versioned:
    """Say who may do what to this stream, beside what their roles allow. With If-Match, only as it
    was read."""
    return await _replace(hub, principal, body, on_stream=stream.id, stream_id=stream.id)


@route("GET", "/api/stream-groups/<id:group_id>/permissions", permission="users.manage", load=GROUP,
       answer=list[GrantOut])  # fmt: skip
async def group_grants(group: StreamGroup) -> Versioned:
    """What was granted on this group."""
    return await _outs(group_id=group.id)


@route("PUT", "/api/stream-groups/<id:group_id>/permissions", permission="users.manage", dangerous=True, load=GROUP,
       body=GrantsIn, answer=list[GrantOut])  # fmt: skip
async def grant_group(hub: Hub, principal: Principal, group: StreamGroup, body: GrantsIn) -> Versioned:
    """Say who may do what to the streams of this group, those that join it later too. With If-Match, only as
    they were read."""
    return await _replace(hub, principal, body, group_id=group.id)


async def _outs(**where: Any) -> Versioned:
    rows = await Grant.filter(**where).order_by("id")
    found = [{"user": row.user_id, "role": row.role, "permissions": row.permissions} for row in rows]
    return Versioned(found, _version(rows))


def _version(rows: Iterable[Grant]) -> int:
    """A number that is another one with any other grants; they have no row in common that could count."""
    told = json.dumps(sorted((row.user_id or "", row.role or "", *row.permissions) for row in rows))
    return int(hashlib.sha256(told.encode()).hexdigest()[:13], 16)


async def _replace(
    hub: Hub, principal: Principal, body: GrantsIn, *, on_stream: str | None = None, **where: Any
) -> Versioned:
    match = matcher() if "If-Match" in request.headers else None
    for number, grant in enumerate(body.grants):
        await _check(hub, principal, number, grant, on_stream)
    found = await Grant.filter(**where)
    before = {_key(row): row for row in found}
    known = _version(found)
    if match is not None:
        match(known)
    wanted = {_key(row): row for row in (_row(grant) for grant in body.grants)}
    changed = before.keys() ^ wanted.keys()
    await ranks.check_grants(principal, hub.identity.permissions, [(before | wanted)[key] for key in changed])
    users, named = await ranks.granted_to(**where)

    async def change(conn: Any) -> None:
        # What was checked above is what is replaced here, whatever the header says.
        if _version(await Grant.filter(**where).using_db(conn)) != known:
            raise Problem(412, "match.failed", "the object was changed meanwhile: read it again")
        await Grant.filter(**where).using_db(conn).delete()
        await Grant.bulk_create([_row(grant, **where) for grant in body.grants], using_db=conn)

    await hub.db.write(change)
    await hub.identity.rights_changed(
        {*users, *(g.user for g in body.grants if g.user)}, {*named, *(g.role for g in body.grants if g.role)}
    )
    return await _outs(**where)


async def _check(hub: Hub, principal: Principal, number: int, grant: GrantIn, stream_id: str | None) -> None:
    catalogue = hub.identity.permissions
    fault: tuple[str, str] | None = None
    if grant.user and not await User.filter(id=grant.user).exists():
        fault = f"/grants/{number}/user", "no such user"
    elif grant.role and await roles.find(catalogue, grant.role) is None:
        fault = f"/grants/{number}/role", "no such role"
    elif strange := sorted(set(grant.permissions) - catalogue.per_stream):
        fault = f"/grants/{number}/permissions", f"cannot be granted on streams: {', '.join(strange)}"
    if fault is not None:
        raise Invalid([{"field": fault[0], "message": fault[1], "code": "grant.refused"}], 409, "grant.refused")
    given = await ranks.given_by(catalogue, [_row(grant)])
    ranks.check_has(principal, given, stream_id)


def _key(grant: Grant) -> tuple[str | None, str | None, tuple[str, ...]]:
    return grant.user_id, grant.role, tuple(grant.permissions)


def _row(grant: GrantIn, **where: Any) -> Grant:
    return Grant(
        user_id=grant.user or None, role=grant.role or None, permissions=sorted(set(grant.permissions)), **where
    )
