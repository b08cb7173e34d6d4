"""Whether the hub is alive and ready, for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel
from quart import Response

from .routing import PUBLIC, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("health")


class Alive(BaseModel):
    """``ok``, or what the hub does instead."""

    status: str


def _answer(status: str, ok: bool) -> Response:
    return Response(
        f'{{"status":"{status}"}}', status=200 if ok else 503, content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


@route("GET", "/healthz", permission=PUBLIC, before_setup=True, answer=Alive)
async def healthz() -> Response:
    """The process answers."""
    return _answer("ok", True)


@route("GET", "/readyz", permission=PUBLIC, before_setup=True, answer=Alive, also={503: "Starting or draining."})
async def readyz(hub: Hub) -> Response:
    """The hub takes requests; 503 while it starts or drains."""
    return _answer("ok" if hub.state == "ready" else hub.state, hub.state == "ready")


@route("GET", "/startupz", permission=PUBLIC, before_setup=True, answer=Alive, also={503: "Still starting."})
async def startupz(hub: Hub) -> Response:
    """Start-up is finished."""
    return _answer("ok" if hub.state != "starting" else "starting", hub.state != "starting")
