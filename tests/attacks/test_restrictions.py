"""What cuts a user down holds on every path. Each path is asked by two: one who is cut down, and one who is not."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.film import film
from support.hub import until
from support.kept import NOW, Heard, Kept, Restricted, World, asked, keep
from websockets.sync.client import connect

from tests.api.conftest import ApiHub

ANY = {"If-Match": "*"}
OLD, YOUNG = NOW - timedelta(hours=3), NOW - timedelta(minutes=1)
DELAY = {"delay_minutes": 60}
TIME = re.compile(r'"(\w+)":"(\d{4}-\d\d-\d\dT[\d:.]+Z)"')
NOT_OF_A_CAMERA = {"created_at", "updated_at", "last_seen_at", "last_sign_in_at", "last_used_at", "expires_at"}
"""Times of accounts and configurations."""
OF_THE_QUESTION = {("/api/timeline", "after"), ("/api/timeline", "before"), ("/api/timeline?after={day}", "before")}
"""Times between which one asked, which the answer says again."""
OF_THEMSELVES = {"/api/openapi.json", "/api/me/audit-events"}
"""What the hub tells of itself, and people of what they did."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    folder = tmp_path_factory.mktemp("restrictions")
    made = ApiHub(folder / "data")
    made.environment["GLIMPSER_PLUGINS"] = "clips,ffmpeg,motion,notes,password"
    made.film = film(folder / "film.mp4", seconds=3)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def world(hub: ApiHub) -> World:
    door = hub.add("Door", str(hub.film), config={"loop": True}, enabled=False)
    bedroom = hub.watch("Bedroom of theirs")
    group = str(hub.call("POST", "/api/stream-groups", {"name": "Upstairs of theirs", "private": True,
                                                         "streams": [bedroom]})["id"])  # fmt: skip
    hidden = keep(hub, bedroom, OLD, "secret-bed")
    hidden.ids |= {"stream_id": bedroom, "group_id": group}
    hidden.texts |= {"Bedroom of theirs", "Upstairs of theirs"}
    old = keep(hub, door, OLD, "ancient-news")
    with sqlite3.connect(hub.database, timeout=30) as rows:
        rows.execute("UPDATE event_log SET at = ?", (OLD.isoformat(sep=" "),))
    hub.call("POST", f"/api/streams/{door}/start")
    hub.active(door)
    return World(door, old, keep(hub, door, YOUNG, "fresh-news"), hidden)


class TestDelay:
    """Nothing younger than an hour."""

    @pytest.fixture(scope="class")
    @classmethod
    def late(cls, hub: ApiHub, world: World) -> Restricted:
        return Restricted(hub, **DELAY)

    @pytest.mark.parametrize("through", ["program", "browser"])
    def test_no_path_tells_of_what_is_young(self, hub: ApiHub, world: World, late: Restricted, through: str) -> None:
        limit = datetime.now(UTC) - timedelta(minutes=60)
        for path, answer in asked(hub, getattr(late, through), world.young):
            said = answer.text if "json" in answer.headers["Content-Type"] else ""
            if set(re.findall(r"{(\w+)}", path)) & set(world.young.ids):
                assert answer.status_code in (401, 403, 404), path
            assert not world.young.in_(said if answer.is_success else ""), path
            assert b"fresh-news" not in answer.content, path
            times = [*TIME.findall(said), ("captured", answer.headers.get("X-Captured-At", "2000-01-01T00:00:00Z"))]
            for name, at in times if path not in OF_THEMSELVES else ():
                if (path, name) in OF_THE_QUESTION:
                    continue
                assert name in NOT_OF_A_CAMERA or datetime.fromisoformat(at) <= limit, (path, name, at)

    def test_the_same_paths_tell_others(self, hub: ApiHub, world: World) -> None:
        told = {path: world.young.in_(a.text) for path, a in asked(hub, Restricted(hub).program, world.young)}
        for path in (
            "/api/events", "/api/activities", "/api/timeline", "/api/dashboard", "/api/search?q=reported",
            "/api/events/{event_id}", "/api/activities/{activity_id}", "/api/snapshots/{snapshot_id}",
            "/api/clips/{clip_id}", "/api/clips/{clip_id}/file",
            "/api/snapshots/{snapshot_id}/image", "/api/streams/{stream_id}/snapshots",
            "/api/stream/{stream_id}/recent-snapshots?n=100", "/api/p/notes?stream={stream_id}",
            "/api/search?q=note",
        ):  # fmt: skip
            assert told[path], path

    def test_what_is_old_is_told(self, hub: ApiHub, world: World, late: Restricted) -> None:
        told = {path: world.old.in_(a.text) for path, a in asked(hub, late.program, world.old)}
        for path in (
            "/api/events", "/api/activities", "/api/timeline", "/api/dashboard", "/api/search?q=reported",
            "/api/events/{event_id}", "/api/clips/{clip_id}/file", "/api/snapshots/{snapshot_id}/image",
        ):  # fmt: skip
            assert told[path], path

    def test_the_calendar_counts_what_is_old_alone(self, hub: ApiHub, world: World, late: Restricted) -> None:
        path = f"/api/activities/days?stream={world.door}&first={OLD.date()}&last={OLD.date() + timedelta(days=61)}"
        counts = [[d["total"] for d in who.get(path).json()] for who in (late.program, hub.client(hub.key))]
        assert counts[0] == [1]
        assert sum(counts[1]) > 1

    def test_live_views_are_refused_and_old_pictures_shown(self, hub: ApiHub, world: World, late: Restricted) -> None:
        refused = late.program.get(f"/api/stream/{world.door}/mjpeg")
        assert (refused.status_code, refused.json()["code"]) == (403, "restricted.delayed")
        for kind in ("snapshot", "thumbnail"):
            assert late.program.get(f"/api/stream/{world.door}/{kind}").content == b"ancient-news"
            assert hub.client(hub.key).get(f"/api/stream/{world.door}/{kind}").content.startswith(b"\xff\xd8")
        assert late.program.post(f"/api/streams/{world.door}/snapshots", json={}).json()["code"] == "restricted.delayed"
        assert late.program.get(f"/api/streams/{world.door}/diagnostics").status_code == 403

    def test_the_wall_shows_nothing_live(self, hub: ApiHub, world: World, late: Restricted) -> None:
        subscribe = json.dumps({"type": "subscribe", "id": 1, "stream": world.door})
        for key, shown in ((late.key, False), (hub.key, True)):
            with connect(hub.url.replace("http", "ws") + "/api/ws", max_size=None,
                         additional_headers={"Authorization": f"Bearer {key}"}) as wall:  # fmt: skip
                wall.recv(10)
                wall.send(subscribe)
                first = wall.recv(20)
                assert isinstance(first, bytes) == shown
                assert shown or json.loads(first)["code"] == "restricted.delayed"

    @pytest.mark.parametrize("through", ["sse", "socket"])
    def test_the_feed_tells_what_is_old_alone(self, hub: ApiHub, world: World, late: Restricted, through: str) -> None:
        heard, other = Heard(hub, late.key, through), Heard(hub, hub.key, through)
        try:
            until(lambda: "fresh-news" in other.said, 10, "the control heard nothing")
            hub.call("POST", "/api/events", {"stream_id": world.door, "text": "live-news"})
            until(lambda: "live-news" in other.said, 10, "the control heard nothing live")
            until(lambda: "ancient-news" in heard.said, 10, "what is old was not told")
            time.sleep(2.5)
            assert not {"fresh-news", "live-news"} & set(re.findall(r"\w+-news", heard.said))
        finally:
            heard.close()
            other.close()

    def test_an_event_that_lasts_is_not_told_of(self, hub: ApiHub, world: World, late: Restricted) -> None:
        (identifier,) = [world.old.ids["event_id"]]
        before = late.program.get(f"/api/events/{identifier}").status_code
        with sqlite3.connect(hub.database, timeout=30) as rows:
            rows.execute("UPDATE events SET state = 'open', ended_at = NULL WHERE id = ?", (identifier,))
        try:
            assert (before, late.program.get(f"/api/events/{identifier}").status_code) == (200, 404)
            assert hub.get("/api/dashboard")["open_events"] == 1
            assert late.program.get("/api/dashboard").json()["open_events"] == 0
        finally:
            with sqlite3.connect(hub.database, timeout=30) as rows:
                rows.execute("UPDATE events SET state = 'ended', ended_at = started_at WHERE id = ?", (identifier,))

    def test_a_stream_is_shown_as_it_was(self, hub: ApiHub, world: World, late: Restricted) -> None:
        assert hub.stream(world.door)["status"] == "active"
        shown = late.program.get(f"/api/streams/{world.door}").json()
        assert (shown["status"], shown["last_frame_at"], shown["fps"]) == ("inactive", None, None)
        assert late.program.get("/api/streams?status=active").json() == []
        assert late.program.get("/api/dashboard").json()["streams"].get("active") is None
        with sqlite3.connect(hub.database, timeout=30) as rows:
            seq, at = rows.execute("SELECT seq, at FROM event_log WHERE stream_id = ? AND change = 'active'"
                                   " ORDER BY seq DESC", (world.door,)).fetchone()  # fmt: skip
            rows.execute("UPDATE event_log SET at = ? WHERE seq = ?", (OLD.isoformat(sep=" "), seq))
        try:
            assert late.program.get(f"/api/streams/{world.door}").json()["status"] == "active"
        finally:
            with sqlite3.connect(hub.database, timeout=30) as rows:
                rows.execute("UPDATE event_log SET at = ? WHERE seq = ?", (at, seq))


class TestLiveOnly:
    """Live pictures and the state of streams."""

    @pytest.fixture(scope="class")
    @classmethod
    def watcher(cls, hub: ApiHub, world: World) -> Restricted:
        return Restricted(hub, live_only=True)

    @pytest.mark.parametrize("time", ["old", "young"])
    def test_nothing_that_was_kept_is_told(self, hub: ApiHub, world: World, watcher: Restricted, time: str) -> None:
        kept: Kept = getattr(world, time)
        for path, answer in asked(hub, watcher.program, kept):
            assert not answer.is_success or not kept.in_(answer.text), path
            assert b"-news" not in answer.content, path

    def test_live_pictures_and_states_are(self, hub: ApiHub, world: World, watcher: Restricted) -> None:
        assert watcher.program.get(f"/api/stream/{world.door}/snapshot").content.startswith(b"\xff\xd8")
        assert watcher.program.get(f"/api/streams/{world.door}").json()["status"] == "active"
        with watcher.program.stream("GET", f"/api/stream/{world.door}/mjpeg") as live:
            assert b"image/jpeg" in next(live.iter_bytes())
        assert watcher.program.get("/api/me").json()["permissions"] == ["streams.control", "streams.view"]
        for path in ("/api/events", "/api/timeline", "/api/activities", "/api/streams/export", "/api/p/notes"):
            assert watcher.program.get(path).status_code == 403, path

    def test_the_feed_tells_of_streams_alone(self, hub: ApiHub, world: World, watcher: Restricted) -> None:
        heard = Heard(hub, watcher.key, "sse")
        try:
            until(lambda: '"topic":"stream"' in heard.said, 10, "nothing was told")
            time.sleep(1)
            assert '"topic":"event"' not in heard.said
            assert "-news" not in heard.said
        finally:
            heard.close()

    def test_a_picture_is_taken_now_or_not_at_all(self, hub: ApiHub, world: World, watcher: Restricted) -> None:
        path = f"/api/stream/{world.bedroom.stream_id}/thumbnail"
        assert hub.api.get(path).content == b"secret-bed"
        refused = watcher.program.get(path)
        assert refused.status_code in (404, 409)
        assert refused.headers["Content-Type"] == "application/problem+json"


class TestPrivateGroups:
    """Neither private groups nor what is in no other."""

    @pytest.mark.parametrize("through", ["program", "browser"])
    def test_nothing_of_them_is_told(self, hub: ApiHub, world: World, through: str) -> None:
        client = getattr(Restricted(hub, hide_private_groups=True), through)
        for path, answer in asked(hub, client, world.bedroom):
            assert not answer.is_success or not world.bedroom.in_(answer.text), path
            assert b"secret-bed" not in answer.content, path
            if "{stream_id}" in path and "?" not in path:
                assert answer.status_code in (401, 403, 404), path
        assert client.get(f"/api/stream/{world.bedroom.stream_id}/mjpeg").status_code == 404

    def test_others_are_told(self, hub: ApiHub, world: World) -> None:
        told = {path: world.bedroom.in_(a.text) for path, a in asked(hub, Restricted(hub).program, world.bedroom)}
        for path in ("/api/streams", "/api/stream-groups", "/api/events", "/api/search?q=theirs", "/api/timeline",
                     "/api/streams/{stream_id}", "/api/stream-groups/{group_id}",
                     "/api/streams?group={group_id}"):  # fmt: skip
            assert told[path], path

    def test_the_feed_is_silent_of_them(self, hub: ApiHub, world: World) -> None:
        heard, other = (
            Heard(hub, Restricted(hub, hide_private_groups=True).key, "sse"),
            Heard(hub, Restricted(hub).key, "sse"),
        )
        try:
            until(lambda: "secret-bed" in other.said, 10, "the control heard nothing")
            until(lambda: "fresh-news" in heard.said, 10, "nothing was told")
            time.sleep(0.5)
            assert not world.bedroom.in_(heard.said)
        finally:
            heard.close()
            other.close()

    def test_another_group_or_a_name_shows_a_stream(self, hub: ApiHub, world: World) -> None:
        viewer = Restricted(hub, "viewer", hide_private_groups=True)
        path = f"/api/streams/{world.bedroom.stream_id}"
        assert viewer.program.get(path).status_code == 404
        group = hub.call("POST", "/api/stream-groups", {"name": "All", "streams": [world.bedroom.stream_id]})
        assert viewer.program.get(path).json()["groups"] == [group["id"]]
        hub.call("DELETE", f"/api/stream-groups/{group['id']}", **ANY)
        assert viewer.program.get(path).status_code == 404
        named = [{"user": viewer.id, "permissions": ["streams.view"]}]
        hub.call("PUT", f"{path}/permissions", {"grants": named})
        assert viewer.program.get(path).status_code == 200
        hub.call("PUT", f"{path}/permissions", {"grants": []})

    def test_a_grant_on_a_private_group_counts_nothing(self, hub: ApiHub, world: World) -> None:
        guest, other = Restricted(hub, "guest", hide_private_groups=True), Restricted(hub, "guest")
        path = f"/api/stream-groups/{world.bedroom.ids['group_id']}/permissions"
        grants = [{"user": one.id, "permissions": ["streams.view"]} for one in (guest, other)]
        hub.call("PUT", path, {"grants": grants})
        seen = f"/api/streams/{world.bedroom.stream_id}"
        assert (guest.program.get(seen).status_code, other.program.get(seen).status_code) == (403, 200)
        hub.call("PUT", path, {"grants": []})


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in JSON."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(child)


def test_every_stream_and_event_says_what_one_may_do_with_it(hub: ApiHub, world: World) -> None:
    wanted, seen = {world.door, world.young.ids["event_id"], world.young.ids["activity_id"]}, set()
    for path, answer in asked(hub, Restricted(hub).program, world.young):
        if answer.is_success and answer.headers["Content-Type"] == "application/json" and "openapi" not in path:
            for found in objects(answer.json()):
                if found.get("id") in wanted and found.get("kind") not in ("snapshot", "clip", "activity"):
                    assert isinstance(found.get("can"), list), (path, found)
                    seen.add(path)
    assert {"/api/streams", "/api/events", "/api/dashboard", "/api/search?q=reported"} <= seen
    heard = Heard(hub, hub.key, "socket")
    until(lambda: "fresh-news" in heard.said, 10, "nothing was told")
    heard.close()
    told = [json.loads(m) for m in re.findall(r'{"type":"change".*?}(?={"type"|$)', heard.said)]
    assert told
    assert all("can" in m for m in told if m["topic"] in ("event", "activity", "stream"))
