"""Runs a declared route: authenticate, load, check, read, handle, answer. The one place where permissions are asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from quart import Quart, Response, current_app, g, request

from glimpser.identity import step_up
from glimpser.identity.permissions import Catalogue
from glimpser.identity.policy import Principal, can
from glimpser.identity.visitors import refuse_changes
from glimpser_sdk.web import Problem

from . import idempotency
from .answers import matcher, respond
from .auditing import audited
from .inputs import read_body, read_query
from .routing import PUBLIC, SIGNED_IN, Route

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from glimpser.hub import Hub


def mount(app: Quart, hub: Hub, routes: Iterable[Route], permissions: Catalogue) -> None:
    """Add the routes. ValueError, naming the route, for a permission that nobody declared."""
    for route in routes:
        check_permission(route, permissions)
        endpoint = f"{route.endpoint}.{route.method}"
        if route.websocket:
            app.add_websocket(route.path, endpoint=endpoint, view_func=_socket(hub, route))
        else:
            app.add_url_rule(route.path, endpoint=endpoint, view_func=_view(hub, route), methods=[route.method],
                             provide_automatic_options=False)  # fmt: skip
        declare(app, endpoint, [route])


def check_permission(route: Route, permissions: Catalogue) -> None:
    """ValueError, naming the route, for a permission that nobody declared."""
    if route.permission not in (PUBLIC, SIGNED_IN) and route.permission not in permissions:
        raise ValueError(f"{route.method} {route.path} asks for the unknown permission {route.permission!r}")


def declare(app: Quart, endpoint: str, routes: Iterable[Route]) -> None:
    """Remember the routes that an endpoint answers."""
    known: dict[tuple[str, str], Route] = app.extensions.setdefault("glimpser.routes", {})
    known |= {(endpoint, route.method): route for route in routes}


def declared(app: Quart, rule: Rule, method: str) -> Route | None:
    """The route behind a method of a rule; HEAD is GET without a body."""
    known: dict[tuple[str, str], Route] = app.extensions.get("glimpser.routes", {})
    return known.get((rule.endpoint, "GET" if method == "HEAD" else method))


def dangerous_permissions() -> set[str]:
    """The permissions of routes that need a proof of who one is, inside a request."""
    known: dict[tuple[str, str], Route] = current_app.extensions["glimpser.routes"]
    return {route.permission for route in known.values() if route.dangerous}


def check_all_declared(app: Quart) -> None:
    """RuntimeError, with its name, for a way into the hub that came from no declaration."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods or {"GET"}):
            if declared(app, rule, method) is None:
                raise RuntimeError(f"{method} {rule.rule} ({rule.endpoint}) declares no permission")


def admit(route: Route, principal: Principal | None) -> None:
    """Problem 401 or 403 unless the principal may use the route at all. Called before any of its code runs."""
    if route.permission == PUBLIC:
        return
    if principal is None:
        raise Problem(401, "auth.required", "sign in, or send an API key as Authorization: Bearer KEY")
    refuse_changes(principal, route.method)
    if principal.to_enrol and not route.own:
        whose = "the owner of this key" if principal.kind == "api_key" else "this account"
        raise Problem(403, "auth.factor_needed", f"{whose} needs a second factor first: set one up under /api/me")
    # Where an object is loaded, `loaded` asks for the permission on it.
    held = principal.permissions if route.load is not None or route.per_stream else principal.hubwide
    if route.permission != SIGNED_IN and route.permission not in held:
        raise _forbidden(route.permission)
    if route.dangerous is True:
        step_up.demand(principal)


def _forbidden(needed: str) -> Problem:
    return Problem(403, "permission.missing", f"this needs the permission {needed}", permission=needed)


def _view(hub: Hub, route: Route) -> Callable[..., Awaitable[Response]]:
    wants = route.wants

    async def view(**params: str) -> Response:
        principal: Principal | None = g.get("principal")
        arguments = await loaded(hub, route, principal, params)
        if route.match:
            matcher()
        if route.query is not None:
            arguments["query"] = query = read_query(route.query)
            if callable(route.dangerous) and principal is not None and route.dangerous(query):
                step_up.demand(principal)
        if route.body is not None:
            arguments["body"] = await read_body(route)
        arguments |= {"hub": hub, "principal": principal}

        async def handle() -> Response:
            return respond(route, await route.handler(**{k: v for k, v in arguments.items() if k in wants}))

        async def run() -> Response:
            return await audited(hub, route, arguments, handle)

        response = await idempotency.once(hub, principal, run, secret=route.secret)
        if route.long_lived and request.method == "HEAD":
            return Response(b"", headers=response.headers)
        return response

    return view


def _socket(hub: Hub, route: Route) -> Callable[..., Awaitable[None]]:
    async def socket(**params: str) -> None:
        await route.handler(hub=hub, principal=g.principal)

    return socket


async def loaded(hub: Hub, route: Route, principal: Principal | None, params: dict[str, str]) -> dict[str, Any]:
    """The route's object and other path parameters, or Problem 404, 403."""
    if route.load is None or principal is None:
        return dict(params)
    rest = {k: v for k, v in params.items() if k != route.load.parameter}
    found = await route.load.fetch(hub, principal, params[route.load.parameter])
    if found is None:
        raise Problem(404, f"{route.load.name}.not_found", f"there is no such {route.load.name.replace('_', ' ')}")
    stream_id = route.load.stream_of(found)
    free = route.permission == SIGNED_IN or (route.per_stream and stream_id is None)
    if not free and not can(principal, route.permission, stream_id, getattr(found, "id", None)):
        raise _forbidden(route.permission)
    return {**rest, route.load.name: found}
