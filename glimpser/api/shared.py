"""What the visitors of a share link ask. Each link has paths of its own, and a pass in a cookie of its own: it opens
these paths and no others, and who is signed in beside it stays so everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from pydantic import BaseModel, BeforeValidator, Field, SecretStr
from quart import Response, request

from glimpser.database.models import Event, ShareLink, Stream
from glimpser.identity.policy import Principal, abilities
from glimpser.identity.shares import PasswordNeeded
from glimpser.identity.tokens import as_token
from glimpser.streams.health import UNKNOWN
from glimpser_sdk.web import Problem

from . import live, share_layouts, snapshots, sockets, visible
from .answers import shown
from .authentication import Strict, address, cookie_name, cookie_of, set_cookie, told_alike
from .events import EVENT_PERMISSIONS
from .routing import PUBLIC, SHARED, SIGNED_IN, Loader, Route, Routes
from .share_layouts import SharedLayout

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("shared")

COOKIE = "glimpser_share_"
GONE = "this link is not valid (any more): ask for a new one"
Token = Annotated[str, BeforeValidator(as_token)]
"""What cannot be a token is no token: it is answered like one that nobody made."""


class Opening(Strict):
    """A share link's token."""

    token: Token = Field(description="What is behind # in the link.")
    password: SecretStr | None = Field(None, min_length=1, max_length=1024, description="Where the link has one.")


class SharedStream(BaseModel):
    """A stream as visitors see it."""

    id: str
    name: str
    status: str
    resolution: str | None
    fps: float | None
    can: list[str] = Field(description="Permissions the visitor has on it.")


class SharedEvent(BaseModel):
    """An event as visitors see it."""

    id: str
    title: str
    text: str
    stream: str = Field(description="Name of its stream.")
    severity: str
    score: float | None
    started_at: str
    ended_at: str | None
    snapshot_id: str | None = Field(description="See /api/shared/{link_id}/snapshots/{snapshot_id}/image.")
    clip_id: str | None = Field(description="See /api/shared/{link_id}/clips/{clip_id}/file.")
    can: list[str] = Field(description="Permissions the visitor has on it.")


class SharedOut(BaseModel):
    """What a link shows."""

    id: str
    name: str
    kind: str = Field(description="stream, wall or event.")
    expires_at: str
    streams: list[SharedStream]
    layout: SharedLayout | None = Field(description="Of a wall: where its streams are; null = side by side.")
    event: SharedEvent | None


async def _link(hub: Hub, principal: Principal, identifier: str) -> ShareLink | None:
    if principal.kind != "share" or principal.id != identifier:
        return None
    return await ShareLink.filter(id=identifier).first()


LINK = Loader("share_link", "link_id", _link)


async def visitor(hub: Hub, asked: Any) -> Principal | None:
    """Who has the pass of the link in the path."""
    link_id = asked.view_args["link_id"]
    given = cookie_of(asked, COOKIE + link_id)
    return await hub.identity.shares.by_pass(link_id, given) if given else None


async def _out(hub: Hub, principal: Principal, link: ShareLink) -> dict[str, Any]:
    rows = {row.id: row for row in await visible.streams(principal).filter(id__in=link.streams)}
    states = await visible.states(hub, principal, list(rows))
    event = await visible.events(principal).filter(id=link.event_id or "").first()
    return shown({
        "id": link.id, "name": link.name, "kind": link.kind, "expires_at": principal.expires_at,
        "streams": [_stream(hub, principal, rows[i], states.get(i, UNKNOWN)) for i in link.streams if i in rows],
        "layout": share_layouts.shown_of(link.layout, rows),
        "event": None if event is None else await _event(hub, principal, event),
    })  # fmt: skip


def _stream(hub: Hub, principal: Principal, row: Stream, state: dict[str, Any]) -> dict[str, Any]:
    measured = {name: state[name] for name in ("status", "resolution", "fps")}
    can = abilities(principal, hub.identity.permissions.on_streams, row.id)
    return {"id": row.id, "name": row.name, **measured, "can": can}


async def _event(hub: Hub, principal: Principal, event: Event) -> dict[str, Any]:
    name = (await visible.names([event.stream_id or ""])).get(event.stream_id or "", "")
    words = {**event.data, **event.data.get("params", {}), "stream": name}
    types = hub.events.types
    return {
        "id": event.id, "title": types.get(event.type).title, "text": types.text(event.type, words),
        "stream": name, "severity": event.severity, "score": event.score, "started_at": event.started_at,
        "ended_at": event.ended_at, "snapshot_id": event.snapshot_id, "clip_id": event.clip_id,
        "can": abilities(principal, EVENT_PERMISSIONS, event.stream_id, event.id),
    }  # fmt: skip


@route("POST", "/api/auth/links/share", permission=PUBLIC, body=Opening, answer=SharedOut,
       also={401: "It has a password, which was not given or is wrong."})  # fmt: skip
async def open_link(hub: Hub, body: Opening) -> Response:
    """Open a share link; sets the visitor's cookie, which opens what is below /api/shared/{link_id}. Answers 404 for
    whatever is no live link, and 401 where it has a password that was not given or is wrong."""
    name = cookie_name(COOKIE)
    passes = {key.removeprefix(name): value for key, value in request.cookies.items() if key.startswith(name)}
    password = None if body.password is None else body.password.get_secret_value()
    with told_alike("the password is wrong"):
        try:
            opened = await hub.identity.shares.open(body.token, password, address=address(), passes=passes)
        except PasswordNeeded:
            raise Problem(401, "share.password_needed", "this link has a password") from None
    if opened is None:
        raise Problem(404, "link.not_found", GONE)
    link, principal, fresh = opened
    body_out = msgspec.json.encode(await _out(hub, principal, link))
    response = Response(body_out, content_type="application/json")
    set_cookie(response, COOKIE + link.id, fresh, days=30)
    return response


@route("GET", SHARED, permission=SIGNED_IN, load=LINK, shared=True, answer=SharedOut)
async def what_is_shared(hub: Hub, principal: Principal, share_link: ShareLink) -> Any:
    """What the link shows."""
    return await _out(hub, principal, share_link)


def for_visitors() -> list[Route]:
    """Routes of others that visitors may use below their link's path."""
    useful = {"live.mjpeg", "media.snapshot_image", "media.clip_file", "feed.page_socket"}
    routes = (*live.route.routes, *snapshots.route.routes, *sockets.route.routes)
    return [found.for_visitors() for found in routes if found.endpoint in useful]
