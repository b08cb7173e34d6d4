"""Runs a declared route: authenticate, load, check, read, handle, answer. The one place where permissions are asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from quart import Quart, Response, g

from glimpser.identity.permissions import Catalogue
from glimpser.identity.policy import Principal, can
from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.web import Problem

from . import idempotency
from .answers import check_match, respond
from .inputs import read_body, read_query
from .problems import from_vocabulary
from .routing import PUBLIC, SIGNED_IN, Route

if TYPE_CHECKING:
    from glimpser.hub import Hub


def mount(app: Quart, hub: Hub, routes: list[Route], permissions: Catalogue) -> None:
    """Add the routes. ValueError, naming the route, for a permission that nobody declared."""
    for route in routes:
        if route.permission not in (PUBLIC, SIGNED_IN) and route.permission not in permissions:
            raise ValueError(f"{route.method} {route.path} asks for the unknown permission {route.permission!r}")
        app.add_url_rule(
            route.path, endpoint=f"{route.endpoint}.{route.method}", view_func=_view(hub, route),
            methods=[route.method], provide_automatic_options=False,
        )  # fmt: skip


def _view(hub: Hub, route: Route) -> Callable[..., Awaitable[Response]]:
    wants = route.wants

    async def view(**params: str) -> Response:
        principal: Principal | None = g.get("principal")
        arguments = await authorise(hub, route, principal, params)
        if route.match:
            check_match(next(v for k, v in arguments.items() if route.load and k == route.load.name).version)
        if route.query is not None:
            arguments["query"] = read_query(route.query)
        if route.body is not None:
            arguments["body"] = await read_body(route)
        arguments |= {"hub": hub, "principal": principal}

        async def run() -> Response:
            try:
                return respond(route, await route.handler(**{k: v for k, v in arguments.items() if k in wants}))
            except GlimpserError as error:
                raise from_vocabulary(error) from error

        return await idempotency.once(hub, principal, run)

    return view


async def authorise(hub: Hub, route: Route, principal: Principal | None, params: dict[str, str]) -> dict[str, Any]:
    """The route's object and other path parameters, or Problem 401, 403, 404."""
    if route.permission == PUBLIC:
        return dict(params)
    if principal is None:
        raise Problem(401, "auth.required", "sign in, or send an API key as Authorization: Bearer KEY")
    needed = None if route.permission == SIGNED_IN else route.permission
    if needed and needed not in principal.permissions:
        raise Problem(403, "permission.missing", f"this needs the permission {needed}", permission=needed)
    if route.load is None:
        return dict(params)
    rest = {k: v for k, v in params.items() if k != route.load.parameter}
    found = await route.load.fetch(hub, principal, params[route.load.parameter])
    if found is None:
        raise Problem(404, f"{route.load.name}.not_found", f"there is no such {route.load.name.replace('_', ' ')}")
    if needed and not can(principal, needed, route.load.stream_of(found)):
        raise Problem(403, "permission.missing", f"this needs the permission {needed}", permission=needed)
    return {**rest, route.load.name: found}
