"""All routes in one list, and the mounting of sockets and of plugins' blueprints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quart import Quart

from glimpser.pages import routes as pages

from . import (
    activities,
    authentication,
    events,
    feed,
    groups,
    health,
    live,
    plugins,
    search,
    settings,
    snapshots,
    sockets,
    streams,
    system,
    tools,
)
from .routing import Route, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

RESOURCES: tuple[Routes, ...] = (
    health.route, authentication.route, streams.route, live.route, snapshots.route, groups.route, events.route,
    activities.route, feed.route, tools.route, plugins.route, settings.route, system.route, search.route,
    pages.route,
)  # fmt: skip


def all_routes() -> list[Route]:
    """The core's routes."""
    return [route for resource in RESOURCES for route in resource.routes]


def mount_sockets(app: Quart, hub: Hub) -> None:
    """The WebSocket of pages."""
    sockets.mount(app, hub)
