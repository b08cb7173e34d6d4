"""The description of this API: made from the declared routes when it is first asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from quart import Quart, Response, current_app

from .answers import etag, none_match
from .routing import PUBLIC, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("description")

_making = asyncio.Lock()


@route("GET", "/api/openapi.json", permission=PUBLIC, answer=dict[str, Any])
async def description(hub: Hub) -> Response:
    """This description, with the routes of the installed plugins."""
    app: Quart = current_app._get_current_object()  # type: ignore[attr-defined]
    async with _making:
        if "glimpser.description" not in app.extensions:
            raw = await asyncio.to_thread(_make, app, hub)
            app.extensions["glimpser.description"] = raw, etag(raw, None)
    raw, tag = app.extensions["glimpser.description"]
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if none_match(tag):
        return Response(b"", status=304, headers=headers)
    return Response(raw, content_type="application/json", headers=headers)


def _make(app: Quart, hub: Hub) -> bytes:
    from .describe import Description  # imports quart-schema, which takes most of a second

    return msgspec.json.encode(Description(app, hub).schema())
