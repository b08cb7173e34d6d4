"""From declared routes to OpenAPI 3.1. Imported when the description is first asked for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from inspect import get_annotations
from typing import TYPE_CHECKING, Any

from quart import Quart
from quart_schema import Info, QuartSchema
from quart_schema.openapi import APIKeySecurityScheme, HttpSecurityScheme, OpenAPIProvider
from werkzeug.routing import Rule

from glimpser_sdk.ids import ID_PATTERN

from .authentication import COOKIE
from .dispatch import declared
from .problems import ProblemOut
from .routing import PATTERNS, PUBLIC, Route
from .schemas import Schemas
from .shared import COOKIE as VISITOR
from .system import version

if TYPE_CHECKING:
    from glimpser.hub import Hub

PROBLEM = "application/problem+json"
MEANINGS = {
    400: "The request cannot be understood.",
    401: "Not signed in, or the key is not valid (any more).",
    403: "Not allowed.",
    404: "There is no such object, or it may not be seen.",
    405: "The path has no such method.",
    409: "It conflicts with the state of the hub.",
    412: "The object was changed meanwhile.",
    413: "The body is too large.",
    415: "The body has another media type.",
    422: "A field is not valid; `errors` names it.",
    428: "`If-Match` is missing.",
    429: "Too many requests; see `Retry-After`.",
    503: "Not possible just now.",
}
ETAG = {"description": "Version of the answer, for `If-None-Match` and `If-Match`.", "schema": {"type": "string"}}
PAGE_HEADERS = {
    "Link": {"description": 'The next page, as `<path>; rel="next"`.', "schema": {"type": "string"}},
    "X-Total-Count": {
        "description": "How many there are; `10000+` when there are more than that.",
        "schema": {"type": "string", "pattern": r"^\d+\+?$"},
    },
}  # fmt: skip
IF_MATCH = {
    "name": "If-Match", "in": "header", "required": True, "description": "The ETag that was read, or `*`.",
    "schema": {"type": "string", "minLength": 1}, "example": "*",
}  # fmt: skip
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "Sent again with the same key within 24 hours, the first answer comes again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}  # fmt: skip


class Description(OpenAPIProvider):
    """Describes what the application's declared routes are; plugins may use the decorators of quart-schema."""

    def __init__(self, app: Quart, hub: Hub) -> None:
        cookie = APIKeySecurityScheme(name=COOKIE, in_="cookie")
        cookie.description = "Set by signing in; `__Host-` before the name on HTTPS."
        visitor = APIKeySecurityScheme(name=VISITOR, in_="cookie")
        visitor.description = "Set by opening a share link; the link's id stands behind the name."
        extension = QuartSchema(
            info=Info(title="Glimpser", version=version()),
            security_schemes={"bearer": HttpSecurityScheme(scheme="bearer"), "cookie": cookie, "visitor": visitor},
            security=[{"bearer": []}, {"cookie": []}],
        )
        app.config.setdefault("QUART_SCHEMA_CONVERT_CASING", False)
        app.config.setdefault("QUART_SCHEMA_CONVERSION_PREFERENCE", "pydantic")
        super().__init__(app, extension)
        self._own = app
        self._schemas = Schemas(hub, [r for rule in self.generate_rules() for r in self._routes(rule)])

    def schema(self) -> dict[str, Any]:
        """The whole document."""
        made: dict[str, Any] = super().schema()
        made["components"]["schemas"] |= self._schemas.components
        made["paths"] = {path: dict(made["paths"][path]) for path in sorted(made["paths"])}
        return made

    def generate_rules(self) -> Iterable[Rule]:
        """The rules of documented routes."""
        return [rule for rule in self._own.url_map.iter_rules() if self._routes(rule)]

    def _routes(self, rule: Rule) -> list[Route]:
        methods = sorted((rule.methods or {"GET"}) - {"HEAD", "OPTIONS"})
        found = [declared(self._own, rule, method) for method in methods]
        return [route for route in found if route is not None and route.documented]

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        """The operations of one rule."""
        path = re.sub(r"<(?:[^:<>]*:)?([^<>]+)>", r"{\1}", rule.rule)
        operations: dict[str, Any] = {}
        components: dict[str, Any] = {}
        for route in self._routes(rule):
            made: dict[str, Any] = {"parameters": [], "responses": {}}
            if rule.rule.startswith("/api/p/") or route.path != rule.rule:
                found, more = super().build_paths(rule)
                made |= found[path].get(route.method.lower(), {})
                components |= more
            operations[route.method.lower()] = made | self._operation(rule, route, made)
        return {path: operations}, components

    def _operation(self, rule: Rule, route: Route, made: dict[str, Any]) -> dict[str, Any]:
        text = inspect.getdoc(route.handler) or route.endpoint
        summary, _, rest = text.partition("\n")
        name = route.endpoint
        if route.path.startswith("/api/p/"):  # one view may answer several methods and paths
            name += f".{route.method.lower()}" + ("" if route.path == rule.rule else ".claimed")
        operation: dict[str, Any] = {
            "operationId": name,
            "tags": [route.tag],
            "summary": summary.strip(),
            "x-permission": route.permission,
            "parameters": [*made["parameters"], *self._parameters(rule, route, made["parameters"])],
            "responses": made["responses"] | self._responses(route, bool(made["responses"])),
        }
        if route.dangerous:
            operation["x-step-up"] = "always" if route.dangerous is True else "sometimes"
        if rest.strip():
            operation["description"] = rest.strip()
        if route.alias_of:
            operation |= {"deprecated": True, "description": f"An older path of `{route.alias_of}`."}
        if route.permission == PUBLIC:
            operation["security"] = []
        if route.shared:
            operation["security"] = [{"visitor": []}]
        if route.body is not None:
            operation["requestBody"] = {"required": True, "content": self._body(route)}
        return operation

    def _parameters(self, rule: Rule, route: Route, known: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        names = {p["name"] for p in known}
        for name in sorted(rule.arguments - names):
            own = route.load.pattern if route.load and route.load.parameter == name else None
            pattern = own or PATTERNS.get(name, ID_PATTERN)
            yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}}
        if route.query is not None:
            yield from self._schemas.parameters(route.query)
        if route.match:
            yield IF_MATCH
        if route.method == "POST" and route.permission != PUBLIC and not route.path.startswith("/api/p/"):
            yield IDEMPOTENCY_KEY

    def _body(self, route: Route) -> dict[str, Any]:
        schema = self._schemas.body(route)
        types = ("application/merge-patch+json", "application/json") if route.merge_patch else ("application/json",)
        return {media: {"schema": schema} for media in types}

    def _responses(self, route: Route, known: bool) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if not known:
            made[str(route.status)] = self._success(route)
        for status, meaning in {**_refusals(route), **route.also}.items():
            media = route.media if status < 300 else None if status == 304 else PROBLEM
            made[str(status)] = {"description": meaning}
            if media:
                schema = {} if media != PROBLEM else self._schemas.ref(ProblemOut)
                made[str(status)]["content"] = {media: {"schema": schema}}
        made["default"] = {
            "description": "Any other refusal.", "content": {PROBLEM: {"schema": self._schemas.ref(ProblemOut)}},
        }  # fmt: skip
        return made

    def _success(self, route: Route) -> dict[str, Any]:
        response: dict[str, Any] = {"description": "Done."}
        headers: dict[str, Any] = {}
        if route.media is not None:
            response["content"] = {route.media: {"schema": {}}}
        elif route.answer is not None:
            response["content"] = {"application/json": {"schema": self._schemas.answer(route.answer)}}
            response["content"] |= {media.partition(";")[0]: {"schema": {}} for media in route.formats}
        if route.method == "GET" and not route.long_lived:
            headers["ETag"] = ETAG
        if get_annotations(route.handler).get("return") == "Page":
            headers |= PAGE_HEADERS
        if route.status == 201:
            headers["Location"] = {"description": "Path of what was made.", "schema": {"type": "string"}}
        if headers:
            response["headers"] = headers
        return response


def _refusals(route: Route) -> dict[int, str]:
    """What a route may answer besides success."""
    statuses = {400, 405, 429, 503}
    if route.method == "GET" and not route.long_lived:
        statuses |= {304}
    if route.permission != PUBLIC:
        statuses |= {401, 403}
    if route.load is not None or "<" in route.path:
        statuses |= {404}
    if route.query is not None:
        statuses |= {404, 422}
    if route.body is not None:
        statuses |= {404, 409, 413, 415, 422}
    if route.method != "GET":
        statuses |= {403, 409}
    if route.method == "POST":
        statuses |= {422}
    if route.match:
        statuses |= {412, 428}
    return {status: MEANINGS.get(status, "Not changed.") for status in sorted(statuses)}
