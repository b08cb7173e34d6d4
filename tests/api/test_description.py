"""The description of the API, and the routes of plugins in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.distributions import install

from glimpser.api.resources import all_routes

from .conftest import ApiHub

WRONG = [("loose", "/back-door is not declared"), ("vague", "nobody.knows"), ("lame", "no routes today")]
PLUGIN = """
    from glimpser_sdk import hookimpl, lazy, PluginManifest
    from glimpser_sdk.specs import PermissionSpec, RouterSpec, RouteSpec

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id={id!r}, title={id!r})

    @hookimpl
    def glimpser_permissions():
        return [PermissionSpec(id="{id}.use", title="Use", roles=frozenset({{"admin", "viewer"}}))]

    @hookimpl
    def glimpser_routers():
        return [RouterSpec(factory=lazy("glimpser_{id}.routes:make"), claims={claims!r}, routes=(
            RouteSpec(path="/things", methods=("GET",), permission="{id}.use"),
            RouteSpec(path="/things/<name>", methods=("GET", "POST"), permission={permission!r}),
            RouteSpec(path="/streams/<stream_id>/wave", methods=("POST",), permission="authenticated"),
        ))]
"""
ROUTES = """
    from quart import Blueprint, request
    from glimpser_sdk.web import Problem, current_principal, page, require

    def make(ctx):
        blueprint = Blueprint("streams", __name__)

        @blueprint.get("/things")
        async def things():
            '''All things.'''
            return page([current_principal().name], cursor=None, total=1)

        @blueprint.route("/things/<name>", methods=["GET", "POST"])
        async def thing(name):
            await request.get_json()
            raise Problem(409, "thing.busy", "busy", name=name)

        @blueprint.post("/streams/<stream_id>/wave")
        async def wave(stream_id):
            require("streams.view", stream_id)
            return {"waved": stream_id}
    EXTRA
        return blueprint
"""


def add(site: Path, name: str, *, claims: tuple[str, ...] = (), permission: str = "", extra: str = "") -> None:
    """A distribution with one plugin."""
    source = PLUGIN.format(id=name, claims=claims, permission=permission or f"{name}.use")
    install(site, name, plugin=source, routes=ROUTES.replace("    EXTRA", extra))


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with a good plugin, two that break the rules, and one that fails."""
    folder = tmp_path_factory.mktemp("extended")
    add(folder / "site", "good", claims=("/api/streams/<id>/wave",))
    add(folder / "site", "loose", extra='        blueprint.add_url_rule("/back-door", "b", things)\n')
    add(folder / "site", "vague", permission="nobody.knows")
    add(folder / "site", "lame", extra='        raise RuntimeError("no routes today")\n')
    made = ApiHub(folder / "data")
    made.film = folder / "none.mp4"
    made.environment["PYTHONPATH"] = str(folder / "site")
    made.start()
    yield made
    made.stop()


class TestDescription:
    """OpenAPI."""

    def test_has_every_route_with_all_that_it_may_answer(self, extended: ApiHub) -> None:
        told = extended.client().get("/api/openapi.json").json()
        assert told["openapi"].startswith("3.1")
        operations = [o for path in told["paths"].values() for o in path.values()]
        ids = [o["operationId"] for o in operations]
        assert len(ids) == len(set(ids))
        for route in all_routes():
            if not route.documented:
                continue
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)
            operation = told["paths"][path][route.method.lower()]
            assert operation["operationId"] == route.endpoint
            assert operation["summary"]
            assert operation["x-permission"] == route.permission
            assert operation["responses"]["default"]["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
            }
            parameters = {p["name"]: p for p in operation["parameters"]}
            assert set(re.findall(r"{(\w+)}", path)) == {n for n, p in parameters.items() if p["in"] == "path"}
            assert ("If-Match" in parameters) == route.match
            if route.media:
                assert route.media in operation["responses"]["200"]["content"]
            if route.permission == "anonymous":
                assert operation["security"] == []
            else:
                assert {"401", "403"} <= set(operation["responses"])
        assert set(told["components"]["securitySchemes"]) == {"bearer", "cookie", "visitor"}
        assert told["security"] == [{"bearer": []}, {"cookie": []}]

    def test_every_reference_leads_somewhere(self, extended: ApiHub) -> None:
        told = extended.get("/api/openapi.json")
        for reference in set(re.findall(r"'#/([^']+)'", str(told))):
            at: Any = told
            for part in reference.split("/"):
                at = at[part]
            assert at

    def test_is_made_once(self, extended: ApiHub) -> None:
        first, second = (extended.api.get("/api/openapi.json") for _ in range(2))
        assert first.content == second.content
        assert second.elapsed.total_seconds() < 0.2


class TestPluginRoutes:
    """Blueprints at /api/p/ID and at claimed paths."""

    def test_answer_to_those_with_the_permission(self, extended: ApiHub) -> None:
        assert extended.get("/api/p/good/things") == ["ada"]
        assert extended.client().get("/api/p/good/things").status_code == 401
        guest = extended.client(extended.person("gus", "guest"))
        assert guest.get("/api/p/good/things").json()["code"] == "permission.missing"
        refused = extended.api.post("/api/p/good/things/x")
        assert (refused.status_code, refused.json()["params"]) == (409, {"name": "x"})
        for body in (b"\xff\xfe", b"{"):
            broken = extended.api.post(
                "/api/p/good/things/x", content=body, headers={"Content-Type": "application/json"}
            )
            assert broken.status_code == 400, broken.text
        assert extended.api.head("/api/p/good/things").status_code == 200
        assert extended.api.delete("/api/p/good/things").status_code == 405

    def test_claimed_paths_are_theirs(self, extended: ApiHub) -> None:
        stream = extended.watch()
        assert extended.call("POST", f"/api/streams/{stream}/wave") == {"waved": stream}
        assert extended.call("POST", f"/api/p/good/streams/{stream}/wave") == {"waved": stream}
        assert extended.client().post(f"/api/streams/{stream}/wave").status_code == 401
        limited = extended.client(extended.person("lim", "viewer", streams=[]))
        assert limited.post(f"/api/streams/{stream}/wave").status_code == 404

    def test_are_described(self, extended: ApiHub) -> None:
        paths = extended.get("/api/openapi.json")["paths"]
        assert paths["/api/p/good/things"]["get"]["summary"] == "All things."
        assert paths["/api/p/good/things"]["get"]["tags"] == ["good"]
        assert "post" in paths["/api/streams/{stream_id}/wave"]

    @pytest.mark.parametrize(("name", "why"), WRONG)
    def test_one_that_breaks_the_rules_stops_alone(self, extended: ApiHub, name: str, why: str) -> None:
        plugin = extended.get(f"/api/plugins/{name}")
        assert plugin["state"] == ("degraded" if name == "lame" else "incompatible"), "nothing tries it again"
        assert why in str(plugin)
        for path in ("things", "back-door"):
            assert extended.api.get(f"/api/p/{name}/{path}").status_code == 404
        assert extended.get("/api/plugins/good")["state"] == "running"
