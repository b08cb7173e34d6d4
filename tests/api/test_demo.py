"""A read-only demo: visitors without an account see what is there, and change nothing, whatever they ask for."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from support.hub import until
from websockets import Origin
from websockets.sync.client import connect

from glimpser.api.routing import PUBLIC

from .conftest import ApiHub
from .test_permissions import ROUTES, ask

HIDDEN = {"users.manage", "audit.view", "live_sessions.view"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A demo with a stream."""
    made = ApiHub(tmp_path_factory.mktemp("demo") / "data")
    made.environment |= {"GLIMPSER_PLUGINS": "http,motion,password,notes", "GLIMPSER_READ_ONLY_DEMO": "true",
                         "GLIMPSER_TRUSTED_PROXIES": "127.0.0.1"}  # fmt: skip
    made.start()
    body = {"name": "Door", "kind": "http", "config": {"url": "http://192.0.2.1/a.jpg"}, "enabled": False}
    assert made.api.post("/api/streams", json=body).status_code == 201
    yield made
    made.stop()


def kept(hub: ApiHub) -> dict[str, int]:
    """How many rows there are, those of the audit log aside: it notes what was refused."""
    with closing(sqlite3.connect(hub.database)) as rows:
        tables = [name for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: rows.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # names of tables
            for name in tables
            if "audit" not in name and "sqlite" not in name
        }


@pytest.mark.attack("A57", "A79", control=True)
def test_every_change_is_refused_and_reading_is_not(hub: ApiHub) -> None:
    visitor, before = hub.client(), kept(hub)
    [stream] = visitor.get("/api/streams").json()
    for route in ROUTES:
        if route.permission == PUBLIC or route.shared or route.long_lived:
            continue
        answer = ask(visitor, route, stream_id=stream["id"])
        named = f"{route.method} {route.path}: {answer.status_code} {answer.text[:200]}"
        if route.method != "GET":
            assert (answer.status_code, answer.json()["code"]) == (403, "demo.read_only"), named
        elif route.permission in HIDDEN:
            assert answer.status_code == 403, named
        else:
            assert answer.status_code != 401, named
            assert answer.status_code < 500, named
    described = visitor.get("/api/openapi.json").json()["paths"]
    plugins = [(m.upper(), path) for path, many in described.items() for m in many if path.startswith("/api/p/")]
    assert {method for method, _ in plugins} >= {"GET", "POST", "PATCH", "DELETE"}
    for method, path in plugins:
        if method != "GET":
            answer = visitor.request(method, re.sub("{.*}", stream["id"], path), json={}, headers={"If-Match": "*"})
            assert answer.json()["code"] == "demo.read_only", f"{method} {path}: {answer.text[:200]}"
    assert kept(hub) == before
    # The control: who has an account changes things there as anywhere.
    assert hub.api.patch(f"/api/streams/{stream['id']}", json={"name": "Gate"}, headers={"If-Match": "*"}).is_success


def test_a_visitor_is_nobody_in_particular_and_may_sign_in(hub: ApiHub) -> None:
    visitor = hub.client()
    me = visitor.get("/api/me").json()
    assert (me["kind"], me["name"], me["step_up"], me["factor_needed"]) == ("visitor", "visitor", False, False)
    assert {"streams.view", "events.view", "notes.view", "settings.view"} <= set(me["permissions"])
    assert all(permission.endswith((".view", ".read")) for permission in me["permissions"])
    assert HIDDEN.isdisjoint(me["permissions"])
    assert visitor.get("/api/capabilities").status_code == 200
    assert visitor.get("/api/streams").json()[0]["can"] == ["streams.view", "events.view", "notes.view"]
    assert visitor.get("/api/me", headers={"Authorization": "Bearer none"}).status_code == 401
    found = {q: {h["kind"] for h in visitor.get("/api/search", params={"q": q}).json()} for q in ("ada", "retention")}
    assert found == {"ada": set(), "retention": {"setting"}}
    hub.create_user("grace", "admin")
    assert hub.sign_in("grace").get("/api/me").json()["kind"] == "user"


@pytest.mark.attack("A57", control=True)
def test_visitors_are_not_in_each_others_way_and_write_no_log(hub: ApiHub) -> None:
    """Anybody is one, as often as they like."""

    def logged() -> int:
        with closing(sqlite3.connect(hub.database)) as rows:
            return rows.execute("SELECT count(*) FROM audit_events").fetchone()[0]

    visitors = [hub.client(**{"X-Forwarded-For": f"2001:db8:0:{n}::{n}"}) for n in range(1, 4)]
    before = logged()
    for visitor in visitors * 3:
        assert visitor.post("/api/users", json={}).status_code == 403
        assert visitor.get("/api/audit-events").status_code == 403
        assert visitor.get("/api/activities?format=csv").status_code == 200
    time.sleep(0.3)
    assert logged() == before + 1, "one of the lists that were taken along, for all of them together"
    vera = hub.client(hub.person("vera", "viewer"))
    first = logged()
    assert vera.post("/api/users", json={}).status_code == 403
    assert vera.get("/api/activities?format=csv").status_code == 200
    until(lambda: logged() == first + 2, 5, "the control: who has an account is written down")


@pytest.mark.attack("A54", control=True)
def test_one_visitor_leaves_live_pictures_to_others(hub: ApiHub) -> None:
    [stream] = hub.get("/api/streams")
    with contextlib.ExitStack() as stack:

        def refused(address: str, count: int) -> list[str]:
            headers = {"X-Forwarded-For": address}
            page = stack.enter_context(connect(hub.url.replace("http", "ws") + "/api/ws", additional_headers=headers,
                                               origin=Origin(hub.url)))  # fmt: skip
            page.recv(5)
            for number in range(count):
                page.send(
                    json.dumps({"type": "subscribe", "id": number, "stream": stream["id"], "side": 160, "fps": 1})
                )
            page.send(json.dumps({"type": "nonsense"}))
            codes = [json.loads(page.recv(5))["code"]]
            while codes[-1] != "message.invalid":
                codes.append(json.loads(page.recv(5))["code"])
            return codes[:-1]

        assert refused("2001:db8:1::1", 103) == ["live.too_many"] * 3
        assert refused("2001:db8:1::2", 1) == ["live.too_many"], "one machine has all of a /64"
        assert refused("2001:db8:2::1", 1) == [], "the control"
        assert {s["principal"] for s in hub.get("/api/live-sessions")} == {
            "visitor 2001:db8:1::/64", "visitor 2001:db8:2::/64",
        }  # fmt: skip
