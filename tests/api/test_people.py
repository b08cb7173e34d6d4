"""Users, roles, grants and keys: one manages lower ranks, gives no more than one has, and rights change at once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .conftest import PASSWORD, ApiHub

_numbers = itertools.count()
ANY = {"If-Match": "*"}


class Person:
    """Somebody who is signed in; ``id`` of their account."""

    def __init__(self, hub: ApiHub, role: str, **more: Any) -> None:
        self.name = f"p{next(_numbers)}"
        body = {"name": self.name, "password": PASSWORD, "role": role, **more}
        self.id = str(hub.call("POST", "/api/users", body)["id"])
        self.api = hub.sign_in(self.name)

    def streams(self) -> list[str]:
        """Names of the streams they see."""
        return [s["name"] for s in self.api.get("/api/streams").json()]


@pytest.fixture(scope="module")
def yard(hub: ApiHub) -> tuple[str, str, str]:
    """Two streams with an event each; the first is in a group, whose id is the third."""
    one, two = hub.watch("Yard"), hub.watch("Cellar")
    for stream in (one, two):
        hub.call("POST", "/api/events", {"stream_id": stream, "text": "something"})
    return one, two, str(hub.call("POST", "/api/stream-groups", {"name": "Outside", "streams": [one]})["id"])


def make_role(hub: ApiHub, **more: Any) -> str:
    body = {"name": f"role {next(_numbers)}", "base": "guest", "rank": 20, "permissions": [], **more}
    return str(hub.call("POST", "/api/roles", body)["id"])


def grant(hub: ApiHub, path: str, *grants: dict[str, Any]) -> httpx.Response:
    return hub.api.put(f"{path}/permissions", json={"grants": list(grants)})


class TestUsers:
    """Accounts."""

    def test_are_made_changed_found_and_removed(self, hub: ApiHub) -> None:
        made = hub.api.post("/api/users", json={"name": "Berta", "password": PASSWORD, "display_name": "Berta B."})
        assert (made.status_code, made.json()["role"], made.json()["role_name"]) == (201, "viewer", "viewer")
        path = made.headers["Location"]
        berta = hub.sign_in("berta")
        assert berta.get("/api/me").json()["role"] == "viewer"
        assert [u["name"] for u in hub.get("/api/users?search=bert")] == ["Berta"]
        assert hub.api.post("/api/users", json={"name": "BERTA", "password": PASSWORD}).status_code == 409
        assert PASSWORD not in made.text

        assert hub.api.patch(path, json={"role": "operator"}).status_code == 428
        assert hub.api.patch(path, json={"role": "operator"}, headers=ANY).json()["version"] == 2
        assert berta.get("/api/me").json()["role"] == "operator"
        other = "another pass phrase of hers"
        assert hub.api.patch(path, json={"password": other}, headers=ANY).status_code == 200
        assert berta.get("/api/me").status_code == 401
        berta = hub.sign_in("berta", other)
        assert hub.api.patch(path, json={"active": False}, headers=ANY).status_code == 200
        assert berta.get("/api/me").status_code == 401
        assert hub.api.delete(path, headers=ANY).status_code == 204
        assert hub.api.get(path).status_code == 404

    @pytest.mark.parametrize(
        ("change", "status", "field"),
        [({"name": "a b"}, 422, "/name"), ({"role": "owner"}, 409, "/role"), ({"password": "short"}, 422, "/password"),
         ({"streams": ["01M7YW8X72E3JAZDG68NWJCPQ2"]}, 409, "/streams/0"), ({"more": 1}, 422, "/more")],
    )  # fmt: skip
    def test_a_wrong_field_is_named(self, hub: ApiHub, change: dict[str, Any], status: int, field: str) -> None:
        before = hub.api.get("/api/users").headers["X-Total-Count"]
        answer = hub.api.post("/api/users", json={"name": "nobody", "password": PASSWORD} | change)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
        assert hub.api.get("/api/users").headers["X-Total-Count"] == before

    def test_the_last_administrator_stays(self, hub: ApiHub) -> None:
        (admin,) = [u for u in hub.get("/api/users?role=admin") if u["active"]]
        path = f"/api/users/{admin['id']}"
        for body in ({"role": "viewer"}, {"active": False}):
            refused = hub.api.patch(path, json=body, headers=ANY)
            assert (refused.status_code, refused.json()["code"]) == (409, "user.last_admin")
        assert hub.api.delete(path, headers=ANY).json()["code"] == "user.last_admin"
        second = Person(hub, "admin")
        assert second.api.patch(path, json={"display_name": "First"}, headers=ANY).status_code == 200
        assert hub.api.delete(f"/api/users/{second.id}", headers=ANY).status_code == 204

    def test_the_last_administrator_of_all_streams_stays(self, hub: ApiHub) -> None:
        (admin,) = [u for u in hub.get("/api/users?role=admin") if u["active"]]
        path, limited = f"/api/users/{admin['id']}", {"streams": [hub.watch("Hall")]}
        second = Person(hub, "admin", **limited)
        for body in (limited, {"role": "viewer"}, {"active": False}):
            refused = hub.api.patch(path, json=body, headers=ANY)
            assert (refused.status_code, refused.json()["code"]) == (409, "user.last_admin"), body
        third = Person(hub, "admin")
        assert hub.api.patch(f"/api/users/{third.id}", json=limited, headers=ANY).status_code == 200, "control"
        for other in (second, third):
            assert hub.api.delete(f"/api/users/{other.id}", headers=ANY).status_code == 204

    def test_unlocking_forgets_the_failures(self, hub: ApiHub) -> None:
        person = Person(hub, "viewer")
        for _ in range(5):
            hub.client().post("/api/auth/login", json={"name": person.name, "password": "wrong"})
        good = {"name": person.name, "password": PASSWORD}
        assert hub.client().post("/api/auth/login", json=good).headers["Retry-After"]
        assert hub.get(f"/api/users/{person.id}")["locked_until"]
        assert hub.call("POST", f"/api/users/{person.id}/unlock")["locked_until"] is None
        assert hub.client().post("/api/auth/login", json=good).status_code == 204


class TestRoles:
    """Roles that people make."""

    def test_are_listed_with_the_catalogue(self, hub: ApiHub) -> None:
        answer = hub.get("/api/roles")
        assert [r["id"] for r in answer["roles"] if r["built_in"]] == ["admin", "operator", "viewer", "guest"]
        view = next(p for p in answer["permissions"] if p["id"] == "streams.view")
        assert view["per_stream"]
        assert view["roles"] == ["admin", "operator", "viewer"]

    def test_change_at_once_and_stay_while_somebody_has_them(self, hub: ApiHub) -> None:
        role = make_role(hub)
        person = Person(hub, role)
        assert person.api.get("/api/plugins").status_code == 403
        body = {"name": "Plugin reader", "base": "guest", "rank": 20, "permissions": ["plugins.view"]}
        assert hub.api.put(f"/api/roles/{role}", json=body, headers=ANY).status_code == 200
        assert person.api.get("/api/plugins").status_code == 200
        assert hub.api.delete(f"/api/roles/{role}", headers=ANY).json()["code"] == "role.in_use"
        hub.call("PATCH", f"/api/users/{person.id}", {"role": "guest"}, **ANY)
        assert person.api.get("/api/plugins").status_code == 403
        assert hub.api.delete(f"/api/roles/{role}", headers=ANY).status_code == 204

    @pytest.mark.parametrize(
        ("change", "status"),
        [({"base": "admin"}, 422), ({"rank": 100}, 422), ({"permissions": ["fly"]}, 409), ({"name": " "}, 422),
         ({"name": "Viewer"}, 409)],
    )  # fmt: skip
    def test_what_cannot_be_a_role(self, hub: ApiHub, change: dict[str, Any], status: int) -> None:
        body = {"name": "Odd", "base": "guest", "rank": 20, "permissions": []} | change
        assert hub.api.post("/api/roles", json=body).status_code == status


class TestGrants:
    """What guests and own roles see."""

    def test_a_guest_sees_what_was_granted_and_nothing_else(self, hub: ApiHub, yard: tuple[str, str, str]) -> None:
        one, two, _ = yard
        guest = Person(hub, "guest")
        assert guest.api.get("/api/streams").status_code == 403
        seen = {"user": guest.id, "permissions": ["streams.view"]}
        assert grant(hub, f"/api/streams/{one}", seen).json() == [{**seen, "role": None}]
        assert guest.streams() == ["Yard"]
        assert guest.api.get(f"/api/streams/{one}").json()["can"] == ["streams.view"]
        assert guest.api.get(f"/api/streams/{two}").status_code == 404
        assert guest.api.get("/api/events").status_code == 403
        assert guest.api.post(f"/api/streams/{one}/start").status_code == 403
        assert guest.api.post("/api/streams/test", json={"url": "rtsp://h/1"}).status_code == 403
        assert [hit["id"] for hit in guest.api.get("/api/search?q=e").json()] == []
        assert [hit["id"] for hit in guest.api.get("/api/search?q=yard").json()] == [one]

        more = {"user": guest.id, "permissions": ["streams.view", "events.view"]}
        grant(hub, f"/api/streams/{one}", more)
        assert {e["stream_id"] for e in guest.api.get("/api/events").json()} == {one}
        assert {a["stream_id"] for a in guest.api.get("/api/activities").json()} == {one}
        assert guest.api.get("/api/dashboard").json()["streams"]["total"] == 1
        hidden = hub.get(f"/api/events?stream={two}")[0]["id"]
        assert guest.api.get(f"/api/events/{hidden}").status_code == 404

        grant(hub, f"/api/streams/{one}")
        assert guest.api.get("/api/streams").status_code == 403

    def test_a_group_covers_its_streams_as_they_come_and_go(self, hub: ApiHub, yard: tuple[str, str, str]) -> None:
        one, two, group = yard
        guest = Person(hub, "guest")
        path = f"/api/stream-groups/{group}"
        grant(hub, path, {"user": guest.id, "permissions": ["streams.view"]})
        assert guest.streams() == ["Yard"]
        assert [g["name"] for g in guest.api.get("/api/stream-groups").json()] == ["Outside"]
        hub.call("PATCH", path, {"streams": [one, two]}, **ANY)
        assert guest.streams() == ["Cellar", "Yard"]
        hub.call("PATCH", path, {"streams": [one]}, **ANY)
        assert guest.streams() == ["Yard"]
        hub.call("PATCH", path, {"private": True}, **ANY)
        assert guest.api.get(path).json()["streams"] == [one]
        assert Person(hub, "viewer").api.get(path).status_code == 404
        hub.call("PATCH", path, {"private": False}, **ANY)
        grant(hub, path)
        assert guest.api.get("/api/stream-groups").status_code == 403

    def test_a_role_says_what_and_a_grant_says_where(self, hub: ApiHub, yard: tuple[str, str, str]) -> None:
        one, two, _ = yard
        role = make_role(hub, base="operator", rank=30)
        guard = Person(hub, role)
        assert guard.api.get("/api/streams").status_code == 403
        grant(hub, f"/api/streams/{one}", {"role": role, "permissions": ["streams.view", "media.delete"]})
        assert guard.streams() == ["Yard"]
        assert guard.api.post(f"/api/streams/{one}/stop").status_code == 202
        assert guard.api.post(f"/api/streams/{two}/stop").status_code == 404
        assert guard.api.post("/api/events", json={"stream_id": one}).status_code == 201
        assert guard.api.post("/api/events", json={"stream_id": two}).status_code == 404
        grant(hub, f"/api/streams/{one}")

    def test_a_limited_user_keeps_the_role_on_some_streams(self, hub: ApiHub, yard: tuple[str, str, str]) -> None:
        one, two, _ = yard
        person = Person(hub, "operator", streams=[two])
        assert person.streams() == ["Cellar"]
        assert person.api.post(f"/api/streams/{two}/stop").status_code == 202
        assert person.api.get(f"/api/streams/{one}").status_code == 404
        grant(hub, f"/api/streams/{one}", {"user": person.id, "permissions": ["streams.view"]})
        assert person.streams() == ["Cellar", "Yard"]
        assert person.api.post(f"/api/streams/{one}/stop").status_code == 403
        grant(hub, f"/api/streams/{one}")
        hub.call("PATCH", f"/api/users/{person.id}", {"streams": None}, **ANY)
        assert "Yard" in person.streams()

    @pytest.mark.parametrize("what", ["stream", "group"])
    def test_nobody_undoes_what_somebody_else_granted_meanwhile(
        self, hub: ApiHub, yard: tuple[str, str, str], what: str
    ) -> None:
        path = f"/api/streams/{yard[0]}" if what == "stream" else f"/api/stream-groups/{yard[2]}"

        def save(tag: str, *grants: dict[str, Any]) -> httpx.Response:
            return hub.api.put(f"{path}/permissions", json={"grants": list(grants)}, headers={"If-Match": tag})

        guest, viewer = ({"role": role, "permissions": ["streams.view"]} for role in ("guest", "viewer"))
        read = hub.api.get(f"{path}/permissions").headers["ETag"]
        first = save(read, guest)
        assert first.status_code == 200
        late = save(read, viewer)
        assert (late.status_code, late.json()["code"]) == (412, "match.failed")
        assert [grant["role"] for grant in hub.get(f"{path}/permissions")] == ["guest"]
        assert save(first.headers["ETag"], viewer).status_code == 200, "the control: who read it last"
        assert save(hub.api.get(f"{path}/permissions").headers["ETag"]).status_code == 200

    @pytest.mark.parametrize(
        ("entry", "status"),
        [({"permissions": ["streams.view"]}, 422), ({"role": "guest", "permissions": []}, 422),
         ({"role": "guest", "permissions": ["users.manage"]}, 409), ({"role": "nobody", "permissions": ["x"]}, 409),
         ({"user": "01M7YW8X72E3JAZDG68NWJCPQ2", "permissions": ["streams.view"]}, 409)],
    )  # fmt: skip
    def test_what_cannot_be_granted(
        self, hub: ApiHub, yard: tuple[str, str, str], entry: dict[str, Any], status: int
    ) -> None:
        assert grant(hub, f"/api/streams/{yard[0]}", entry).status_code == status
        assert hub.get(f"/api/streams/{yard[0]}/permissions") == []

    def test_what_joins_a_group_is_not_given_away_with_it(self, hub: ApiHub, yard: tuple[str, str, str]) -> None:
        one, two, group = yard
        keeper = Person(hub, make_role(hub, permissions=["groups.manage"]))
        path = f"/api/stream-groups/{group}"
        grant(hub, path, {"user": keeper.id, "permissions": ["streams.view", "media.delete"]})
        grant(hub, f"/api/streams/{two}", {"user": keeper.id, "permissions": ["streams.view"]})
        refused = keeper.api.patch(path, json={"streams": [one, two]}, headers=ANY)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission.not_yours")
        assert hub.get(path)["streams"] == [one]
        grant(hub, path, {"user": keeper.id, "permissions": ["streams.view"]})
        assert keeper.api.patch(path, json={"streams": [one, two]}, headers=ANY).status_code == 200
        hub.call("PATCH", path, {"streams": [one]}, **ANY)
        grant(hub, path)
        grant(hub, f"/api/streams/{two}")


class TestKeys:
    """Keys of one's own."""

    def test_are_made_in_a_browser_shown_once_and_revoked(self, hub: ApiHub, yard: tuple[str, str, str]) -> None:
        person = Person(hub, "operator")
        body = {"name": "Script", "scopes": ["streams.view"], "streams": [yard[0]]}
        made = person.api.post("/api/api-keys", json=body)
        assert made.status_code == 201
        key = hub.client(made.json()["key"])
        assert [s["name"] for s in key.get("/api/streams").json()] == ["Yard"]
        assert key.post(f"/api/streams/{yard[0]}/stop").status_code == 403
        assert key.post("/api/api-keys", json={"name": "More"}).json()["code"] == "auth.step_up_needed"
        assert hub.api.post("/api/api-keys", json={"name": "More"}).json()["code"] == "auth.session_needed"
        listed = person.api.get("/api/api-keys")
        assert [k["name"] for k in listed.json()] == ["Script"]
        assert made.json()["key"] not in listed.text
        stranger = Person(hub, "operator")
        assert stranger.api.get("/api/api-keys").json() == []
        assert stranger.api.delete(made.headers["Location"]).status_code == 404
        assert person.api.delete(made.headers["Location"]).status_code == 204
        assert key.get("/api/streams").status_code == 401

    def test_are_not_kept_for_an_idempotency_key(self, hub: ApiHub) -> None:
        person = Person(hub, "viewer")
        once = {"Idempotency-Key": "make-a-key"}
        made = person.api.post("/api/api-keys", json={"name": "k"}, headers=once)
        again = person.api.post("/api/api-keys", json={"name": "k"}, headers=once)
        assert (made.status_code, again.status_code, again.json()["code"]) == (201, 409, "idempotency.done")
        assert len(person.api.get("/api/api-keys").json()) == 1
        secret = made.json()["key"].encode()
        assert all(secret not in file.read_bytes() for file in hub.folder.glob("*.db*"))

    def test_have_no_more_than_their_owner(self, hub: ApiHub) -> None:
        person = Person(hub, "viewer")
        refused = person.api.post("/api/api-keys", json={"name": "k", "scopes": ["streams.view", "settings.change"]})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "/scopes/1")
        key = hub.client(person.api.post("/api/api-keys", json={"name": "k"}).json()["key"])
        assert key.get("/api/events").status_code == 200
        hub.call("PATCH", f"/api/users/{person.id}", {"role": "guest"}, **ANY)
        assert key.get("/api/events").status_code == 403
        hub.call("DELETE", f"/api/users/{person.id}", **ANY)
        assert key.get("/api/me").status_code == 401

    def test_expire(self, hub: ApiHub) -> None:
        person = Person(hub, "viewer")
        body = {"name": "k", "expires_at": "2020-01-01T00:00:00Z"}
        assert person.api.post("/api/api-keys", json=body).json()["errors"][0]["field"] == "/expires_at"
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        key = hub.client(person.api.post("/api/api-keys", json={"name": "k", "expires_at": soon}).json()["key"])
        assert key.get("/api/me").status_code == 200
        time.sleep(2.5)
        assert key.get("/api/me").status_code == 401


class Listener:
    """Somebody who hears the feed; ``ended`` once the hub hung up."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.said: list[str] = []
        self.open, self.ended = threading.Event(), threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            with self._client.stream("GET", "/api/events/stream", timeout=30) as answer:
                for line in answer.iter_lines():
                    self.said.append(line)
                    self.open.set()
        except httpx.HTTPError:
            pass
        self.ended.set()


class TestAtOnce:
    """What is open ends when rights change, and what was lost is not heard of again."""

    @pytest.fixture
    def person(self, hub: ApiHub) -> Iterator[Person]:
        person = Person(hub, "operator")
        yield person
        hub.api.delete(f"/api/users/{person.id}", headers=ANY)

    @pytest.mark.parametrize(
        "change", [{"role": "guest"}, {"active": False}, {"streams": []}, {"password": "some other pass phrase"}]
    )
    def test_a_change_of_rights_ends_what_is_open(self, hub: ApiHub, person: Person, change: dict[str, Any]) -> None:
        heard, other = Listener(person.api), Listener(hub.client(hub.key))
        assert heard.open.wait(5)
        assert other.open.wait(5)
        hub.call("PATCH", f"/api/users/{person.id}", change, **ANY)
        assert heard.ended.wait(1)
        assert not other.ended.is_set()

    def test_a_lost_grant_ends_what_is_open(self, hub: ApiHub, yard: tuple[str, str, str]) -> None:
        guest = Person(hub, "guest")
        grant(hub, f"/api/streams/{yard[0]}", {"user": guest.id, "permissions": ["streams.view"]})
        heard = Listener(guest.api)
        assert heard.open.wait(5)
        grant(hub, f"/api/streams/{yard[0]}")
        assert heard.ended.wait(1)

    def test_a_revoked_key_ends_what_is_open(self, hub: ApiHub, person: Person) -> None:
        made = person.api.post("/api/api-keys", json={"name": "k"})
        heard = Listener(hub.client(made.json()["key"]))
        assert heard.open.wait(5)
        person.api.delete(made.headers["Location"])
        assert heard.ended.wait(1)
