"""What a stolen session or key is not enough for, and how long what is open stays open."""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from glimpser.api.resources import all_routes

from .conftest import PASSWORD, ApiHub
from .test_people import ANY, Person

OLD = timedelta(minutes=6)
NEEDED = "auth.step_up_needed"


def rewrite(hub: ApiHub, table: str, where: str, **columns: timedelta) -> None:
    """As another process would: set times of rows to so much from now."""
    with closing(sqlite3.connect(hub.database, timeout=10)) as rows, rows:
        for column, ahead in columns.items():
            moment = (datetime.now(UTC) + ahead).isoformat(" ", "microseconds")
            rows.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (moment,))  # noqa: S608


def age(hub: ApiHub, person: Person) -> None:
    """Let the person's proof of who they are be older than five minutes."""
    rewrite(hub, "sessions", f"user_id = '{person.id}'", step_up_at=-OLD)


@pytest.fixture
def admin(hub: ApiHub) -> Iterator[Person]:
    made = Person(hub, "admin")
    yield made
    hub.call("DELETE", f"/api/users/{made.id}", **ANY)


class TestStepUp:
    """Dangerous things need a proof that is not older than five minutes."""

    @pytest.mark.attack("A68")
    def test_every_dangerous_route_asks_for_it_and_says_so(self, hub: ApiHub, admin: Person) -> None:
        told = hub.get("/api/openapi.json")["paths"]
        dangerous = [r for r in all_routes() if r.dangerous and not r.alias_of]
        assert {(r.method, r.path.split("<")[0]) for r in dangerous} >= {
            ("POST", "/api/users"), ("PATCH", "/api/users/"), ("DELETE", "/api/users/"), ("POST", "/api/roles"),
            ("PUT", "/api/roles/"), ("DELETE", "/api/roles/"), ("POST", "/api/api-keys"), ("PATCH", "/api/plugins/"),
            ("PATCH", "/api/settings"), ("GET", "/api/streams/export"), ("DELETE", "/api/streams/"),
            ("PUT", "/api/streams/"), ("PUT", "/api/stream-groups/"),
        }  # fmt: skip
        age(hub, admin)
        stream = hub.watch()
        for route in dangerous:
            path = route.path
            path = re.sub("<id:[a-z_]+>", stream, path)
            path = path.replace("<plugin_id>", "password")
            operation = told[path.replace(stream, "{" + _parameter(route.path) + "}").replace("password", "{plugin_id}")
                             if "<" in route.path else path][route.method.lower()]  # fmt: skip
            assert operation["x-step-up"] == ("always" if route.dangerous is True else "sometimes")
            purge = "?media=purge" if route.dangerous is not True else ""
            refused = admin.api.request(route.method, path + purge, json={}, headers=ANY)
            assert (refused.status_code, refused.json()["code"]) == (403, NEEDED), f"{route.method} {path}"
            assert refused.json()["params"] == {"ways": ["password"]}
        assert hub.get(f"/api/streams/{stream}")["id"] == stream
        # What is done day by day goes on.
        assert admin.api.get("/api/users").status_code == 200
        assert admin.api.patch(f"/api/streams/{stream}", json={"name": "x"}, headers=ANY).status_code == 200
        assert admin.api.delete(f"/api/streams/{stream}", headers=ANY).status_code == 204

    @pytest.mark.attack("A68", control=True)
    def test_the_password_opens_it_for_five_minutes(self, hub: ApiHub, admin: Person) -> None:
        change = {"json": {"name": f"{admin.name}-made", "password": PASSWORD}}
        age(hub, admin)
        assert admin.api.get("/api/me").json()["step_up"] is False
        assert admin.api.post("/api/users", **change).json()["code"] == NEEDED
        wrong = admin.api.post("/api/auth/step-up", json={"password": "wrong wrong wrong"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "auth.wrong")
        assert admin.api.post("/api/users", **change).json()["code"] == NEEDED
        assert admin.api.post("/api/auth/step-up", json={"password": PASSWORD}).status_code == 204
        assert admin.api.get("/api/me").json()["step_up"] is True
        assert admin.api.post("/api/users", **change).status_code == 201
        age(hub, admin)
        assert admin.api.post("/api/users", **change).json()["code"] == NEEDED

    @pytest.mark.parametrize(
        ("body", "status"),
        [({}, 409), ({"password": "x", "code": "123456"}, 409), ({"password": ""}, 422), ({"more": 1}, 422)],
    )
    def test_it_takes_a_password_or_a_code(self, hub: ApiHub, admin: Person, body: dict[str, str], status: int) -> None:
        assert admin.api.post("/api/auth/step-up", json=body).status_code == status

    def test_guesses_at_it_are_counted_as_at_a_sign_in(self, hub: ApiHub) -> None:
        person = Person(hub, "viewer")
        for _ in range(5):
            assert person.api.post("/api/auth/step-up", json={"password": "wrong"}).status_code == 401
        locked = person.api.post("/api/auth/step-up", json={"password": PASSWORD})
        assert (locked.status_code, bool(locked.headers["Retry-After"])) == (401, True)
        held = person.api.put("/api/me/password", json={"current": PASSWORD, "new": "another horse battery"})
        assert (held.status_code, bool(held.headers["Retry-After"])) == (422, True)
        hub.call("POST", f"/api/users/{person.id}/unlock")
        assert person.api.post("/api/auth/step-up", json={"password": PASSWORD}).status_code == 204


class TestKeys:
    """Keys cannot prove anything; some were made for such things."""

    def test_a_key_needs_the_scope(self, hub: ApiHub, admin: Person) -> None:
        for scopes, status in (([], 403), (["users.manage"], 403), (["users.manage", "admin:dangerous"], 409),
                               (["admin:dangerous"], 409)):  # fmt: skip
            key = admin.api.post("/api/api-keys", json={"name": "k", "scopes": scopes}).json()["key"]
            client = hub.client(key)
            # 409: it got as far as the name that is taken.
            answer = client.post("/api/users", json={"name": admin.name, "password": PASSWORD, "role": "guest"})
            assert answer.status_code == status, (scopes, answer.text)
            assert client.get("/api/users").status_code == 200
            assert client.post("/api/auth/step-up", json={"password": PASSWORD}).status_code == 403

    def test_only_who_may_do_something_dangerous_can_give_it(self, hub: ApiHub) -> None:
        viewer = Person(hub, "viewer")
        refused = viewer.api.post("/api/api-keys", json={"name": "k", "scopes": ["admin:dangerous"]})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "/scopes/0")

    def test_the_command_line_makes_both_kinds(self, hub: ApiHub, admin: Person) -> None:
        plain, armed = (hub.client(hub.create_key(admin.name, *more)) for more in ((), ("--dangerous",)))
        body = {"name": admin.name, "password": PASSWORD}
        assert plain.post("/api/users", json=body).json()["code"] == NEEDED
        assert armed.post("/api/users", json=body).status_code == 409


class TestNewSessionIds:
    """A session goes on under another id and cookie when what it may do changes."""

    @pytest.mark.attack("A61", control=True)
    def test_the_own_password_and_role(self, hub: ApiHub, admin: Person) -> None:
        for change in (
            lambda api: api.put("/api/me/password", json={"current": PASSWORD, "new": PASSWORD + "!"}),
            lambda api: api.patch(f"/api/users/{admin.id}", json={"role": "operator"}, headers=ANY),
        ):
            before = dict(admin.api.cookies)
            stolen = hub.client(Cookie=f"glimpser_session={before['glimpser_session']}")
            mine = _current(admin.api)
            assert stolen.get("/api/me").status_code == 200
            assert change(admin.api).is_success
            assert admin.api.cookies["glimpser_session"] != before["glimpser_session"]
            assert stolen.get("/api/me").status_code == 401
            assert _current(admin.api) != mine
            assert [s["id"] for s in admin.api.get("/api/me/sessions").json()] == [_current(admin.api)]
        assert admin.api.get("/api/me").json()["role"] == "operator"

    @pytest.mark.attack("A61", control=True)
    def test_a_cookie_from_before_signing_in_is_worth_nothing(self, hub: ApiHub, admin: Person) -> None:
        planted = "planted-by-somebody-else"
        with hub.client(Cookie=f"glimpser_session={planted}") as browser:
            answer = browser.post("/api/auth/login", json={"name": admin.name, "password": PASSWORD})
            assert answer.cookies["glimpser_session"] != planted
            assert browser.get("/api/me").status_code == 401


class TestOpenResponses:
    """What is open ends with what it was opened by, whoever ended it, within a second."""

    @pytest.mark.parametrize(
        "ending",
        ["expired", "idle", "revoked", "disabled", "limited", "key revoked", "key expired"],
    )
    def test_ends_within_a_second(self, hub: ApiHub, ending: str) -> None:
        person = Person(hub, "viewer")
        client = person.api
        if ending.startswith("key"):
            client = hub.client(person.api.post("/api/api-keys", json={"name": "k"}).json()["key"])
        mine = f"user_id = '{person.id}'"
        end = {
            "expired": lambda: rewrite(hub, "sessions", mine, expires_at=timedelta()),
            "idle": lambda: rewrite(hub, "sessions", mine, last_seen_at=-timedelta(days=7)),
            "revoked": lambda: rewrite(hub, "sessions", mine, revoked_at=timedelta()),
            "disabled": lambda: _set(hub, "UPDATE users SET active = 0 WHERE id = ?", person.id),
            "limited": lambda: _set(hub, "UPDATE users SET streams = '[]' WHERE id = ?", person.id),
            "key revoked": lambda: rewrite(hub, "api_keys", mine, revoked_at=timedelta()),
            "key expired": lambda: rewrite(hub, "api_keys", mine, expires_at=timedelta()),
        }[ending]
        took, control = _ends(client, end), _ends(client, lambda: None) if ending == "limited" else None
        assert took is not None, f"{ending}: still open"
        assert took < 1.5, ending
        assert control is None  # a response whose session nobody touched stays open
        assert client.get("/api/me").status_code == (200 if ending == "limited" else 401)

    def test_ends_at_the_moment_that_was_set_beforehand(self, hub: ApiHub) -> None:
        person = Person(hub, "viewer")
        soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
        made = person.api.post("/api/api-keys", json={"name": "k", "expires_at": soon})
        took = _ends(hub.client(made.json()["key"]), lambda: None, patience_s=6)
        assert took is not None
        assert took < 4.5


def _ends(client: httpx.Client, end: Any, patience_s: float = 3.0) -> float | None:
    """Seconds from ``end`` until the feed that is open ends; None when it does not."""
    opened, done = threading.Event(), threading.Event()

    def read() -> None:
        with client.stream("GET", "/api/events/stream") as answer:
            assert answer.status_code == 200
            try:
                for _ in answer.iter_raw():
                    opened.set()
                    if done.is_set():
                        return
            except httpx.HTTPError:
                pass  # cut off in the middle
            finally:
                done.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert opened.wait(5)
    time.sleep(0.7)  # it has been looked at once
    began = time.monotonic()
    end()
    return time.monotonic() - began if done.wait(patience_s) else None


def _set(hub: ApiHub, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(hub.database, timeout=10)) as rows, rows:
        rows.execute(statement, values)


def _current(api: httpx.Client) -> str:
    return str(next(s["id"] for s in api.get("/api/me/sessions").json() if s["current"]))


def _parameter(path: str) -> str:
    return path.partition("<id:")[2].partition(">")[0]
