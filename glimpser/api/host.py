"""What plugin routes use of the core, behind the SDK's protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from quart import Response, g

from glimpser.identity.policy import can, sees
from glimpser_sdk.web import Principal as PrincipalProtocol
from glimpser_sdk.web import Problem

from .answers import plain
from .authentication import browser, go_on_as
from .routing import Page

if TYPE_CHECKING:
    from glimpser.hub import Hub


class Host:
    """``app.extensions["glimpser"]``; see ``glimpser_sdk.web.WebHost``."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def current_principal(self) -> PrincipalProtocol:
        """Who is asking; Problem 401 when nobody is signed in."""
        principal = g.get("principal")
        if principal is None:
            raise Problem(401, "auth.required", "sign in, or send an API key as Authorization: Bearer KEY")
        found: PrincipalProtocol = principal
        return found

    def require(self, permission: str, stream_id: str | None = None) -> None:
        """Problem 403, or 404 for a stream that may not be seen."""
        self.current_principal()
        principal = g.principal
        if stream_id is not None and not sees(principal, stream_id):
            raise Problem(404, "stream.not_found", "there is no such stream")
        if not can(principal, permission, stream_id):
            raise Problem(403, "permission.missing", f"this needs the permission {permission}", permission=permission)

    async def factor_removed(self) -> None:
        """No second factor guards the account of who is asking any more."""
        self.current_principal()
        browser(g.principal, "switch a second factor off")
        go_on_as(await self._hub.identity.set_factor(g.principal, None))

    def page(self, items: Sequence[Any], *, cursor: str | None, total: int) -> Any:
        """A list answer."""
        import msgspec

        from .answers import page_headers

        raw = msgspec.json.encode(plain(list(items)))
        headers = page_headers(Page(list(items), cursor, total))
        return Response(raw, headers=headers, content_type="application/json")
