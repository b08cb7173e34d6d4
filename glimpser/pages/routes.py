"""Where the pages are. They hold no data: what a page shows it asks of the API, with the viewer's own permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quart import Response, request

from glimpser.api.routing import PUBLIC, Handler, Route, Routes
from glimpser_sdk.web import Problem

from .assets import Asset

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("pages", documented=False)

HTML = "text/html"
KEPT = "public, max-age=31536000, immutable"
ASKED = "public, no-cache"
"""Browsers keep it and ask whether it is still the same, so that an update is seen at once."""


def _answer(asset: Asset, cache: str = ASKED) -> Response:
    """The file, or 304."""
    headers = {"ETag": asset.etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
    if asset.etag in (request.headers.get("If-None-Match") or ""):
        return Response(b"", status=304, headers=headers)
    if request.accept_encodings["gzip"] and (zipped := asset.zipped) is not None:
        return Response(zipped, content_type=asset.content_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.body, content_type=asset.content_type, headers=headers)


def _page(path: str, doc: str) -> Handler:
    async def page(hub: Hub) -> Response:
        answer = _answer(hub.site.document(_way_up(hub)))
        answer.headers["Content-Security-Policy"] = hub.site.policy
        return answer

    page.__name__, page.__doc__ = path.strip("/").replace("/", "_") or "wall", doc
    return page


def _way_up(hub: Hub) -> str:
    """To the hub's root. Below a path prefix people leave out the slash at the end, which the hub does not see."""
    depth = request.path.count("/") - 1
    if depth:
        return "../" * depth
    public = urlsplit(hub.settings.public_url)
    prefix = request.path == "/" and public.path and request.host == public.netloc
    return f"{public.path}/" if prefix else "./"


for _path, _what in {
    "/": "The live wall.",
    "/events": "The inbox of activities.",
    "/streams/<stream_id>": "One stream.",
    "/security": "One's own second factor.",
    "/login": "Sign-in.",
    "/s": "What a share link shows; its token is behind #, where servers do not see it.",
    "/invitation": "Where somebody who was invited chooses a password.",
    "/reset": "Where somebody chooses a new password by a link.",
}.items():
    route("GET", _path, permission=PUBLIC, media=HTML)(_page(_path, _what))
route("GET", "/setup", permission=PUBLIC, before_setup=True, media=HTML)(_page("/setup", "The first administrator."))


@route("GET", "/safe", permission=PUBLIC, media=HTML)
async def safe(hub: Hub) -> Response:
    """What is broken, and putting it right: a built-in page whatever the front end, which may be what is broken."""
    document, policy = hub.site.built_in(_way_up(hub))
    answer = _answer(document)
    answer.headers["Content-Security-Policy"] = policy
    return answer


def of_front_end(hub: Hub) -> Iterator[Route]:
    """The pages and files of the front end that are not served anyway."""
    mine = {known.path for known in route.routes}
    for path in hub.site.front.paths:
        if path not in mine:
            handler = _page(path, "A page of the front end.")
            yield Route(method="GET", path=path, permission=PUBLIC, handler=handler, tag=route.tag, media=HTML,
                        documented=False)  # fmt: skip
    for name in hub.site.front.beside:
        if f"/{name}" not in mine:
            yield Route(method="GET", path=f"/{name}", permission=PUBLIC, handler=_beside(name), tag=route.tag,
                        before_setup=True, media="*/*", documented=False)  # fmt: skip


@route("GET", "/static/<path:name>", permission=PUBLIC, before_setup=True, media="*/*")
async def static(hub: Hub, name: str) -> Response:
    """A packaged file."""
    found = hub.site.file(name)
    if found is None:
        raise Problem(404, "path.not_found", "there is no such file")
    asset, unchanging = found
    return _answer(asset, KEPT if unchanging else ASKED)


def _beside(name: str) -> Handler:
    async def beside(hub: Hub) -> Response:
        return _answer(hub.site.beside(name))

    beside.__name__ = name.replace(".", "_")
    return beside


route("GET", "/favicon.svg", permission=PUBLIC, before_setup=True, media="image/svg+xml")(_beside("favicon.svg"))
