"""All routes of the core in one list."""

from __future__ import annotations

from glimpser.pages import routes as pages

from . import (
    account_links,
    activities,
    activity_days,
    activity_reviews,
    audit,
    authentication,
    events,
    feed,
    grants,
    groups,
    health,
    identities,
    keys,
    live,
    openapi,
    own_data,
    plugins,
    proofs,
    repair,
    roles,
    search,
    settings,
    shared,
    shares,
    signed,
    snapshots,
    sockets,
    sso,
    streams,
    system,
    timeline,
    tools,
    trying,
    users,
)
from .aliases import aliases
from .routing import Route, Routes

RESOURCES: tuple[Routes, ...] = (
    health.route, authentication.route, proofs.route, sso.route, streams.route, live.route, snapshots.route,
    groups.route, events.route, activities.route, activity_days.route, activity_reviews.route,
    timeline.route, feed.route, tools.route, trying.route, plugins.route, repair.route, settings.route, system.route,
    search.route,
    users.route, identities.route, roles.route, keys.route, grants.route, shares.route, shared.route,
    account_links.route, signed.route, sockets.route, audit.route, own_data.route, openapi.route, pages.route,
)  # fmt: skip


def all_routes() -> list[Route]:
    """The core's routes."""
    routes = [route for resource in RESOURCES for route in resource.routes]
    return [*routes, *shared.for_visitors(), *aliases(routes)]
