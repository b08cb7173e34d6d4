"""Deny by default: every declared route, asked by everybody who may not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from quart import Quart

from glimpser.api.dispatch import check_all_declared
from glimpser.api.resources import all_routes
from glimpser.api.routing import PUBLIC, SIGNED_IN, Route
from glimpser.identity.permissions import Catalogue

from .conftest import ApiHub

SOME_ID = "01M7YW8X72E3JAZDG68NWJCPQ2"
ROUTES = [route for route in all_routes() if not route.websocket]


def ask(client: Any, route: Route, **ids: str) -> Any:
    """The status of a route asked with plausible ids and an empty body."""
    path = re.sub(r"<(?:[^:<>]*:)?(\w+)>", lambda m: ids.get(m[1], SOME_ID), route.path)
    body: dict[str, Any] = {} if route.body is None else {"json": {}}
    headers = {"If-Match": '"v0"'} if route.match else {}
    return client.request(route.method, path, headers=headers, **body)


class TestEverybody:
    """All routes and all roles."""

    @pytest.mark.attack("A57", "A79", control=True)
    def test_strangers_get_in_nowhere_but_the_front_door(self, hub: ApiHub) -> None:
        stranger = hub.client()
        open_doors = {r.path for r in ROUTES if r.permission == PUBLIC and r.path.startswith("/api")}
        assert open_doors == {
            "/api/auth/setup/needed", "/api/auth/setup/signup", "/api/auth/login", "/api/auth/mfa/verify",
            "/api/auth/methods", "/api/auth/sso/<provider>", "/api/auth/sso/<provider>/callback", "/api/auth/token",
            "/api/auth/links/share", "/api/auth/links/account", "/api/auth/links/account/password",
            "/api/openapi.json",
        }  # fmt: skip
        for route in ROUTES:
            if route.permission != PUBLIC:
                answer = ask(stranger, route)
                assert answer.status_code == 401, f"{route.method} {route.path}: {answer.status_code}"
                assert answer.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.attack("A79", control=True)
    @pytest.mark.parametrize("role", ["operator", "viewer", "guest"])
    def test_each_role_gets_what_it_was_given_and_no_more(self, hub: ApiHub, role: str) -> None:
        client, allowed = hub.client(hub.person(f"a-{role}", role)), Catalogue().of_role(role)
        for route in ROUTES:
            if route.permission in (PUBLIC, SIGNED_IN) or route.long_lived:
                continue
            status = ask(client, route).status_code
            if route.shared:
                assert status == 401, f"{route.method} {route.path}: {status}"
            elif route.permission in allowed:
                assert status not in (401, 403), f"{route.method} {route.path}: {status}"
            else:
                assert status == 403, f"{route.method} {route.path}: {status}"

    def test_a_role_that_nobody_knows_may_do_nothing(self) -> None:
        assert Catalogue().of_role("owner") == frozenset()

    def test_every_route_answers_head_or_nothing(self, hub: ApiHub) -> None:
        for route in ROUTES:
            if route.method == "GET":
                path = re.sub(r"<[^<>]+>", SOME_ID, route.path)
                answer = hub.api.head(path)
                assert answer.content == b"", path
                assert answer.status_code < 500, path


class TestStartUp:
    """What was not declared does not start."""

    @pytest.mark.attack("A57")
    def test_a_route_without_a_permission_is_named(self) -> None:
        app = Quart("test", static_folder=None)

        @app.get("/api/secret")
        async def secret() -> str:
            return "secret"

        with pytest.raises(RuntimeError, match=r"GET /api/secret \(secret\) declares no permission"):
            check_all_declared(app)


@pytest.fixture(scope="module")
def two(hub: ApiHub) -> tuple[str, str, str]:
    """Ids of two streams with an event each, and a key for the first."""
    mine, other = hub.watch("Mine"), hub.watch("Otherwise secret")
    for stream in (mine, other):
        hub.call("POST", "/api/events", {"stream_id": stream, "text": f"event of {stream}"})
    hub.call("POST", "/api/stream-groups", {"name": "Both", "streams": [mine, other]})
    return mine, other, hub.person("limited", "admin", streams=[mine])


class TestLimitedKeys:
    """A key for one stream knows nothing of the others."""

    @pytest.mark.attack("A73", "A74", "A75", control=True)
    def test_single_objects_answer_like_missing_ones(self, hub: ApiHub, two: tuple[str, str, str]) -> None:
        mine, other, key = two
        client = hub.client(key)
        event = hub.get(f"/api/events?stream={other}")[0]
        ids = {"event_id": event["id"], "activity_id": event["activity_id"], "stream_id": other}
        tried = 0
        for route in ROUTES:
            if route.load and (route.load.parameter in ids) and not route.long_lived:
                forbidden, missing = ask(client, route, **ids), ask(client, route)
                assert forbidden.status_code == 404, f"{route.method} {route.path}: {forbidden.status_code}"
                hidden = {"trace_id", "params"}
                assert {k: v for k, v in forbidden.json().items() if k not in hidden} == {
                    k: v for k, v in missing.json().items() if k not in hidden
                }
                tried += 1
        assert tried > 20
        assert client.get(f"/api/streams/{mine}").status_code == 200
        for path in (f"/api/stream/{other}/mjpeg", f"/api/stream/{other}/snapshot"):
            assert client.get(path).status_code == 404

    @pytest.mark.attack("A73", control=True)
    def test_lists_hold_nothing_of_others(self, hub: ApiHub, two: tuple[str, str, str]) -> None:
        mine, other, key = two
        client = hub.client(key)
        for path in (
            "/api/streams", "/api/streams/export", "/api/events", "/api/activities", "/api/timeline", "/api/search?q=e",
            "/api/activities?format=csv", "/api/activities?format=jsonl",
            "/api/dashboard", "/api/stream-groups", "/api/live-sessions", "/api/streams?search=secret",
        ):  # fmt: skip
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert other not in answer.text, path
            assert "Otherwise secret" not in answer.text, path
        assert [s["id"] for s in client.get("/api/streams").json()] == [mine]
        assert client.get("/api/streams").headers["X-Total-Count"] == "1"

    def test_it_cannot_make_or_name_others(self, hub: ApiHub, two: tuple[str, str, str]) -> None:
        _, other, key = two
        client = hub.client(key)
        body = {"name": "New", "kind": "ffmpeg", "config": {"url": "rtsp://127.0.0.1/x"}}
        assert client.post("/api/streams", json=body).status_code == 403
        assert client.post("/api/streams/import", json={"streams": [body]}).status_code == 403
        assert client.post("/api/events", json={"stream_id": other}).status_code == 404
        assert client.post("/api/stream-groups", json={"name": "G", "streams": [other]}).status_code == 409

    @pytest.mark.attack("A67", control=True)
    def test_scopes_cut_down_what_the_owner_may(self, hub: ApiHub) -> None:
        client = hub.client(hub.person("scoped", "viewer", scopes=["streams.view", "settings.change"]))
        assert client.get("/api/streams").status_code == 200
        assert client.get("/api/events").status_code == 403
        assert client.patch("/api/settings", json={}).status_code == 403
        assert client.get("/api/me").json()["permissions"] == ["streams.view"]
