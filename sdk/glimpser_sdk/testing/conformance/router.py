"""Rules for routers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from glimpser_sdk.specs import RouterSpec
from glimpser_sdk.testing.web import app_with

from .base import Conformance

FREE = frozenset({"anonymous", "authenticated"})


class RouterConformance(Conformance):
    """What the core relies on in a router::

        class TestRoutes(RouterConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_routers()[0]

    Fixtures to override: ``spec`` (always), ``plugin_id``, ``config`` (of the plugin), ``paths``.
    """

    @pytest.fixture
    def spec(self) -> RouterSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the RouterSpec under test")

    @pytest.fixture
    def plugin_id(self) -> str:
        """The plugin's id."""
        return "test"

    @pytest.fixture
    def config(self) -> Any:
        """The plugin's configuration, None for a plugin without."""
        return None

    @pytest.fixture
    def paths(self) -> dict[str, str]:
        """A path to ask for, by the declared path, for those with parameters: ``{"/<id>": "/01J…"}``."""
        return {}

    @pytest.fixture
    def app(self, spec: RouterSpec, plugin_id: str, config: Any, hub_context: Callable[..., Any]) -> Callable[..., Any]:
        """``app(permissions)``: an application with the routes, asked by someone with these permissions."""

        def make(permissions: set[str] | None) -> Any:
            blueprint = spec.factory.load()(hub_context(plugin_id, config=config))
            return app_with(plugin_id, spec, blueprint, permissions=permissions)

        return make

    def test_all_routes_are_declared(self, app: Callable[..., Any], spec: RouterSpec, plugin_id: str) -> None:
        """What answers is what was declared, no more and no less, each with a permission."""
        prefix = f"/api/p/{plugin_id}"
        served = {
            (rule.rule.removeprefix(prefix), method)
            for rule in app(None).url_map.iter_rules()
            if rule.rule.startswith(prefix)
            for method in rule.methods - {"HEAD", "OPTIONS"}
        }
        declared = {(route.path, method) for route in spec.routes for method in route.methods}
        assert served == declared
        assert all(route.permission for route in spec.routes)

    async def test_strangers_learn_nothing(
        self, app: Callable[..., Any], spec: RouterSpec, plugin_id: str, paths: dict[str, str]
    ) -> None:
        """401 for who is not signed in, 403 for who has no permission."""
        for permissions, status in ((None, 401), (set[str](), 403)):
            client = app(permissions).test_client()
            for route in spec.routes:
                if route.permission == "anonymous" or (permissions is not None and route.permission in FREE):
                    continue
                for method in route.methods:
                    answer = await client.open(url(plugin_id, route.path, paths), method=method)
                    assert answer.status_code == status, f"{method} {route.path}: {answer.status_code}"

    async def test_no_question_breaks_a_route(
        self, app: Callable[..., Any], spec: RouterSpec, plugin_id: str, paths: dict[str, str]
    ) -> None:
        """Nonsense is answered with an error of the asker (4xx), never of the hub (5xx)."""
        client = app({route.permission for route in spec.routes}).test_client()
        bodies: list[dict[str, Any]] = [
            {},
            {"data": b"\xff\x00 no json", "headers": {"Content-Type": "application/json"}},
            {"json": []},
            {"json": {"no_such_field": 1}},
            {"query_string": {"limit": "-1", "cursor": "\ud800".encode(errors="replace").decode(), "after": "x" * 500}},
        ]
        for route in spec.routes:
            for method in route.methods:
                for body in bodies:
                    answer = await client.open(url(plugin_id, route.path, paths), method=method, **body)
                    assert answer.status_code < 500, f"{method} {route.path} with {body}: {answer.status_code}"


def url(plugin_id: str, path: str, paths: dict[str, str]) -> str:
    """Where to ask. Fails for a path with parameters that ``paths`` does not fill."""
    if "<" in path and path not in paths:
        pytest.fail(f"override the fixture `paths` with an example for {path!r}")
    return f"/api/p/{plugin_id}{paths.get(path, path)}"
