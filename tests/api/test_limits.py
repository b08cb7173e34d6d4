"""Limits of roles: live views, downloads, and what a plugin counts. They hold for a user in whatever way they ask."""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from support.distributions import install
from support.film import film
from support.hub import until
from websockets.sync.client import ClientConnection, connect

from glimpser_sdk.ids import new_id

from .conftest import PASSWORD, ApiHub

ANY = {"If-Match": "*"}
_numbers = itertools.count()
PLUGIN = """
    from glimpser_sdk import hookimpl, lazy, PluginManifest
    from glimpser_sdk.specs import PermissionSpec, RouterSpec, RouteSpec

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="oracle", title="Oracle")

    @hookimpl
    def glimpser_permissions():
        return [PermissionSpec(id="oracle.ask", title="Questions", counted="per_day"),
                PermissionSpec(id="oracle.listen", title="Listeners", counted="concurrent")]

    @hookimpl
    def glimpser_routers():
        return [RouterSpec(factory=lazy("glimpser_oracle.routes:make"), routes=(
            RouteSpec(path="/questions", methods=("GET",), permission="oracle.ask"),
            RouteSpec(path="/answers", methods=("GET",), permission="oracle.listen"),
        ))]
"""
ROUTES = """
    import asyncio
    from quart import Blueprint, Response, request
    from glimpser_sdk.web import Problem

    def make(ctx):
        blueprint = Blueprint("oracle", __name__)

        @blueprint.get("/questions")
        async def ask():
            if "silly" in request.args:
                raise Problem(422, "oracle.silly", "a silly question")
            return {"answer": 42}

        @blueprint.get("/answers")
        async def listen():
            async def body():
                while True:
                    yield b"hm "
                    await asyncio.sleep(0.05)
            response = Response(body())
            response.timeout = None
            return response

        return blueprint
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with a plugin that counts."""
    folder = tmp_path_factory.mktemp("limits")
    install(folder / "site", "oracle", plugin=PLUGIN, routes=ROUTES)
    made = ApiHub(folder / "data")
    made.environment |= {"GLIMPSER_PLUGINS": "ffmpeg,oracle,password", "PYTHONPATH": str(folder / "site")}
    made.film = film(folder / "film.mp4", seconds=3)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def door(hub: ApiHub) -> str:
    """A stream that runs."""
    made = hub.add("Door", str(hub.film), config={"loop": True})
    hub.active(made)
    return made


@pytest.fixture(scope="module")
def pictures(hub: ApiHub, door: str) -> list[str]:
    """Paths of kept pictures and a clip."""
    paths = [hub.call("POST", f"/api/streams/{door}/snapshots", {})["image"] for _ in range(3)]
    clip, now = new_id(), datetime.now(UTC).isoformat(sep=" ")
    (hub.folder / "media" / f"{clip}.mp4").write_bytes(b"moving")
    with sqlite3.connect(hub.database, timeout=30) as rows:
        rows.execute("INSERT INTO media_files (id, node_id, stream_id, kind, started_at, ended_at, size_bytes, path,"
                     " content_type, codec, state) VALUES (?, '', ?, 'clip', ?, ?, 6, ?, 'video/mp4', '', 'ready')",
                     (clip, door, now, now, f"{clip}.mp4"))  # fmt: skip
    return [*paths, f"/api/clips/{clip}/file"]


class Limited:
    """Somebody whose role has limits."""

    def __init__(self, hub: ApiHub, limits: dict[str, int], **more: Any) -> None:
        self.hub = hub
        role = {"name": f"l{next(_numbers)}", "base": "viewer", "rank": 20, "limits": limits, **more}
        self.role = hub.call("POST", "/api/roles", role)
        self.name = f"l{next(_numbers)}"
        made = hub.call("POST", "/api/users", {"name": self.name, "password": PASSWORD, "role": self.role["id"]})
        self.id = str(made["id"])
        hub_streams = hub.streams()
        for stream in hub_streams:
            kept = [{k: v for k, v in g.items() if v} for g in hub.get(f"/api/streams/{stream}/permissions")]
            new = {"role": self.role["id"], "permissions": ["streams.view", "events.view"]}
            hub.call("PUT", f"/api/streams/{stream}/permissions", {"grants": [*kept, new]})
        self.browser = hub.sign_in(self.name)
        self.key = str(self.browser.post("/api/api-keys", json={"name": "own"}).json()["key"])
        self.program = hub.client(self.key)

    def quota(self, name: str) -> dict[str, Any]:
        """What is left."""
        (found,) = [q for q in self.browser.get("/api/me").json()["quotas"] if q["name"] == name]
        return dict(found)

    def wall(self) -> contextlib.AbstractContextManager[ClientConnection]:
        """A page of live pictures."""
        return connect(self.hub.url.replace("http", "ws") + "/api/ws", max_size=None,
                       additional_headers={"Authorization": f"Bearer {self.key}"})  # fmt: skip


class Watching:
    """An answer that stays open."""

    def __init__(self, client: httpx.Client, path: str) -> None:
        self._asked = client.build_request("GET", path)
        self.answer = client.send(self._asked, stream=True)
        if self.answer.is_success:
            self._pieces = self.answer.iter_raw()
            next(self._pieces)

    def close(self) -> None:
        self.answer.close()


def refused(answer: httpx.Response, name: str, allowed: int) -> None:
    """Whether it says which limit was reached, and when to come again."""
    if not answer.is_closed:
        answer.read()
    body = answer.json()
    assert (answer.status_code, body["code"]) == (429, "limit.reached")
    assert (body["params"]["limit"], body["params"]["allowed"]) == (name, allowed)
    assert 1 <= int(answer.headers["Retry-After"]) <= 86_400


class TestLiveViews:
    """How many at a time."""

    def test_count_together_however_they_are_watched(self, hub: ApiHub, door: str) -> None:
        person, path = Limited(hub, {"live_views": 2}), f"/api/stream/{door}/mjpeg"
        assert (person.quota("live_views")["left"], person.quota("live_views")["limit"]) == (2, 2)
        first = Watching(person.browser, path)
        with person.wall() as wall:
            wall.recv(10)
            wall.send(json.dumps({"type": "subscribe", "id": 1, "stream": door}))
            assert isinstance(wall.recv(20), bytes)
            assert person.quota("live_views")["left"] == 0
            refused(person.program.get(path), "live_views", 2)
            wall.send(json.dumps({"type": "subscribe", "id": 2, "stream": door}))
            said = next(json.loads(m) for m in iter(lambda: wall.recv(10), "") if isinstance(m, str))
            assert (said["code"], said["id"]) == ("limit.reached", 2)
            wall.send(json.dumps({"type": "unsubscribe", "id": 1}))
            until(lambda: person.quota("live_views")["left"] == 1, 5, "the tile is not given back")
            wall.send(json.dumps({"type": "subscribe", "id": 3, "stream": door}))
            until(lambda: person.quota("live_views")["left"] == 0, 5, "the tile is not counted")
        until(lambda: person.quota("live_views")["left"] == 1, 5, "the page is not given back")
        first.close()
        until(lambda: person.quota("live_views")["left"] == 2, 5, "the picture is not given back")

    def test_others_and_the_unlimited_are_not_counted(self, hub: ApiHub, door: str) -> None:
        first, second = Limited(hub, {"live_views": 1}), Limited(hub, {"live_views": 1})
        path = f"/api/stream/{door}/mjpeg"
        views = [Watching(first.program, path), Watching(second.program, path), Watching(hub.client(hub.key), path)]
        assert [v.answer.status_code for v in views] == [200, 200, 200]
        assert hub.get("/api/me")["quotas"] == []
        for view in views:
            view.close()

    def test_many_at_once_get_no_more(self, hub: ApiHub, door: str) -> None:
        person, views = Limited(hub, {"live_views": 3}), []
        start = threading.Barrier(12)

        def watch() -> None:
            client = hub.client(person.key)
            start.wait()
            views.append(Watching(client, f"/api/stream/{door}/mjpeg"))

        threads = [threading.Thread(target=watch) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(v.answer.status_code for v in views) == [200] * 3 + [429] * 9
        for view in views:
            view.close()

    def test_what_ends_by_a_change_or_a_refusal_is_given_back(self, hub: ApiHub, door: str) -> None:
        person = Limited(hub, {"live_views": 1})
        assert person.program.get(f"/api/stream/{new_id()}/mjpeg").status_code == 404
        until(lambda: person.quota("live_views")["left"] == 1, 5, "a refusal is counted")
        view = Watching(person.program, f"/api/stream/{door}/mjpeg")
        assert person.quota("live_views")["left"] == 0
        body = {"name": person.role["name"], "base": "viewer", "rank": 20, "limits": {"live_views": 5}}
        hub.call("PUT", f"/api/roles/{person.role['id']}", body, **ANY)
        until(lambda: person.quota("live_views")["left"] == 5, 5, "what a change ended is not given back")
        view.close()


class TestDownloads:
    """How many a day."""

    def test_count_by_what_is_downloaded(self, hub: ApiHub, pictures: list[str]) -> None:
        person = Limited(hub, {"media_downloads": 2})
        one, two, three, clip = pictures
        assert person.program.get(f"/api/snapshots/{new_id()}/image").status_code == 404
        assert person.browser.head(one).status_code == 200
        assert person.quota("media_downloads")["left"] == 2
        assert person.program.get(one).status_code == 200
        assert person.browser.get(one, headers={"Range": "bytes=0-9"}).status_code == 206
        assert person.quota("media_downloads")["left"] == 1
        assert person.browser.get(clip).content == b"moving"
        refused(person.program.get(two), "media_downloads", 2)
        refused(person.browser.get(three), "media_downloads", 2)
        assert person.program.get(one).status_code == 200
        assert hub.api.get(three).status_code == 200

    def test_nothing_at_all(self, hub: ApiHub, pictures: list[str]) -> None:
        refused(Limited(hub, {"media_downloads": 0}).program.get(pictures[0]), "media_downloads", 0)


class TestPlugins:
    """A permission that a plugin counts."""

    def test_by_the_day(self, hub: ApiHub) -> None:
        person = Limited(hub, {"oracle.ask": 2}, permissions=["oracle.ask"])
        path = "/api/p/oracle/questions"
        assert person.program.get(f"{path}?silly=1").status_code == 422
        assert [person.program.get(path).status_code for _ in range(2)] == [200, 200]
        refused(person.browser.get(path), "oracle.ask", 2)
        assert hub.api.get(path).status_code == 200
        assert person.program.get("/api/capabilities").json()["quotas"] == [person.quota("oracle.ask")]
        assert person.quota("oracle.ask") | {"resets_at": ""} == {
            "name": "oracle.ask", "title": "Questions", "counted": "per_day", "limit": 2, "used": 2, "left": 0,
            "resets_at": "",
        }  # fmt: skip

    def test_at_a_time(self, hub: ApiHub) -> None:
        person = Limited(hub, {"oracle.listen": 1}, permissions=["oracle.listen"])
        path = "/api/p/oracle/answers"
        heard = Watching(person.program, path)
        refused(person.browser.get(path), "oracle.listen", 1)
        heard.close()
        until(lambda: person.quota("oracle.listen")["left"] == 1, 5, "it is not given back")

    def test_without_the_permission_nothing_is_counted(self, hub: ApiHub) -> None:
        person = Limited(hub, {"oracle.ask": 2})
        assert person.program.get("/api/p/oracle/questions").status_code == 403
        assert person.quota("oracle.ask")["left"] == 2


class TestRoles:
    """Who sets limits."""

    def test_are_catalogued_kept_and_replaced(self, hub: ApiHub) -> None:
        known = {c["name"]: c["counted"] for c in hub.get("/api/roles")["limits"]}
        assert known == {"live_views": "concurrent", "media_downloads": "per_day", "oracle.ask": "per_day",
                         "oracle.listen": "concurrent"}  # fmt: skip
        role = Limited(hub, {"live_views": 3, "oracle.ask": 7}).role
        assert role["limits"] == {"live_views": 3, "oracle.ask": 7}
        body = {"name": role["name"], "base": "viewer", "rank": 20}
        assert hub.call("PUT", f"/api/roles/{role['id']}", body, **ANY)["limits"] == {}

    @pytest.mark.parametrize(
        ("limits", "status", "field"),
        [({"fly": 1}, 409, "/limits/fly"), ({"live_views": -1}, 422, "/limits/live_views"),
         ({"live_views": 1.5}, 422, "/limits/live_views"), ({"live_views": 10**9}, 422, "/limits/live_views")],
    )  # fmt: skip
    def test_a_wrong_one_is_named(self, hub: ApiHub, limits: dict[str, Any], status: int, field: str) -> None:
        answer = hub.api.post("/api/roles", json={"name": "odd", "base": "guest", "rank": 5, "limits": limits})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)

    def test_nobody_gives_more_than_they_have(self, hub: ApiHub) -> None:
        chief = Limited(hub, {"live_views": 2}, rank=50, permissions=["users.manage"])
        body = {"base": "guest", "rank": 5}
        for number, (limits, status) in enumerate([({}, 403), ({"live_views": 3}, 403), ({"live_views": 2}, 201)]):
            answer = chief.browser.post("/api/roles", json={**body, "name": f"below {number}", "limits": limits})
            assert answer.status_code == status, answer.text
            assert status == 201 or answer.json()["code"] == "limit.not_yours"
        new = {"name": f"u{next(_numbers)}", "password": PASSWORD, "role": "guest"}
        assert chief.browser.post("/api/users", json=new).json()["code"] == "limit.not_yours"


class TestLast:
    """Restarts."""

    def test_a_restart_forgives_nothing_and_holds_nothing(self, hub: ApiHub, door: str, pictures: list[str]) -> None:
        person = Limited(hub, {"live_views": 1, "media_downloads": 1})
        assert person.program.get(pictures[0]).status_code == 200
        view = Watching(person.program, f"/api/stream/{door}/mjpeg")
        refused(person.browser.get(f"/api/stream/{door}/mjpeg"), "live_views", 1)
        hub.kill()
        with contextlib.suppress(httpx.HTTPError):
            view.close()
        hub.start()
        again = hub.client(person.key)
        refused(again.get(pictures[1]), "media_downloads", 1)
        assert again.get(pictures[0]).status_code == 200
        hub.active(door)
        view = Watching(again, f"/api/stream/{door}/mjpeg")
        assert view.answer.status_code == 200
        view.close()
