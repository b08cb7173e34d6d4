"""What a plugin's routes use of the core, without importing it. Needs the extra ``glimpser-sdk[web]``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast


class Principal(Protocol):
    """Who is asking. ``kind``: ``user`` for somebody in a browser; programs are of another."""

    id: str
    name: str
    role: str
    kind: str
    permissions: frozenset[str]


class Problem(Exception):
    """An answer in problem+json (RFC 9457). ``code`` is documented; ``params`` are JSON scalars."""

    def __init__(self, status: int, code: str, detail: str = "", **params: Any) -> None:
        super().__init__(detail or code)
        self.status = status
        self.code = code
        self.detail = detail
        self.params = params


class WebHost(Protocol):
    """Set by the core on the app as ``app.extensions["glimpser"]``."""

    def current_principal(self) -> Principal:
        """Who is asking; Problem 401 when nobody is signed in."""

    def require(self, permission: str, stream_id: str | None = None) -> None:
        """Problem 403, or 404 for an object that may not be seen."""

    def page(self, items: Sequence[Any], *, cursor: str | None, total: int) -> Any:
        """A list answer with ``Link`` and ``X-Total-Count``."""

    async def factor_removed(self) -> None:
        """See :func:`factor_removed`."""


def host() -> WebHost:
    """The core's side, inside a request."""
    from quart import current_app

    return cast(WebHost, current_app.extensions["glimpser"])


def current_principal() -> Principal:
    """Who is asking; Problem 401 when nobody is signed in."""
    return host().current_principal()


def require(permission: str, stream_id: str | None = None) -> None:
    """Problem 403, or 404 for an object that may not be seen."""
    host().require(permission, stream_id)


def page(items: Sequence[Any], *, cursor: str | None, total: int) -> Any:
    """A list answer with ``Link: …; rel="next"`` and ``X-Total-Count``."""
    return host().page(items, cursor=cursor, total=total)


async def factor_removed() -> None:
    """No second factor guards the account of who is asking any more. Their other sessions end, and this one goes on
    under a new cookie. Problem 403 unless it is a browser that asks."""
    await host().factor_removed()
