"""Signed links to media, and who asks by one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field
from quart import Quart, current_app, g
from werkzeug.exceptions import HTTPException

from glimpser.identity.policy import Principal
from glimpser.identity.signed_urls import LONGEST, PARAMETER

from .authentication import Strict
from .dispatch import admit, declared, loaded
from .problems import Invalid
from .routing import SIGNED_IN, Route, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("signed-urls")

OUGHT = "name a live picture, /api/stream/{id}/snapshot or mjpeg, or /api/snapshots/{id}/image or /api/clips/{id}/file"


class UrlIn(Strict):
    """What to sign."""

    path: str = Field(max_length=2000, description="Path of the picture, clip or live view, with its query.")
    seconds: int = Field(300, ge=1, le=int(LONGEST.total_seconds()), description="How long the link is good.")


class UrlOut(Strict):
    """A link that is good for GET, by whoever has it."""

    url: str = Field(description="The path with its signature.")
    expires_at: str


@route("POST", "/api/auth/signed-urls", permission=SIGNED_IN, audited=False, secret=True, body=UrlIn, answer=UrlOut)
async def sign_url(hub: Hub, principal: Principal, body: UrlIn) -> dict[str, Any]:
    """Make a link to one picture, clip or live view that needs no cookie or key, for at most five minutes. It ends with
    the session or key that made it, and shows what that may see when it is used; what is open through it ends as well.
    """
    parts = urlsplit(body.path)
    plain = quote(unquote(parts.path)) == parts.path and body.path.isascii() and PARAMETER not in parts.query
    found = _find(parts.path) if plain and not (parts.scheme or parts.netloc or parts.fragment) else None
    if found is None or any(c.isspace() or not c.isprintable() for c in body.path):
        raise Invalid([{"field": "/path", "message": OUGHT, "code": "path.not_signable"}], 409, "path.not_signable")
    asked, ids = found
    admit(asked, principal)
    await loaded(hub, asked, principal, ids)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    url, ends = hub.identity.signed_urls.make(principal, target, timedelta(seconds=body.seconds))
    return {"url": url, "expires_at": ends}


def _find(path: str) -> tuple[Route, dict[str, str]] | None:
    """The route behind a path that may be signed, and the ids in the path."""
    app: Quart = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        rule, ids = app.url_map.bind("").match(path, method="GET", return_rule=True)
    except HTTPException:
        return None
    asked = declared(app, rule, "GET")
    return (asked, {name: str(value) for name, value in ids.items()}) if asked is not None and asked.signable else None


def is_signed(asked: Any) -> bool:
    """Whether a request brings a signature, right or wrong; then nothing else is looked at."""
    return PARAMETER in asked.args


async def who(hub: Hub, asked: Any) -> Principal | None:
    """Who made the link that is asked. None, as without any proof, for what was altered, is over, or no GET."""
    g.signed = True
    path, query = asked.scope["raw_path"], asked.scope["query_string"]
    try:
        return await hub.identity.signed_urls.principal(asked.method, path.decode("ascii"), query.decode("ascii"))
    except UnicodeDecodeError:
        return None
