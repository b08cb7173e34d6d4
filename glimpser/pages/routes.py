"""Where the pages are. They hold no data: what a page shows it asks of the API, with the viewer's own permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quart import Response, request

from glimpser.api.routing import PUBLIC, Routes
from glimpser_sdk.web import Problem

from .assets import SHELL, Asset, packaged, shell

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("pages", documented=False)

HTML = "text/html"


def _answer(asset: Asset) -> Response:
    """The file, or 304. Browsers keep it and ask whether it is still the same, so that an update is seen at once."""
    headers = {"ETag": asset.etag, "Cache-Control": "public, no-cache"}
    if asset.etag in (request.headers.get("If-None-Match") or ""):
        return Response(b"", status=304, headers=headers)
    return Response(asset.body, content_type=asset.content_type, headers=headers)


@route("GET", "/", permission=PUBLIC, media=HTML)
async def wall(hub: Hub) -> Response:
    """The live wall. Below a path prefix people leave out the slash at the end, which the hub does not see."""
    public = urlsplit(hub.settings.public_url)
    return _answer(shell(0, f"{public.path}/" if public.path and request.host == public.netloc else ""))


@route("GET", "/events", permission=PUBLIC, media=HTML)
async def events() -> Response:
    """The inbox of activities."""
    return _answer(shell(0))


@route("GET", "/streams/<stream_id>", permission=PUBLIC, media=HTML)
async def stream(stream_id: str) -> Response:
    """One stream."""
    return _answer(shell(1))


@route("GET", "/security", permission=PUBLIC, media=HTML)
async def security() -> Response:
    """One's own second factor."""
    return _answer(shell(0))


@route("GET", "/login", permission=PUBLIC, media=HTML)
async def login() -> Response:
    """Sign-in."""
    return _answer(shell(0))


@route("GET", "/setup", permission=PUBLIC, before_setup=True, media=HTML)
async def setup() -> Response:
    """The first administrator."""
    return _answer(shell(0))


@route("GET", "/s", permission=PUBLIC, media=HTML)
async def share() -> Response:
    """What a share link shows; its token is behind #, where servers do not see it."""
    return _answer(shell(0))


@route("GET", "/invitation", permission=PUBLIC, media=HTML)
async def invitation() -> Response:
    """Where somebody who was invited chooses a password."""
    return _answer(shell(0))


@route("GET", "/reset", permission=PUBLIC, media=HTML)
async def reset() -> Response:
    """Where somebody chooses a new password by a link."""
    return _answer(shell(0))


@route("GET", "/static/<path:name>", permission=PUBLIC, before_setup=True, media="*/*")
async def static(name: str) -> Response:
    """A packaged file."""
    found = packaged().get(name)
    if found is None or name == SHELL:
        raise Problem(404, "path.not_found", "there is no such file")
    return _answer(found)


@route("GET", "/favicon.svg", permission=PUBLIC, before_setup=True, media="image/svg+xml")
async def favicon() -> Response:
    """The mark."""
    return _answer(packaged()["favicon.svg"])
