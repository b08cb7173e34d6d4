"""Something kept of a stream, young and old, and those who ask all paths for it."""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from glimpser_sdk.ids import new_id
from tests.api.conftest import PASSWORD, ApiHub

NOW = datetime.now(UTC)
_numbers = itertools.count()


@dataclass
class Kept:
    """What is kept of a stream from one time, by the parameter of a path that names it."""

    stream_id: str
    ids: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)

    def in_(self, text: str) -> set[str]:
        """What of it a text gives away."""
        return {found for found in (*self.ids.values(), *self.texts) if found in text}


@dataclass
class World:
    """``door`` is watched, and has something old and something young; ``bedroom`` is in a private group alone."""

    door: str
    old: Kept
    young: Kept
    bedroom: Kept


class Restricted:
    """Somebody with a key of their own, and their browser."""

    def __init__(self, hub: ApiHub, role: str = "operator", **restrictions: Any) -> None:
        self.name = f"r{next(_numbers)}"
        body = {"name": self.name, "password": PASSWORD, "role": role, "restrictions": restrictions}
        self.account = hub.call("POST", "/api/users", body)
        self.id = str(self.account["id"])
        self.browser = hub.sign_in(self.name)
        made = self.browser.post("/api/api-keys", json={"name": "own"})
        self.key = str(made.json()["key"])
        self.program = hub.client(self.key)


def keep(hub: ApiHub, stream: str, at: datetime, text: str) -> Kept:
    """An event with its activity, picture, clip, note and entries in the log, as if all were of that time."""
    event = hub.call("POST", "/api/events", {"stream_id": stream, "text": text, "started_at": at.isoformat()})
    note = hub.call("POST", "/api/p/notes", {"stream_id": stream, "text": f"note of {text}"})
    stamp, snapshot, clip = at.isoformat(sep=" ", timespec="microseconds"), new_id(), new_id()
    for name in (f"{snapshot}.jpg", f"{clip}.mp4"):
        (hub.folder / "media").mkdir(exist_ok=True)
        (hub.folder / "media" / name).write_bytes(text.encode())
    with sqlite3.connect(hub.database, timeout=30) as rows:
        rows.execute("INSERT INTO snapshots (id, node_id, stream_id, event_id, feed, kind, captured_at, width, height,"
                     " size_bytes, path, sha256, data) VALUES (?, '', ?, ?, 'main', 'capture', ?, 1, 1, 1, ?, ?, '{}')",
                     (snapshot, stream, event["id"], stamp, f"{snapshot}.jpg", snapshot))  # fmt: skip
        rows.execute("INSERT INTO media_files (id, node_id, stream_id, event_id, activity_id, kind, started_at,"
                     " ended_at, size_bytes, path, content_type, codec, state)"
                     " VALUES (?, '', ?, ?, ?, 'clip', ?, ?, 1, ?, 'video/mp4', 'h264', 'ready')",
                     (clip, stream, event["id"], event["activity_id"], stamp, stamp, f"{clip}.mp4"))  # fmt: skip
        rows.execute("UPDATE events SET snapshot_id = ?, clip_id = ? WHERE id = ?", (snapshot, clip, event["id"]))
    ids = {"event_id": event["id"], "activity_id": event["activity_id"], "snapshot_id": snapshot, "clip_id": clip,
           "note_id": note["id"]}  # fmt: skip
    return Kept(stream, ids, {text})


SOME_ID = "01M7YW8X72E3JAZDG68NWJCPQ2"
ENDLESS = {"/api/stream/{stream_id}/mjpeg", "/api/events/stream"}
MORE = ("/api/search?q=theirs", "/api/search?q=reported", "/api/search?q=bed", "/api/search?q=note",
        "/api/streams?status=active",
        "/api/events?type=external.reported", "/api/activities?type=external.reported",
        "/api/activities?reviewed=false", "/api/activities?format=csv", "/api/activities?format=jsonl",
        "/api/timeline?after={day}", "/api/streams?group={group_id}",
        "/api/events?stream={stream_id}",
        "/api/streams/{stream_id}/snapshots?limit=1", "/api/stream/{stream_id}/recent-snapshots?n=100",
        "/api/stream/{stream_id}/snapshot?fresh=true&w=320", "/api/p/notes?stream={stream_id}")  # fmt: skip


def asked(hub: ApiHub, client: httpx.Client, kept: Kept) -> Iterator[tuple[str, httpx.Response]]:
    """Every path that is read, with every id of ``kept`` in its place."""
    others = dict.fromkeys(("role_id", "user_id", "key_id", "session_id", "plugin_id", "link_id", "provider"), SOME_ID)
    names = {**others, "group_id": SOME_ID, "stream_id": kept.stream_id, **kept.ids,
             "day": (NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")}  # fmt: skip
    paths = [path for path, methods in hub.get("/api/openapi.json")["paths"].items() if "get" in methods]
    for path in (*paths, *MORE):
        if path not in ENDLESS:
            asking = path.format(**names)  # KeyError: name an object for the new parameter in keep()
            yield path, client.get(asking)


class Heard:
    """What somebody hears of the feed from its beginning."""

    def __init__(self, hub: ApiHub, key: str, through: str) -> None:
        self.said = ""
        self._open = True
        self._hub, self._headers = hub, {"Authorization": f"Bearer {key}"}
        threading.Thread(target=self._sse if through == "sse" else self._socket, daemon=True).start()

    def _sse(self) -> None:
        url = f"{self._hub.url}/api/events/stream?after=0"
        with suppress(httpx.HTTPError), httpx.stream("GET", url, headers=self._headers, timeout=30) as feed:
            for line in feed.iter_lines():
                self.said += line
                if not self._open:
                    return

    def _socket(self) -> None:
        url = self._hub.url.replace("http", "ws") + "/api/ws"
        with suppress(ConnectionClosed), connect(url, additional_headers=self._headers) as socket:
            socket.send(json.dumps({"type": "feed", "after": 0}))
            while self._open:
                try:
                    self.said += str(socket.recv(1))
                except TimeoutError:
                    continue

    def close(self) -> None:
        self._open = False
