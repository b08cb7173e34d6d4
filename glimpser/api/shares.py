"""Share links: made, listed and revoked by those whose rights they show a part of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from quart import request
from tortoise.queryset import QuerySet

from glimpser.database.models import ShareLink, User
from glimpser.identity import ranks, shares
from glimpser.identity.policy import Principal, can
from glimpser.streams.inputs import Id

from . import share_layouts, visible
from .answers import shown
from .authentication import browser
from .cursors import PageQuery, page
from .inputs import Moment
from .loaders import EVENT, check_streams
from .problems import Invalid
from .routing import SIGNED_IN, Loader, Page, Routes, Versioned
from .share_layouts import SharedLayout

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("share-links")

WHAT = ("stream", "streams", "event")
FARTHEST = timedelta(days=3660)
"""A date beyond this is a slip of the pen."""


def _one_of_three(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": [name]} for name in WHAT]
    for name in WHAT:
        del schema["properties"][name]["default"]


class ShareIn(BaseModel):
    """A stream, a wall of several, or an event, for whoever has the link."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_of_three)

    name: str = Field(min_length=1, max_length=200, description="What it is for; its visitors read it.")
    stream: Id = Field("", min_length=1, description="Id of one stream, to be seen live.")
    streams: list[Id] = Field([], min_length=1, max_length=100, description="Ids of several, in their order: a wall.")
    layout: SharedLayout | None = Field(None, description="Of a wall: where its streams are; else side by side.")
    event: Id = Field("", min_length=1, description="Id of an event, with its picture and its clip.")
    expires_at: Moment = Field(description="At most 30 days from now; administrators may choose a later end.")
    password: SecretStr | None = Field(None, min_length=1, max_length=1024, description="Asked of visitors.")

    @model_validator(mode="after")
    def _one_of_them(self) -> ShareIn:
        if sum(map(bool, (self.stream, self.streams, self.event))) != 1:
            raise ValueError("give one of stream, streams and event")
        return self


class ShareOut(BaseModel):
    """A share link, without its token."""

    id: str
    name: str
    kind: str = Field(description="stream, wall or event.")
    streams: list[str] = Field(description="Those of its streams that the principal sees.")
    layout: SharedLayout | None = Field(description="Of a wall: where these are.")
    event: str | None
    user_id: str
    user: str = Field(description="Who made it.")
    password: bool = Field(description="Whether visitors need one.")
    expires_at: str
    uses: int = Field(description="How often it was opened.")
    last_used_at: str | None
    locked_until: str | None = Field(description="From somewhere, after too many wrong passwords.")
    created_at: str


class NewShareOut(ShareOut):
    """A share link with its address, shown this once."""

    link: str


def _seen(principal: Principal) -> QuerySet[ShareLink]:
    """Links of oneself, or everybody's for who manages users. A key that may not do that has none."""
    rows = ShareLink.filter(revoked_at=None)
    if can(principal, "users.manage"):
        return rows
    return rows.filter(user_id=principal.id if principal.kind == "user" else "")


async def _link(hub: Hub, principal: Principal, identifier: str) -> ShareLink | None:
    return await _seen(principal).filter(id=identifier).first()


LINK = Loader("share_link", "link_id", _link)


async def _outs(hub: Hub, principal: Principal, rows: list[ShareLink]) -> list[dict[str, Any]]:
    wanted = {stream_id for row in rows for stream_id in row.streams}
    seen = visible.streams(principal).filter(id__in=sorted(wanted))
    shown_to = {str(i) for i in await seen.values_list("id", flat=True)}
    authors = dict(await User.filter(id__in=[row.user_id for row in rows]).values_list("id", "name"))
    locks = await hub.identity.locks([shares.limited(row.id) for row in rows])
    return [
        shown({
            "id": row.id, "name": row.name, "kind": row.kind, "streams": [i for i in row.streams if i in shown_to],
            "layout": share_layouts.shown_of(row.layout, shown_to),
            "event": row.event_id, "user_id": row.user_id, "user": authors.get(row.user_id, ""),
            "password": row.password_hash is not None, "expires_at": row.expires_at, "uses": row.uses,
            "last_used_at": row.last_used_at, "locked_until": locks.get(shares.limited(row.id).casefold()),
            "created_at": row.created_at,
        })
        for row in rows
    ]  # fmt: skip


@route("GET", "/api/share-links", permission=SIGNED_IN, query=PageQuery, answer=list[ShareOut])
async def list_links(hub: Hub, principal: Principal, query: PageQuery) -> Page:
    """Live links, newest first: one's own, or everybody's for who manages users."""
    rows = _seen(principal).filter(expires_at__gt=datetime.now(UTC))
    found = await page(rows, query, by="created_at", time=True)
    return found.of(await _outs(hub, principal, found.items))


@route("POST", "/api/share-links", permission="streams.share", per_stream=True, dangerous=True, secret=True,
       body=ShareIn, answer=NewShareOut, status=201)  # fmt: skip
async def share(hub: Hub, principal: Principal, body: ShareIn) -> Versioned:
    """Share a stream, a wall or an event. The link is in this answer and nowhere else; an API key cannot share."""
    browser(principal, "share")
    _check_end(principal, body.expires_at)
    streams = [body.stream] if body.stream else list(dict.fromkeys(body.streams))
    if body.event:
        event = await EVENT.fetch(hub, principal, body.event)
        if event is None or event.stream_id is None:
            raise _refused("event", "no such event on a stream", "event.not_found")
        _check_shares(principal, "event", event.stream_id, event.id)
    else:
        await _check_seen(principal, streams, single=bool(body.stream))
        for number, stream_id in enumerate(streams):
            _check_shares(principal, "stream" if body.stream else f"streams/{number}", stream_id)
    if body.layout is not None:
        share_layouts.check(body.layout, body.streams)
    token, row = await hub.identity.shares.create(
        principal, name=body.name, kind="event" if body.event else "stream" if body.stream else "wall",
        streams=streams, layout=None if body.layout is None else body.layout.model_dump(),
        event_id=body.event or None, expires_at=body.expires_at,
        password=None if body.password is None else body.password.get_secret_value(),
    )  # fmt: skip
    out = (await _outs(hub, principal, [row]))[0] | {"link": page_link(hub, "s", token)}
    return Versioned(out, 1, status=201, location=f"/api/share-links/{row.id}")


@route("DELETE", "/api/share-links/<id:link_id>", permission=SIGNED_IN, load=LINK, status=204)
async def revoke_link(hub: Hub, principal: Principal, share_link: ShareLink) -> None:
    """Revoke a link, one's own or of somebody of a lower rank; what is open through it ends."""
    await ranks.check_owner(hub.identity.permissions, principal, share_link.user_id)
    await hub.identity.shares.revoke(share_link)


def page_link(hub: Hub, name: str, token: str) -> str:
    """The address of a page that takes a token. Behind ``#`` it is in no log and no ``Referer``."""
    root = hub.settings.public_url or f"{request.scheme}://{request.host}"
    return f"{root}/{name}#{token}"


def _refused(field: str, message: str, code: str) -> Invalid:
    return Invalid([{"field": f"/{field}", "message": message, "code": code}], 409, code)


def _check_end(principal: Principal, ends: datetime) -> None:
    now = datetime.now(UTC)
    if ends <= now:
        raise _refused("expires_at", "this is in the past", "time.past")
    if ends > (shares.longest(principal, now) or now + FARTHEST):
        days = shares.LONGEST.days if shares.longest(principal, now) else FARTHEST.days
        raise _refused("expires_at", f"at most {days} days from now", "time.too_far")


async def _check_seen(principal: Principal, streams: list[str], *, single: bool) -> None:
    try:
        await check_streams(principal, streams)
    except Invalid as invalid:
        if not single:
            raise
        raise _refused("stream", "no such stream", invalid.code) from None


def _check_shares(principal: Principal, field: str, stream_id: str, event_id: str | None = None) -> None:
    if not shares.may_share(principal, stream_id, event_id):
        raise _refused(field, "you have no permission streams.share on it", "permission.not_yours")
