"""Share links: a stream, a wall or an event for whoever has the link, and nothing beside it."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from glimpser.api.resources import all_routes

from .conftest import ApiHub
from .sharing import SECRET, Author, later
from .test_permissions import ask


@pytest.fixture(scope="module")
def streams(hub: ApiHub) -> tuple[str, str, str]:
    """Three streams; the first runs."""
    return hub.add("Gate", str(hub.film)), hub.watch("Garden"), hub.watch("Bedroom")


@pytest.fixture(scope="module")
def event(hub: ApiHub, streams: tuple[str, str, str]) -> dict[str, Any]:
    """An event of the first stream with a picture and a clip, and its neighbour with its own."""
    made = [hub.call("POST", "/api/events", {"stream_id": streams[0], "text": text}) for text in ("Shown", "Hidden")]
    hub.active(streams[0])
    pictures = [hub.call("POST", f"/api/streams/{streams[0]}/snapshots", {})["id"] for _ in made]
    clips = ["01M7YW8X72E3JAZDG68NWJCPQ1", "01M7YW8X72E3JAZDG68NWJCPQ3"]
    (hub.folder / "media" / "clip.mp4").write_bytes(b"a clip")
    with sqlite3.connect(hub.database, timeout=30) as rows:
        for row, picture, clip in zip(made, pictures, clips, strict=True):
            rows.execute(
                "INSERT INTO media_files (id, node_id, stream_id, event_id, kind, started_at, size_bytes, path, "
                "content_type, codec, state) VALUES (?, '', ?, ?, 'clip', ?, 6, 'clip.mp4', 'video/mp4', '', 'ready')",
                (clip, streams[0], row["id"], row["started_at"].replace("T", " ").replace("Z", "+00:00")),
            )
            rows.execute("UPDATE events SET snapshot_id = ?, clip_id = ? WHERE id = ?", (picture, clip, row["id"]))
    return {"id": made[0]["id"], "snapshot": pictures[0], "clip": clips[0], "other_event": made[1]["id"],
            "other_snapshot": pictures[1], "other_clip": clips[1]}  # fmt: skip


@pytest.fixture(scope="module")
def author(hub: ApiHub) -> Author:
    return Author(hub)


class TestMaking:
    """Who makes which links."""

    def test_a_link_is_shown_once_and_kept_as_a_hash(
        self, hub: ApiHub, author: Author, streams: tuple[str, str, str]
    ) -> None:
        shared = author.share(stream=streams[0], password=SECRET)
        assert shared.made["link"].startswith(f"{hub.url}/s#")
        assert len(shared.token) == 43
        listed = author.api.get("/api/share-links")
        assert [(i["kind"], i["streams"], i["password"], i["uses"]) for i in listed.json()] == [
            ("stream", [streams[0]], True, 0)
        ]
        assert shared.token not in listed.text
        kept = b"".join(file.read_bytes() for file in hub.folder.glob("*.db*"))
        assert shared.made["id"].encode() in kept
        for secret in (shared.token, SECRET):
            assert secret.encode() not in kept
            assert secret not in hub.logged()

    def test_it_is_listed_for_its_author_and_who_manages_users(
        self, hub: ApiHub, author: Author, streams: tuple[str, str, str]
    ) -> None:
        made = author.share(streams=[streams[1], streams[0]]).made
        assert made["kind"] == "wall"
        assert made["streams"] == [streams[1], streams[0]]
        assert made["id"] in {i["id"] for i in hub.get("/api/share-links?limit=500")}
        other = Author(hub)
        assert other.api.get("/api/share-links").json() == []
        assert other.api.delete(f"/api/share-links/{made['id']}").status_code == 404
        # A manager of users who sees the first stream alone is not told of the second.
        role = {"name": "Clerk", "base": "guest", "rank": 70, "permissions": ["users.manage"]}
        clerk = Author(hub, hub.call("POST", "/api/roles", role)["id"])
        grants = [{"user": clerk.id, "permissions": ["streams.view"]}]
        hub.call("PUT", f"/api/streams/{streams[0]}/permissions", {"grants": grants})
        listed = next(i for i in clerk.api.get("/api/share-links").json() if i["id"] == made["id"])
        assert listed["streams"] == [streams[0]]
        assert clerk.api.delete(f"/api/share-links/{made['id']}").status_code == 204
        hub.call("PUT", f"/api/streams/{streams[0]}/permissions", {"grants": []})

    def test_nobody_shares_what_they_may_not_share(self, hub: ApiHub, streams: tuple[str, str, str]) -> None:
        body = {"name": "x", "expires_at": later(), "stream": streams[0]}
        assert Author(hub, "viewer").api.post("/api/share-links", json=body).status_code == 403
        limited = Author(hub, streams=[streams[1]])
        event = hub.events(stream=streams[0])[0]["id"] if hub.events(stream=streams[0]) else "0" * 26
        for what, field in (
            ({"stream": streams[0]}, "/stream"), ({"streams": [streams[1], streams[0]]}, "/streams/1"),
            ({"stream": "0" * 26}, "/stream"), ({"event": "0" * 26}, "/event"), ({"event": event}, "/event"),
        ):  # fmt: skip
            refused = limited.api.post("/api/share-links", json={"name": "x", "expires_at": later(), **what})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, field), what
        assert limited.share(stream=streams[1]).made["streams"] == [streams[1]]
        key = hub.client(
            limited.api.post("/api/api-keys", json={"name": "k", "scopes": ["admin:dangerous"]}).json()["key"]
        )
        assert key.post("/api/share-links", json=body | {"stream": streams[1]}).json()["code"] == "auth.session_needed"

    def test_it_says_what_is_wrong_with_a_link(
        self, hub: ApiHub, author: Author, streams: tuple[str, str, str]
    ) -> None:
        good = {"name": "x", "expires_at": later(), "stream": streams[0]}
        for wrong, status, field in (
            ({"expires_at": later(-5)}, 409, "/expires_at"), ({"expires_at": later(31 * 86400)}, 409, "/expires_at"),
            ({"expires_at": None}, 422, "/expires_at"), ({"name": ""}, 422, "/name"),
            ({"password": "short"}, 422, "/password"), ({"event": "0" * 26}, 422, ""),
            ({"stream": ":id"}, 422, "/stream"), ({"stream": ["a"]}, 422, "/stream"), ({"more": 1}, 422, "/more"),
        ):  # fmt: skip
            refused = author.api.post("/api/share-links", json={**good, **wrong})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, field), (wrong, refused.text)
        admin = Author(hub, "admin")
        assert admin.share(stream=streams[0], expires_at=later(31 * 86400)).opened()
        far = admin.api.post("/api/share-links", json=good | {"expires_at": "9999-12-31T00:00:00Z"})
        assert far.status_code == 409


class TestVisitors:
    """What a link opens, and what it does not."""

    def test_a_stream_is_seen_live(self, hub: ApiHub, author: Author, streams: tuple[str, str, str]) -> None:
        shared = author.share(stream=streams[0])
        assert shared.get().status_code == 401
        told = shared.opened().get().json()
        assert (told["name"], told["kind"], told["event"]) == ("For the neighbours", "stream", None)
        assert [(s["id"], s["name"]) for s in told["streams"]] == [(streams[0], "Gate")]
        hub.active(streams[0])
        with shared.socket() as socket:
            socket.send(json.dumps({"type": "subscribe", "id": 7, "stream": streams[0], "side": 160, "fps": 10}))
            picture = socket.recv(10)
            assert picture[12:14] == b"\xff\xd8"
            for other in streams[1:]:
                socket.send(json.dumps({"type": "subscribe", "id": 8, "stream": other}))
                while isinstance(message := socket.recv(5), bytes):
                    pass
                assert json.loads(message)["code"] == "stream.not_found"
        with shared.browser.stream("GET", f"{shared.path}/stream/{streams[0]}/mjpeg") as answer:
            assert answer.status_code == 200
            assert b"\xff\xd8" in next(answer.iter_raw())
        assert author.api.get("/api/share-links").json()[0]["uses"] == 1
        assert author.api.get("/api/share-links").json()[0]["last_used_at"] is not None

    @pytest.mark.attack("A76", control=True)
    def test_changes_are_not_told(self, hub: ApiHub, author: Author, streams: tuple[str, str, str]) -> None:
        shared = author.share(streams=list(streams)).opened()
        own = {"Authorization": f"Bearer {hub.key}"}
        url = hub.url.replace("http", "ws") + "/api/ws"
        with shared.socket() as socket, connect(url, additional_headers=own) as control:
            control.recv(5)
            for each in (socket, control):
                each.send(json.dumps({"type": "feed", "topics": ["event"]}))
            time.sleep(0.3)
            hub.call("POST", "/api/events", {"stream_id": streams[1], "text": "a secret"})
            assert "a secret" in str(control.recv(5))
            with pytest.raises(TimeoutError):
                socket.recv(0.5)

    @pytest.mark.attack("A75", control=True)
    def test_an_event_is_it_its_picture_and_its_clip(
        self, hub: ApiHub, author: Author, event: dict[str, Any], streams: tuple[str, str, str]
    ) -> None:
        shared = author.share(event=event["id"]).opened()
        told = shared.get().json()
        assert told["streams"] == []
        assert (told["event"]["text"], told["event"]["stream"]) == ("Gate: Shown", "Gate")
        assert shared.get(f"/snapshots/{event['snapshot']}/image").content[:2] == b"\xff\xd8"
        assert shared.get(f"/clips/{event['clip']}/file").content == b"a clip"
        part = shared.browser.get(f"{shared.path}/clips/{event['clip']}/file", headers={"Range": "bytes=2-3"})
        assert (part.status_code, part.content) == (206, b"cl")
        assert shared.get(f"/snapshots/{event['other_snapshot']}/image").status_code == 404
        assert shared.get(f"/clips/{event['other_clip']}/file").status_code == 404
        assert shared.get(f"/stream/{streams[0]}/mjpeg").status_code == 404
        with shared.socket() as socket:
            socket.send(json.dumps({"type": "subscribe", "id": 1, "stream": streams[0]}))
            assert json.loads(socket.recv(5))["code"] == "stream.not_found"
        control = author.api.get(f"/api/clips/{event['other_clip']}/file")
        assert control.status_code == 200

    @pytest.mark.attack("A79", control=True)
    def test_every_other_path_is_closed(
        self, hub: ApiHub, author: Author, event: dict[str, Any], streams: tuple[str, str, str]
    ) -> None:
        shared = author.share(streams=list(streams)).opened()
        ids = {"stream_id": streams[0], "event_id": event["id"], "snapshot_id": event["snapshot"],
               "clip_id": event["clip"], "link_id": shared.made["id"]}  # fmt: skip
        opened = 0
        for route in all_routes():
            if not route.path.startswith("/api") or route.permission == "anonymous" or route.long_lived:
                continue
            status = ask(shared.browser, route, **ids).status_code
            if route.shared:
                opened += status == 200
            else:
                assert status == 401, f"{route.method} {route.path}: {status}"
        assert opened == 2, "what is shared, and the kept picture of a shared stream"

    @pytest.mark.attack("A58", control=True)
    def test_a_link_opens_no_other_link(self, author: Author, streams: tuple[str, str, str]) -> None:
        one, other = author.share(stream=streams[0]).opened(), author.share(stream=streams[1]).opened()
        assert one.browser.get(other.path).status_code == 401
        value = next(c.value for c in one.browser.cookies.jar)
        stolen = one.hub.client(Cookie=f"glimpser_share_{other.made['id']}={value}")
        assert stolen.get(other.path).status_code == 401
        for forged in (value[:-1] + ("A" if value[-1] != "A" else "B"), value.lower(), value + "=", "", "null", ":id"):
            client = one.hub.client(Cookie=f"glimpser_share_{one.made['id']}={forged}")
            assert client.get(one.path).status_code == 401, forged
        assert one.hub.client(Cookie=f"glimpser_share_{one.made['id']}={value}").get(one.path).status_code == 200
        # Both in one browser, beside somebody who is signed in: each path has its own visitor.
        one.browser.cookies.update(other.browser.cookies)
        one.browser.cookies.update(author.api.cookies)
        assert one.get().json()["streams"][0]["name"] == "Gate"
        assert one.browser.get(other.path).json()["streams"][0]["name"] == "Garden"
        assert one.browser.get("/api/me").json()["name"] == author.name

    @pytest.mark.attack("A62", control=True)
    def test_another_site_cannot_use_a_visitor(self, author: Author, streams: tuple[str, str, str]) -> None:
        shared = author.share(stream=streams[0]).opened()
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            with pytest.raises(InvalidStatus), shared.socket(**headers):
                pass
        with shared.socket(Origin=shared.hub.url):
            pass
        cookie = shared.open().headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie


class TestLayouts:
    """A shared wall is shown as it was arranged, as far as its visitors see it."""

    def tile(self, stream: str, **more: int) -> dict[str, Any]:
        return {"stream_id": stream, "x": 0, "y": 0, "w": 6, "h": 6, **more}

    def test_the_arrangement_is_told_to_visitors(self, hub: ApiHub, streams: tuple[str, str, str]) -> None:
        author = Author(hub)
        gate, garden, _ = streams
        tiles = [self.tile(gate), self.tile(garden, x=6)]
        layout = {"columns": 12, "rows": 6, "rotation_s": 20, "tiles": tiles}
        link = author.share(streams=[gate, garden], layout=layout).opened()
        assert link.browser.get(link.path).json()["layout"] == layout == link.made["layout"]
        # A stream that its author sees no more is on it no more.
        author.change(streams=[garden])
        link.opened()
        assert link.browser.get(link.path).json()["layout"]["tiles"] == [self.tile(garden, x=6)]

    def test_what_makes_no_sense_is_refused(self, hub: ApiHub, streams: tuple[str, str, str]) -> None:
        author = Author(hub)
        gate, garden, bedroom = streams
        for tiles, field in (
            ([self.tile(bedroom)], "/layout/tiles/0/stream_id"),
            ([self.tile(gate), self.tile(gate, x=6)], "/layout/tiles/1/stream_id"),
            ([self.tile(gate, x=7)], "/layout/tiles/0/w"),
        ):
            body = {"name": "x", "expires_at": later(), "streams": [gate, garden], "layout": {"tiles": tiles}}
            answer = author.api.post("/api/share-links", json=body)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, field)
        body = {"name": "x", "expires_at": later(), "stream": gate, "layout": {"tiles": [self.tile(gate)]}}
        assert author.api.post("/api/share-links", json=body).status_code == 409
