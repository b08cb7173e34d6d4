"""Restrictions on users: who sets them, and what ends then."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import httpx
import pytest
from support.kept import Restricted

from .conftest import PASSWORD, ApiHub

ANY = {"If-Match": "*"}
DELAY = {"delay_minutes": 60}
_numbers = itertools.count()


@pytest.fixture(scope="module")
def door(hub: ApiHub) -> str:
    """A stream that runs."""
    made = hub.add("Door", str(hub.film), config={"loop": True})
    hub.active(made)
    return made


class TestSetting:
    """Who sets them, and what ends then."""

    def test_they_are_shown_and_replaced(self, hub: ApiHub) -> None:
        person = Restricted(hub, "viewer", **DELAY)
        none = {"live_only": False, "delay_minutes": 0, "hide_private_groups": False}
        assert person.account["restrictions"] == none | DELAY
        assert person.program.get("/api/me").json()["restrictions"] == none | DELAY
        path = f"/api/users/{person.id}"
        assert hub.call("PATCH", path, {"restrictions": {"live_only": True}}, **ANY)["restrictions"] == none | {
            "live_only": True
        }
        assert person.program.get("/api/events").status_code == 403
        assert hub.call("PATCH", path, {"display_name": "x"}, **ANY)["restrictions"]["live_only"]
        hub.call("PATCH", path, {"restrictions": {}}, **ANY)
        assert person.program.get("/api/events").status_code == 200

    @pytest.mark.parametrize(
        ("given", "status", "field"),
        [({"delay_minutes": -1}, 422, "/restrictions/delay_minutes"),
         ({"delay_minutes": 10_081}, 422, "/restrictions/delay_minutes"),
         ({"live_only": True, "delay_minutes": 1}, 422, "/restrictions"), ({"more": True}, 422, "/restrictions/more"),
         ({"live_only": "yes"}, 422, "/restrictions/live_only")],
    )  # fmt: skip
    def test_a_wrong_one_is_named(self, hub: ApiHub, given: dict[str, Any], status: int, field: str) -> None:
        body = {"name": "nobody", "password": PASSWORD, "restrictions": given}
        answer = hub.api.post("/api/users", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)

    def test_not_for_administrators(self, hub: ApiHub) -> None:
        body = {"name": "boss", "password": PASSWORD, "role": "admin", "restrictions": {"live_only": True}}
        assert hub.api.post("/api/users", json=body).json()["code"] == "user.admin_unrestricted"
        person = Restricted(hub, "viewer", live_only=True)
        raised = hub.api.patch(f"/api/users/{person.id}", json={"role": "admin"}, headers=ANY)
        assert (raised.status_code, raised.json()["code"]) == (409, "user.admin_unrestricted")
        assert person.program.get("/api/me").json()["role"] == "viewer"

    def test_who_is_restricted_manages_nobody(self, hub: ApiHub) -> None:
        body = {"name": f"chief {next(_numbers)}", "base": "operator", "rank": 70, "permissions": ["users.manage"]}
        role = str(hub.call("POST", "/api/roles", body)["id"])
        free, bound = Restricted(hub, role), Restricted(hub, role, hide_private_groups=True)
        assert (free.program.get("/api/users").status_code, bound.program.get("/api/users").status_code) == (200, 403)

    def test_one_who_may_not_give_the_role_cannot_lift_them(self, hub: ApiHub) -> None:
        body = {"name": f"deputy {next(_numbers)}", "base": "guest", "rank": 40, "permissions": ["users.manage"]}
        deputy = Restricted(hub, str(hub.call("POST", "/api/roles", body)["id"]))
        person = Restricted(hub, "viewer", live_only=True)
        path, change = f"/api/users/{person.id}", {"restrictions": {}}
        assert deputy.program.patch(path, json=change, headers=ANY).status_code == 403
        assert person.program.get("/api/events").status_code == 403
        assert hub.api.patch(path, json=change, headers=ANY).status_code == 200

    @pytest.mark.parametrize("change", [{"live_only": True}, DELAY, {"hide_private_groups": True}])
    def test_a_change_ends_what_is_open(self, hub: ApiHub, door: str, change: dict[str, Any]) -> None:
        person = Restricted(hub)
        began, ended = threading.Event(), threading.Event()

        def watch() -> None:
            try:
                with person.program.stream("GET", f"/api/stream/{door}/mjpeg") as live:
                    for _ in live.iter_bytes():
                        began.set()
            except httpx.HTTPError:
                pass
            ended.set()

        threading.Thread(target=watch, daemon=True).start()
        assert began.wait(10)
        hub.call("PATCH", f"/api/users/{person.id}", {"restrictions": change}, **ANY)
        assert ended.wait(1)

    def test_a_stream_that_joins_a_private_group_goes_at_once(self, hub: ApiHub) -> None:
        person = Restricted(hub, hide_private_groups=True)
        hall = hub.watch("Hall")
        assert person.program.get(f"/api/streams/{hall}").status_code == 200
        ended = threading.Event()

        def listen() -> None:
            with person.program.stream("GET", "/api/events/stream") as feed:
                try:
                    for _ in feed.iter_lines():
                        began.set()
                except httpx.HTTPError:
                    pass
            ended.set()

        began = threading.Event()
        threading.Thread(target=listen, daemon=True).start()
        assert began.wait(10)
        hub.call("POST", "/api/stream-groups", {"name": "Behind", "private": True, "streams": [hall]})
        assert ended.wait(1)
        assert person.program.get(f"/api/streams/{hall}").status_code == 404
