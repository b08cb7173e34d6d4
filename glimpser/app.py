"""create_app(hub): the Quart application with its middleware, errors and routes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quart import Quart, Response, g, has_websocket_context, request, websocket
from quart.routing import QuartRule
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.ids import ID_PATTERN, new_id
from glimpser_sdk.web import Problem

from .api import auditing, plugin_routes, problems, resources, shared, signed
from .api.authentication import COOKIE, cookie_of, renew_cookie
from .api.counting import count, settle
from .api.crowd import Crowd
from .api.dispatch import admit, check_all_declared, declared, mount
from .api.host import Host
from .api.inputs import Request
from .api.routing import PUBLIC, Route
from .api.sso import asked as evidence
from .identity.audit import Asking, asking
from .identity.tokens import key_prefix
from .identity.visitors import visitor
from .pages.routes import of_front_end
from .pages.site import Site, policy
from .proxies import TrustedProxies

if TYPE_CHECKING:
    from werkzeug.routing import Rule

    from .hub import Hub
    from .identity.policy import Principal

log = logging.getLogger("glimpser.api")

MAX_BODY = 2 * 1024 * 1024
MAX_BODY_OF_STRANGERS = 64 * 1024
BODY_S = 30
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEALTH = frozenset({"/healthz", "/readyz", "/startupz"})
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

PAGE_POLICY = policy()
INERT_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""Of what is no page. Whatever a browser takes it for, nothing in it runs, and it is of no origin."""
PAGE_TYPES = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class IdConverter(BaseConverter):
    """An id in a path; what is none is another path."""

    regex = ID_PATTERN.strip("^$")


class MatchingRule(QuartRule):
    """A rule that is compiled into what makes addresses only when one is made, which no route of the hub is for."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build(_: Rule, **values: Any) -> tuple[str, str]:
            make = super(MatchingRule, self)._compile_builder(append_unknown)
            return make(self, **values)

        return build


def create_app(hub: Hub) -> Quart:
    """The application of a started hub."""
    app = Quart("glimpser", static_folder=None)
    app.request_class = Request
    app.url_rule_class = MatchingRule
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["BODY_TIMEOUT"] = BODY_S
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.extensions["glimpser"] = Host(hub)
    app.url_map.converters["id"] = IdConverter
    core = resources.all_routes()
    mount(app, hub, core, hub.identity.permissions)
    hub.site = Site(
        hub.plugins.registry,
        hub.plugins.fail_part,
        (route.path for route in core if route.media != "text/html"),
        hub.identity.permissions,
        safe=hub.settings.safe,
    )
    mount(app, hub, of_front_end(hub), hub.identity.permissions)
    plugin_routes.mount(app, hub, hub.identity.permissions)
    check_all_declared(app)
    crowd = Crowd(TrustedProxies(app, hub.settings.trusted_proxies).trusts)

    @app.before_request
    async def enter() -> Response | None:
        g.trace_id, g.started = new_id(), time.monotonic()
        if not served(hub, request):
            return not_served()
        if request.path not in HEALTH:
            crowd.enter(request.remote_addr or "")
        check_host(hub, request.host)
        route = route_of(request, request.method)
        g.principal = await principal_of(hub, request, route)
        if not served(hub, request, g.principal):
            return not_served()
        if g.principal is None:
            body: Any = request.body
            body.restrict(MAX_BODY_OF_STRANGERS)
        asking.set(Asking.of(g.principal, request.remote_addr or ""))
        if request.method not in SAFE:
            check_origin(hub, request)
        if route is None:
            return None
        if g.principal is None and not route.before_setup and await unattended(hub):
            return to_setup(route)
        admit(route, g.principal)
        await count(hub, route, request.method, request.view_args)
        return None

    @app.before_websocket
    async def enter_socket() -> Response | None:
        g.trace_id, g.started = new_id(), time.monotonic()
        if not served(hub, websocket):
            return not_served()
        crowd.enter(websocket.remote_addr or "")
        check_host(hub, websocket.host)
        route = route_of(websocket, "GET")
        g.principal = await principal_of(hub, websocket, route)
        if not served(hub, websocket, g.principal):
            return not_served()
        asking.set(Asking.of(g.principal, websocket.remote_addr or ""))
        check_origin(hub, websocket)
        if route is not None:
            admit(route, g.principal)
            await count(hub, route, "GET", websocket.view_args)
        return None

    def route_of(asked: Any, method: str) -> Route | None:
        """The declared route; None where no rule fits, which is answered elsewhere."""
        rule: Rule | None = asked.url_rule
        route = None if rule is None else declared(app, rule, method)
        if rule is not None and route is None:
            raise Problem(404, "path.not_found", "there is no such path")
        return route

    @app.after_request
    async def leave(response: Response) -> Response:
        await settle(hub, response.status_code)
        policy = PAGE_POLICY if response.mimetype in PAGE_TYPES else INERT_POLICY
        for name, value in (*SECURITY_HEADERS.items(), ("Content-Security-Policy", policy)):
            response.headers.setdefault(name, value)
        if g.get("signed") or (request.path.startswith("/api") and "Cache-Control" not in response.headers):
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["Vary"] = "Cookie, Authorization"
        if response.status_code >= 400 and request.method not in SAFE and request.http_version.startswith("1"):
            # A refusal may come before the body was read; the server then closes, and the client has to know.
            response.headers["Connection"] = "close"
        renew_cookie(response)
        response.headers["X-Trace-Id"] = g.get("trace_id", "")
        hub.metrics.request(request.method, response.status_code, time.monotonic() - g.get("started", time.monotonic()))
        return response

    @app.errorhandler(Problem)
    async def problem(error: Problem) -> Response:
        sent: Any = websocket if has_websocket_context() else request
        route = declared(app, sent.url_rule, sent.method) if sent.url_rule is not None else None
        if route is not None:
            auditing.refused(hub, route, error, sent.view_args or {})
        return problems.answer(error)

    @app.errorhandler(GlimpserError)
    async def refused_by_service(error: GlimpserError) -> Response:
        return await problem(problems.from_vocabulary(error))

    @app.errorhandler(HTTPException)
    async def refused(error: HTTPException) -> Response:
        code = {404: "path.not_found", 405: "method.not_allowed", 413: "body.too_large"}.get(error.code or 500)
        answer = problems.answer(Problem(error.code or 500, code or "request.refused", error.description or ""))
        answer.headers.extend({k: v for k, v in error.get_headers() if k.lower() == "allow"})
        return answer

    @app.errorhandler(Exception)
    async def bug(error: Exception) -> Response:
        path = websocket.path if has_websocket_context() else request.path
        log.exception("request failed", extra={"trace_id": g.get("trace_id", ""), "path": path})
        return problems.answer(Problem(500, "hub.error", "an error of the hub; its log has more under the trace id"))

    return app


async def unattended(hub: Hub) -> bool:
    """Whether strangers reach a hub that nobody administers yet."""
    return hub.settings.beyond_this_machine and await hub.identity.setup_needed()


def to_setup(route: Route) -> Response:
    """The way to the set-up, from a page; Problem 403 from elsewhere."""
    if route.tag != "pages":
        raise Problem(403, "setup.needed", "nobody administers this hub yet: open the set-up link that it printed")
    up = "../" * (request.path.count("/") - 1)
    return Response(b"", status=303, headers={"Location": f"{up}setup", "Cache-Control": "no-store"})


def served(hub: Hub, asked: Any, principal: Principal | None = None) -> bool:
    """Whether who comes from this address is served at all; everybody may know that the hub lives."""
    if asked.path in HEALTH:
        return True
    return hub.admission.admits(asked.remote_addr or "", principal.role if principal else None)


def not_served() -> Response:
    """The same short answer on every path; no audit, which strangers could fill."""
    return problems.answer(Problem(403, "peer.not_served", "this address is not served"))


def check_host(hub: Hub, host: str) -> None:
    """Refuse names that are not ours, so that a foreign page cannot point its own name at this hub (DNS rebinding)."""
    name = (urlsplit(f"//{host}").hostname or "").lower()
    allowed = LOOPBACK_NAMES | hub.settings.host_names()
    if name not in allowed and not _is_address(name):
        raise Problem(400, "host.not_allowed", f"{name!r} is not a name of this hub: set public_url to it")


def _is_address(name: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def principal_of(hub: Hub, asked: Any, route: Route | None) -> Principal | None:
    """Who asks: on paths of a share link its visitor, and by a signed link who made it, and nobody else."""
    if route is not None and route.shared:
        return await shared.visitor(hub, asked)
    if route is not None and route.signable and signed.is_signed(asked):
        return await signed.who(hub, asked)
    principal = await identify(hub, asked)
    if principal is None and hub.settings.read_only_demo and route is not None and route.permission != PUBLIC:
        return visitor(hub.identity.permissions, asked.remote_addr or "")
    return principal


async def identify(hub: Hub, asked: Any) -> Principal | None:
    """The principal of a request: an API key or access token, else a session cookie. One that is not valid is an
    error, also beside a good cookie."""
    header = asked.headers.get("Authorization")
    if header is not None:
        scheme, _, value = header.partition(" ")
        principal = await of_bearer(hub, value.strip(" ")) if scheme.lower() == "bearer" else None
        if principal is None:
            raise Problem(401, "auth.invalid", "this API key or token is not valid (any more)")
        return principal
    token = cookie_of(asked, COOKIE)
    return await hub.identity.by_session(token, evidence(asked)) if token else None


async def of_bearer(hub: Hub, value: str) -> Principal | None:
    """The principal of an API key or an access token."""
    return await (hub.identity.by_key(value) if key_prefix(value) else hub.identity.by_token(value))


def check_origin(hub: Hub, asked: Any) -> None:
    """Refuse changes and sockets that another site's page asks for with our cookie."""
    if asked.headers.get("Authorization") is not None:
        return
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Problem(403, "origin.refused", "this request comes from another site")
    origin = asked.headers.get("Origin")
    if origin is None:
        # Every browser sends one with a WebSocket, which no other rule keeps from another site's page.
        if asked.scheme in ("ws", "wss"):
            raise Problem(403, "origin.refused", "a WebSocket needs an Origin, or an API key")
        return
    if not _is_own(hub, asked, origin):
        raise Problem(403, "origin.refused", "this request comes from another site")


def _is_own(hub: Hub, asked: Any, origin: str) -> bool:
    """Whether an origin is ours. One over plain HTTP is not when the hub was asked over TLS: anybody on the way could
    have made it up. TLS that ends at a proxy may look like plain HTTP from here."""
    there = urlsplit(origin)
    public = urlsplit(hub.settings.public_url)
    if public.netloc and (there.scheme, there.netloc) == (public.scheme, public.netloc):
        return True
    schemes = ("https",) if asked.scheme in ("https", "wss") else ("http", "https")
    return there.scheme in schemes and there.netloc == asked.host
