"""A web application around one plugin's routes. Needs ``glimpser-sdk[web]``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glimpser_sdk.web import Problem

if TYPE_CHECKING:
    from quart import Blueprint, Quart

    from glimpser_sdk.specs import RouterSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class FakePrincipal:
    """Who is asking in a test."""

    permissions: frozenset[str]
    id: str = "tester"
    name: str = "tester"
    role: str = "tester"
    kind: str = "user"


class FakeHost:
    """The core's side of ``glimpser_sdk.web``. ``principal``: who is asking, None when nobody is signed in."""

    def __init__(self, permissions: Iterable[str] | None = ()) -> None:
        self.factors_removed = 0
        self.principal = None if permissions is None else FakePrincipal(permissions=frozenset(permissions))

    def current_principal(self) -> FakePrincipal:
        """Who is asking; Problem 401 when nobody is signed in."""
        if self.principal is None:
            raise Problem(401, "auth.required", "sign in")
        return self.principal

    def require(self, permission: str, stream_id: str | None = None) -> None:
        """Problem 403."""
        if permission not in self.current_principal().permissions:
            raise Problem(403, "permission.missing", f"this needs the permission {permission}", permission=permission)

    async def factor_removed(self) -> None:
        """Counted in ``factors_removed``."""
        self.current_principal()
        self.factors_removed += 1

    def page(self, items: Sequence[Any], *, cursor: str | None, total: int) -> Any:
        """A JSON array with the headers of a page."""
        from quart import jsonify

        answer = jsonify(list(items))
        answer.headers["X-Total-Count"] = str(total)
        if cursor is not None:
            answer.headers["Link"] = f'<?cursor={cursor}>; rel="next"'
        return answer


def app_with(
    plugin_id: str, spec: RouterSpec, blueprint: Blueprint, *, permissions: Iterable[str] | None = ()
) -> Quart:
    """An application with the blueprint at ``/api/p/ID``, asked by someone with ``permissions`` (None: nobody).

    As in the hub, a route's declared permission is demanded before the route runs, and what is not declared does not
    answer. Ask it through ``app.test_client()``.
    """
    from quart import Quart, jsonify, request

    app = Quart(f"{plugin_id}_test")
    app.extensions["glimpser"] = host = FakeHost(permissions)
    prefix = f"/api/p/{plugin_id}"
    app.register_blueprint(blueprint, url_prefix=prefix)
    declared = {
        (f"{prefix}{route.path}", method): route.permission for route in spec.routes for method in route.methods
    }

    @app.before_request
    async def guard() -> None:
        rule = request.url_rule.rule if request.url_rule else ""
        method = "GET" if request.method == "HEAD" else request.method
        permission = declared.get((rule, method))
        if permission is None:
            raise Problem(404, "not_found", "there is no such route")
        if permission == "authenticated":
            host.current_principal()
        elif permission != "anonymous":
            host.require(permission)

    @app.errorhandler(Problem)
    async def problem(error: Problem) -> Any:
        answer = jsonify({"status": error.status, "code": error.code, "detail": error.detail, "params": error.params})
        answer.status_code, answer.content_type = error.status, "application/problem+json"
        return answer

    return app
