"""Invitations, and links to a new password: good once, and as long as their author may manage whom they are for."""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from .conftest import PASSWORD, ApiHub

_numbers = itertools.count()
ANY = {"If-Match": "*"}
LOOK, USE = "/api/auth/links/account", "/api/auth/links/account/password"
CHOSEN = "seven pale moons at noon"


def token(link: str) -> str:
    return link.partition("#")[2]


def invite(by: httpx.Client, **more: Any) -> Any:
    """A new user who is to come; with the token of the invitation."""
    body = {"name": f"guest{next(_numbers)}", "invite": True, **more}
    made = by.post("/api/users", json=body)
    assert made.status_code == 201, made.text
    return made.json() | {"token": token(made.json()["invitation"])}


def person(hub: ApiHub, role: str = "viewer") -> dict[str, Any]:
    """A user with a password."""
    body = {"name": f"user{next(_numbers)}", "password": PASSWORD, "role": role}
    return dict(hub.call("POST", "/api/users", body))


def reset(by: httpx.Client, user: dict[str, Any]) -> str:
    """The token of a link to a new password."""
    made = by.post(f"/api/users/{user['id']}/reset-link")
    assert made.status_code == 200, made.text
    return token(made.json()["link"])


def choose(hub: ApiHub, given: object, password: str = CHOSEN) -> httpx.Response:
    return hub.client().post(USE, json={"token": given, "password": password})


def may_sign_in(hub: ApiHub, name: str, password: str) -> bool:
    answer = hub.client().post("/api/auth/login", json={"name": name, "password": password})
    assert answer.status_code in (204, 401), answer.text
    return answer.status_code == 204


def told(answer: httpx.Response) -> dict[str, Any]:
    return {"status": answer.status_code} | {k: v for k, v in answer.json().items() if k != "trace_id"}


@pytest.fixture
def clerk(hub: ApiHub) -> httpx.Client:
    """Somebody who manages guests."""
    body = {"name": f"Clerk {next(_numbers)}", "base": "guest", "rank": 50, "permissions": ["users.manage"]}
    role = hub.call("POST", "/api/roles", body)["id"]
    name = person(hub, role)["name"]
    return hub.sign_in(name)


def me(client: httpx.Client) -> str:
    return str(client.get("/api/me").json()["id"])


class TestInvitations:
    """People who choose their own password."""

    def test_who_is_invited_chooses_a_password_and_signs_in(self, hub: ApiHub) -> None:
        made = invite(hub.api, role="operator", display_name="Berta")
        assert made["invitation"].startswith(f"{hub.url}/invitation#")
        assert (made["active"], made["role"]) == (False, "operator")
        look = hub.client().post(LOOK, json={"token": made["token"]})
        assert (look.json()["kind"], look.json()["name"]) == ("invitation", made["name"])
        ends = datetime.fromisoformat(look.json()["expires_at"]) - datetime.now(UTC)
        assert timedelta(hours=71) < ends < timedelta(hours=73)
        for wrong in ("short", made["name"], ""):
            refused = choose(hub, made["token"], wrong)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/password")
        assert not may_sign_in(hub, made["name"], CHOSEN)
        assert choose(hub, made["token"]).status_code == 204
        assert may_sign_in(hub, made["name"], CHOSEN)
        user = hub.get(f"/api/users/{made['id']}")
        assert (user["active"], user["display_name"]) == (True, "Berta")
        assert "invitation" not in user

    def test_only_its_hash_is_kept(self, hub: ApiHub) -> None:
        made, once = invite(hub.api), {"Idempotency-Key": "invite-once"}
        body = {"name": f"guest{next(_numbers)}", "invite": True}
        first, again = (hub.api.post("/api/users", json=body, headers=once) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 409)
        kept = b"".join(file.read_bytes() for file in hub.folder.glob("*.db*"))
        assert made["id"].encode() in kept
        for secret in (made["token"], token(first.json()["invitation"])):
            assert secret.encode() not in kept
            assert secret not in hub.logged()

    def test_a_user_has_a_password_or_an_invitation(self, hub: ApiHub) -> None:
        for body in ({}, {"invite": False}, {"invite": True, "password": PASSWORD}):
            assert hub.api.post("/api/users", json={"name": "both", **body}).status_code == 422, body
        assert hub.call("POST", "/api/users", {"name": "neither", "password": PASSWORD})["invitation"] is None

    def test_who_did_not_come_counts_for_nobody(self, hub: ApiHub) -> None:
        """Who was invited as an administrator does not make the last one replaceable."""
        invite(hub.api, role="admin")
        admins = [u for u in hub.get("/api/users?role=admin&limit=500") if u["active"]]
        for user in admins[1:]:
            hub.call("PATCH", f"/api/users/{user['id']}", {"role": "viewer"}, **ANY)
        refused = hub.api.patch(f"/api/users/{admins[0]['id']}", json={"role": "viewer"}, headers=ANY)
        assert (refused.status_code, refused.json()["code"]) == (409, "user.last_admin")

    def test_a_new_invitation_ends_the_one_before(self, hub: ApiHub) -> None:
        made = invite(hub.api)
        fresh = reset(hub.api, made)
        assert choose(hub, made["token"]).status_code == 404
        assert choose(hub, fresh).status_code == 204
        assert may_sign_in(hub, made["name"], CHOSEN)


class TestResets:
    """A new password for who forgot the old one."""

    @pytest.mark.attack("A60", control=True)
    def test_the_old_one_works_until_then_and_all_sessions_end(self, hub: ApiHub) -> None:
        user = person(hub)
        browser, given = hub.sign_in(user["name"]), reset(hub.api, user)
        heard = threading.Event()

        def listen() -> None:
            try:
                with browser.stream("GET", "/api/events/stream", timeout=30) as answer:
                    for _ in answer.iter_lines():
                        ready.set()
            except httpx.HTTPError:
                pass
            heard.set()

        ready = threading.Event()
        threading.Thread(target=listen, daemon=True).start()
        assert ready.wait(5)
        assert may_sign_in(hub, user["name"], PASSWORD)
        assert browser.get("/api/me").status_code == 200
        assert choose(hub, given).status_code == 204
        assert heard.wait(1)
        assert browser.get("/api/me").status_code == 401
        assert not may_sign_in(hub, user["name"], PASSWORD)
        assert may_sign_in(hub, user["name"], CHOSEN)

    def test_it_ends_when_the_password_changes_otherwise(self, hub: ApiHub) -> None:
        user = person(hub)
        given, browser = reset(hub.api, user), hub.sign_in(user["name"])
        body = {"current": PASSWORD, "new": "some other pass phrase"}
        assert browser.put("/api/me/password", json=body).status_code == 204
        assert choose(hub, given).status_code == 404
        assert may_sign_in(hub, user["name"], "some other pass phrase")

    def test_it_forgets_failed_sign_ins(self, hub: ApiHub) -> None:
        user = person(hub)
        for _ in range(5):
            may_sign_in(hub, user["name"], "not this one")
        assert not may_sign_in(hub, user["name"], PASSWORD)
        assert choose(hub, reset(hub.api, user)).status_code == 204
        assert may_sign_in(hub, user["name"], CHOSEN)

    @pytest.mark.attack("A70", control=True)
    def test_nobody_makes_one_for_who_is_above_them(self, hub: ApiHub, clerk: httpx.Client) -> None:
        for role in ("admin", "operator", "viewer"):
            assert clerk.post(f"/api/users/{person(hub, role)['id']}/reset-link").status_code == 403, role
        assert clerk.post("/api/users", json={"name": "above", "invite": True, "role": "operator"}).status_code == 403
        guest = person(hub, "guest")
        assert choose(hub, reset(clerk, guest)).status_code == 204
        hub.call("PATCH", f"/api/users/{guest['id']}", {"active": False}, **ANY)
        refused = clerk.post(f"/api/users/{guest['id']}/reset-link")
        assert (refused.status_code, refused.json()["code"]) == (409, "user.inactive")


class TestWhatIsNoLink:
    """Unknown, used, over, and taken away: all are answered alike."""

    @pytest.mark.attack("A58", "A80", control=True)
    def test_is_answered_alike(self, hub: ApiHub) -> None:
        used, over, twin = (person(hub) for _ in range(3))
        given = [reset(hub.api, user) for user in (used, over, twin)]
        assert choose(hub, given[0]).status_code == 204
        with sqlite3.connect(hub.database, timeout=30) as rows:
            past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(sep=" ")
            rows.execute("UPDATE account_links SET expires_at = ? WHERE user_id = ?", [past, over["id"]])
        unknown = "A" * 43
        answers = [
            told(choose(hub, one)) for one in (unknown, given[0], given[1], ":id", "", "%00", [given[2]], None, 1)
        ]
        assert answers == [answers[0]] * len(answers)
        assert answers[0]["status"] == 404
        looks = [told(hub.client().post(LOOK, json={"token": one})) for one in (unknown, given[0], given[1], ":id")]
        assert looks == [answers[0]] * len(looks)
        assert not may_sign_in(hub, over["name"], CHOSEN)
        assert choose(hub, given[2]).status_code == 204

    @pytest.mark.parametrize("change", [{"role": "viewer"}, {"active": False}, None])
    @pytest.mark.attack("A70", "A60", control=True)
    def test_it_ends_with_the_rights_of_its_author(
        self, hub: ApiHub, clerk: httpx.Client, change: dict[str, Any] | None
    ) -> None:
        author, made = me(clerk), invite(clerk, role="guest")
        user = person(hub, "guest")
        given = reset(clerk, user)
        for one in (made["token"], given):
            assert hub.client().post(LOOK, json={"token": one}).status_code == 200, "control"
        if change is None:
            hub.call("DELETE", f"/api/users/{author}", **ANY)
        else:
            hub.call("PATCH", f"/api/users/{author}", change, **ANY)
        for one in (made["token"], given):
            assert choose(hub, one).status_code == 404
        assert not may_sign_in(hub, user["name"], CHOSEN)

    def test_it_ends_when_whom_it_is_for_rises_above_its_author(self, hub: ApiHub, clerk: httpx.Client) -> None:
        user = person(hub, "guest")
        given = reset(clerk, user)
        hub.call("PATCH", f"/api/users/{user['id']}", {"role": "admin"}, **ANY)
        assert choose(hub, given).status_code == 404
        hub.call("PATCH", f"/api/users/{user['id']}", {"role": "guest"}, **ANY)
        assert choose(hub, given).status_code == 204

    @pytest.mark.attack("A61", control=True)
    def test_of_many_at_once_one_uses_it(self, hub: ApiHub) -> None:
        user = person(hub)
        given = reset(hub.api, user)
        words = [f"{CHOSEN} {n}" for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda word: choose(hub, given, word).status_code, words))
        assert sorted(statuses) == [204] + [404] * 7
        assert may_sign_in(hub, user["name"], words[statuses.index(204)])
        assert not may_sign_in(hub, user["name"], words[statuses.index(404)])

    @pytest.mark.attack("A65", control=True)
    def test_guesses_are_counted(self, hub: ApiHub) -> None:
        user = person(hub)
        given = reset(hub.api, user)
        statuses = [hub.client().post(LOOK, json={"token": f"{n:043}"}).status_code for n in range(30)]
        assert statuses[-1] == 429
        locked = choose(hub, given)
        assert locked.status_code == 429
        assert int(locked.headers["Retry-After"]) > 60
        assert may_sign_in(hub, user["name"], PASSWORD), "an old link in a browser keeps nobody from signing in"
        with sqlite3.connect(hub.database, timeout=30) as rows:
            rows.execute("DELETE FROM sign_in_failures")
        time.sleep(0.1)
        assert choose(hub, given).status_code == 204
