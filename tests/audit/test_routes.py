"""What people do through the API is in the log, by construction, or is not done."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from support.hub import until

from glimpser.api.auditing import is_audited
from glimpser.api.resources import all_routes
from glimpser.api.routing import PUBLIC
from glimpser.identity.permissions import Catalogue
from tests.api.conftest import PASSWORD, ApiHub

NOT_AUDITED = {
    # What everybody does all day, and reports of other systems.
    "activities.review_many", "activities.change_activity", "events.report_event",
    # A page signs an address for each picture; looking at them is written down.
    "signed-urls.sign_url",
}  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub that serves."""
    made = ApiHub(tmp_path_factory.mktemp("audit") / "data")
    made.environment["GLIMPSER_PLUGINS"] = "ffmpeg,http,password"
    made.start()
    yield made
    made.stop()


def entries(hub: ApiHub, action: str, **where: str) -> list[dict[str, Any]]:
    """Entries of this kind, oldest first, as they are in the database."""
    with contextlib.closing(sqlite3.connect(hub.database)) as rows:
        rows.row_factory = sqlite3.Row
        found = [dict(r) for r in rows.execute("SELECT * FROM audit_events WHERE action = ? ORDER BY seq", [action])]
    return [e | {"data": json.loads(e["data"])} for e in found if all(e[k] == v for k, v in where.items())]


@contextlib.contextmanager
def unwritable(hub: ApiHub) -> Iterator[None]:
    """Within the block no entry can be written."""
    with contextlib.closing(sqlite3.connect(hub.database, timeout=20)) as rows:
        rows.execute("CREATE TRIGGER no_audit BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no'); END")
        try:
            yield
        finally:
            rows.execute("DROP TRIGGER no_audit")
            rows.commit()


def test_every_change_is_audited_but_for_a_list_written_by_hand() -> None:
    # What is open to all writes entries of its own, when it comes to something.
    changes = [r for r in all_routes() if r.method not in ("GET", "HEAD") and r.permission != PUBLIC and not r.alias_of]
    assert {r.endpoint for r in changes if not is_audited(r, Catalogue())} == NOT_AUDITED


def test_a_change_says_who_did_what_to_what(hub: ApiHub) -> None:
    body = {"name": "new", "password": PASSWORD, "role": "viewer"}
    made = hub.api.post("/api/users", json=body).json()
    (entry,) = entries(hub, "users.create_user", object_id=made["id"])
    assert (entry["actor_name"], entry["actor_kind"], entry["address"]) == ("ada", "api_key", "127.0.0.1")
    assert (entry["object_type"], entry["object_name"], entry["result"]) == ("user", "new", "ok")
    assert entry["data"]["fields"] == ["name", "password", "role"]
    assert PASSWORD not in json.dumps(entries(hub, "users.create_user"))

    hub.api.patch(f"/api/users/{made['id']}", json={"role": "operator"}, headers={"If-Match": "*"}).raise_for_status()
    (entry,) = entries(hub, "users.change_user")
    assert (entry["object_id"], entry["object_name"], entry["data"]["fields"]) == (made["id"], "new", ["role"])


def test_what_was_refused_for_its_content_is_one_entry(hub: ApiHub) -> None:
    """However often it is tried: it tells of whoever looks for what gets through, and is no change."""
    before = len(entries(hub, "users.create_user"))
    for _ in range(3):
        assert hub.api.post("/api/users", json={"name": "ada", "password": PASSWORD}).status_code == 409
    assert hub.api.post("/api/users", json={"name": "x", "password": "short"}).status_code == 422
    assert hub.api.post("/api/users", json={"nonsense": PASSWORD}).status_code == 422
    assert hub.api.post("/api/streams", json={"name": "x", "kind": "../x"}).status_code in (409, 422)
    # What is everybody's, and what is found out only by asking, is none.
    assert hub.api.patch("/api/users/none", json={}, headers={"If-Match": "*"}).status_code == 404
    assert hub.sign_in("ada").patch("/api/me", json={"theme": "pink"}, headers={"If-Match": "*"}).is_error
    assert len(entries(hub, "users.create_user")) == before
    found = until(
        lambda: len(f := entries(hub, "change.refused")) >= 3 and f, 10, lambda: entries(hub, "change.refused")
    )
    assert {(e["result"], e["actor_name"]) for e in found} == {("refused", "ada")}
    tried = [e["data"]["tried"] for e in found]
    assert (found[0]["data"]["code"], set(tried)) == ("user.exists", {"users.create_user", "streams.create_stream"})
    assert len(tried) == len({(e["data"]["tried"], e["data"]["code"]) for e in found}), "each once"
    assert PASSWORD not in json.dumps(found)


def test_a_change_without_an_entry_is_not_made(hub: ApiHub) -> None:
    body = {"name": "unwritten", "password": PASSWORD}
    stream = hub.add("Camera", "rtsp://127.0.0.1:1/x", enabled=False)
    with unwritable(hub):
        refused = hub.api.post("/api/users", json=body)
        assert (refused.status_code, refused.json()["code"]) == (503, "audit.not_written")
        assert "unwritten" not in [u["name"] for u in hub.get("/api/users")]
        # One that changes no row fails as well.
        assert hub.api.post("/api/auth/logout").json()["code"] == "audit.not_written"
        # Reading goes on, and so does what is no administrative action.
        assert hub.api.get("/api/streams").status_code == 200
        assert hub.api.post("/api/events", json={"stream_id": stream}).status_code == 201
    assert hub.api.post("/api/users", json=body).status_code == 201


def test_signing_in_and_failing_to(hub: ApiHub) -> None:
    hub.person("signer", "viewer")
    browser = hub.sign_in("signer")
    (entry,) = entries(hub, "auth.sign_in", actor_name="signer")
    assert (entry["actor_kind"], entry["address"], entry["data"]["known_device"]) == ("user", "127.0.0.1", False)
    body = {"name": "signer", "password": PASSWORD}
    assert hub.client().post("/api/auth/token", json=body).status_code == 200
    found = [e["data"].get("token") for e in entries(hub, "auth.sign_in", actor_name="signer")]
    assert sorted(found, key=str) == [None, True]
    with hub.client() as stranger:
        for _ in range(6):
            stranger.post("/api/auth/login", json={"name": "signer", "password": "wrong wrong wrong"})
    # The last one was made while it was locked.
    failed = until(lambda: len(f := entries(hub, "auth.sign_in_failed", object_name="signer")) == 6 and f, 10, "none")
    assert [e["data"]["locked"] for e in failed] == [False] * 5 + [True]
    assert {(e["actor"], e["actor_kind"], e["result"]) for e in failed} == {("", "anonymous", "refused")}
    (locked,) = entries(hub, "auth.locked", object_name="signer")
    assert (locked["data"]["failures"], locked["data"]["of"]) == (5, "account")
    browser.put("/api/me/password", json={"current": PASSWORD, "new": f"{PASSWORD} 2"}).raise_for_status()
    (entry,) = entries(hub, "authentication.change_password", actor_name="signer")
    assert entry["data"]["fields"] == ["current", "new"]
    assert browser.post("/api/auth/logout").status_code == 204
    assert len(entries(hub, "authentication.logout", actor_name="signer")) == 1


def test_tries_of_what_is_not_allowed(hub: ApiHub) -> None:
    client = hub.client(hub.person("curious", "viewer"))
    for _ in range(5):
        assert client.post("/api/users", json={"name": "mine", "password": PASSWORD}).status_code == 403
    assert client.get("/api/users").status_code == 403
    tried = until(lambda: len(f := entries(hub, "access.refused", actor_name="curious")) >= 2 and f, 10, "no entries")
    assert [e["data"]["tried"] for e in tried] == ["users.create_user", "users.list_users"]
    assert {e["result"] for e in tried} == {"refused"}


def test_the_command_line_is_audited_as_well(hub: ApiHub) -> None:
    hub.person("command", "viewer")
    (entry,) = entries(hub, "users.create_user", object_name="command")
    assert entry["actor_kind"] == "command_line"
    assert entry["object_id"]


def test_verify_says_so_by_its_exit_code(hub: ApiHub) -> None:
    assert "as they were written" in hub.glimpser("audit", "verify")
    hub.stop()
    assert "as they were written" in hub.glimpser("audit", "verify")
    with contextlib.closing(sqlite3.connect(hub.database)) as rows:
        (before,) = rows.execute("SELECT actor_name FROM audit_events WHERE seq = 3").fetchone()
        rows.execute("UPDATE audit_events SET actor_name = 'somebody else' WHERE seq = 3")
        rows.commit()
        with pytest.raises(AssertionError, match=r": 1 .*\n.*entry 3 was changed"):
            hub.glimpser("audit", "verify")
        rows.execute("UPDATE audit_events SET actor_name = ? WHERE seq = 3", [before])
        rows.commit()
    assert "as they were written" in hub.glimpser("audit", "verify")
    hub.start()
