"""Mounts the blueprints of plugins at ``/api/p/ID`` and at the paths they claimed, each route as it was declared.

A claim ``/api/streams/<id>/ptz`` is served by the blueprint's own ``/streams/<stream_id>/ptz``. A plugin with a route
that it did not declare, or that asks for a permission nobody declared, is stopped; one whose routes cannot be made goes
on without them, degraded; the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from quart import Blueprint, Quart, Response, request

from glimpser.identity.permissions import Catalogue
from glimpser.plugins.claims import overlap, segments
from glimpser.plugins.config import load_model
from glimpser.plugins.registry import Offer
from glimpser_sdk.contributions import ContractBroken
from glimpser_sdk.lazy import Lazy
from glimpser_sdk.specs import RouterSpec, RouteSpec
from glimpser_sdk.web import Problem

from .auditing import audited
from .dispatch import check_permission, declare, declared
from .routing import Route

if TYPE_CHECKING:
    from glimpser.hub import Hub

log = logging.getLogger("glimpser.api")


def mount(app: Quart, hub: Hub, permissions: Catalogue) -> None:
    """Add the routes of every running plugin; one that breaks the rules is stopped and named in the log."""
    for number, offer in enumerate(hub.plugins.registry.routers):
        if not hub.plugins.plugins[offer.plugin].alive:
            continue
        try:
            blueprint = offer.spec.factory.load()(hub.runtime.contexts[offer.plugin])
            routes = _checked(offer, blueprint, permissions)
        except Exception as error:  # a plugin's code: anything may come out of it
            log.error("the routes of plugin %s cannot be used: %s", offer.plugin, error)
            hub.plugins.fail_part(offer.plugin, error)
        else:
            _add(app, hub, offer, blueprint, f"plugin_{number}", routes)


Declared = dict[tuple[str, str], RouteSpec]


def _checked(offer: Offer[RouterSpec], blueprint: Any, permissions: Catalogue) -> Declared:
    """What was declared of each path and method, after a look at what the blueprint really adds to an application."""
    if not isinstance(blueprint, Blueprint):
        raise ContractBroken(f"{offer.spec.factory} gave {type(blueprint).__name__}, not a Quart blueprint")
    declared = {(r.path, method): r for r in offer.spec.routes for method in r.methods}
    trial = Quart("trial", static_folder=None)
    trial.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    trial.register_blueprint(blueprint, url_prefix="/")
    for rule in trial.url_map.iter_rules():
        for method in sorted((rule.methods or {"GET"}) - {"HEAD"}):
            if (rule.rule, method) not in declared:
                raise ContractBroken(f"the route {method} {rule.rule} is not declared")
            try:
                check_permission(_route(offer, rule.rule, method, declared[rule.rule, method], blueprint), permissions)
            except ValueError as error:
                raise ContractBroken(str(error)) from None
    return declared


def _add(app: Quart, hub: Hub, offer: Offer[RouterSpec], blueprint: Blueprint, name: str, routes: Declared) -> None:
    prefix = f"/api/p/{offer.plugin}"
    app.register_blueprint(blueprint, url_prefix=prefix, name=name)
    mine = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{name}.")]
    for endpoint in {rule.endpoint for rule in mine if not rule.websocket}:
        app.view_functions[endpoint] = _audited(app, hub, app.view_functions[endpoint])
    for rule in mine:
        path, view = rule.rule.removeprefix(prefix) or "/", app.view_functions[rule.endpoint]
        methods = sorted((rule.methods or {"GET"}) - {"HEAD"})
        declare(app, rule.endpoint, (_route(offer, rule.rule, m, routes[path, m], view) for m in methods))
        for claimed in _claimed(offer.spec, path):
            app.add_url_rule(claimed, endpoint=rule.endpoint, view_func=view, methods=methods,
                             provide_automatic_options=False)  # fmt: skip


def _audited(app: Quart, hub: Hub, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    async def run(**params: Any) -> Response:
        route = declared(app, request.url_rule, request.method) if request.url_rule is not None else None
        if route is None:
            raise Problem(404, "path.not_found", "there is no such path")

        async def handle() -> Response:
            response: Any = await app.make_response(await app.ensure_async(view)(**params))
            return response  # type: ignore[no-any-return]

        return await audited(hub, route, params, handle)

    return run


def _claimed(spec: RouterSpec, path: str) -> Iterator[str]:
    wanted = segments(f"/api{path}")
    for claim in map(segments, spec.claims):
        if len(claim) <= len(wanted) and overlap(claim, wanted):
            yield f"/api{path}"
            return


def _route(offer: Offer[RouterSpec], path: str, method: str, spec: RouteSpec, handler: Any) -> Route:
    answer = _model(spec.answer)
    return Route(
        method=method,
        path=path,
        permission=spec.permission,
        handler=handler,
        tag=offer.plugin,
        query=_model(spec.query),
        body=_model(spec.body),
        answer=GenericAlias(list, (answer,)) if answer is not None and spec.many else answer,
        status=spec.status,
        match=spec.match,
        per_stream=spec.per_stream,
        dangerous=spec.dangerous,
    )


def _model(reference: Lazy | None) -> Any:
    return None if reference is None else load_model(reference)
