"""A hub with people of every kind, two live streams, and something of everything on each of them.

``own`` is the stream that limited people have; ``other`` is one that they must know nothing of.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from support.film import film
from support.hub import until
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from glimpser.identity import tokens
from glimpser_sdk.ids import new_id
from tests.api.conftest import PASSWORD, ApiHub

PLACES = ("own", "other")
MARK = "Xylophone"
"""In the name of the other stream and in nothing else, so that its text is known wherever it comes out."""
COOKIE = "glimpser_session"


@dataclass
class Place:
    """A stream and what belongs to it."""

    stream: str
    ids: dict[str, str] = field(default_factory=dict)


class World:
    """See the module. ``people``: a client for each kind of principal; ``users``: ids of those with an account."""

    def __init__(self, folder: Path) -> None:
        self.hub = ApiHub(folder / "data")
        # A provider of sign-in that does not answer: what it would lead to is tested beside a real one.
        provider = {
            "id": "home",
            "title": "Home",
            "issuer": "http://127.0.0.1:9",
            "client_id": "c",
            "insecure_http": True,
        }
        self.hub.environment["GLIMPSER_OIDC__PROVIDERS"] = json.dumps([provider])
        self.hub.film = film(folder / "film.mp4", seconds=4)
        self.stack = ExitStack()
        self.people: dict[str, httpx.Client] = {}
        self.users: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.places: dict[str, Place] = {}
        self.visitors: dict[str, httpx.Client] = {}
        self.links: dict[str, str] = {}
        self.token = ""
        self._settled: dict[str, list[str]] = {name: [] for name in PLACES}
        self.role = self._scoped = ""
        self._number = 0

    # --- making

    def start(self) -> World:
        """The hub, its streams, people and objects."""
        self.hub.start()
        self.admin = self.people["admin"] = self._person("admin")
        for name in PLACES:
            self.places[name] = Place(self.stream(f"{MARK if name == 'other' else 'Door'} {name}", enabled=True))
        own = self.places["own"].stream
        self.role = self.call(
            "POST",
            "/api/roles",
            {
                "name": "Porter",
                "base": "guest",
                "rank": 20,
                "permissions": [
                    "streams.view",
                    "streams.control",
                    "events.view",
                    "activities.review",
                    "media.delete",
                    "system.view",
                ],
            },
        )["id"]
        self.people |= {
            "anonymous": self.hub.client(),
            "guest": self._person("guest"),
            "limited": self._person("limited", "viewer", streams=[own]),
            "viewer": self._person("viewer"),
            "operator": self._person("operator"),
            "custom": self._person("custom", self.role),
        }
        self._person("spare", "viewer")
        self._person("keeper", "operator")
        self._settled["own"].append(self.users["guest"])
        self._grant(own, "own")
        self.people["key"] = self.hub.client(self.key("keeper", scopes=["streams.view", "events.view"], streams=[own]))
        self._scoped = self.keys["keeper"]
        self.people["expired"] = self.hub.client(self.key("admin", expired=True))
        self.hub.active(*(place.stream for place in self.places.values()))
        for place in self.places.values():
            place.ids |= {
                name: getattr(self, name)(place.stream) for name in ("event", "snapshot", "clip", "group", "note")
            }
            place.ids["activity"] = self.call("GET", f"/api/events/{place.ids['event']}")["activity_id"]
        self._share()
        return self

    def _share(self) -> None:
        """A visitor of a link for each stream, and of one for each event with its clip."""
        for name, place in self.places.items():
            with self._database() as rows:
                rows.execute("UPDATE events SET clip_id = ? WHERE id = ?", [place.ids["clip"], place.ids["event"]])
            for visitor, what in ((name, {"stream": place.stream}), (f"{name} event", {"event": place.ids["event"]})):
                made = self.link(**what)
                self.links[visitor], self.token = made["id"], made["link"].partition("#")[2]
                self.visitors[visitor] = client = self.hub.client()
                opened = client.post("/api/auth/links/share", json={"token": self.token})
                assert opened.status_code == 200, opened.text
        self.people["share"] = self.visitors["own"]

    def link(self, **what: str) -> Any:
        """A new share link."""
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        return self.call("POST", "/api/share-links", {"name": self.fresh("link"), "expires_at": ends, **what})

    def share_of(self, name: str) -> str:
        """The id of a new share link of somebody, whether or not they could make it."""
        identifier = str(self.link(stream=self.places["own"].stream)["id"])
        with self._database() as rows:
            rows.execute("UPDATE share_links SET user_id = ? WHERE id = ?", [self.users[name], identifier])
        return identifier

    def stop(self) -> None:
        """Everything ends."""
        self.stack.close()
        self.hub.stop()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What an administrator is answered."""
        answer = self.admin.request(method, path, json=body, headers={"If-Match": "*"})
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def _person(self, name: str, role: str = "", **more: Any) -> httpx.Client:
        """Somebody who is signed in with a browser."""
        if name == "admin":
            self.hub.create_user(name, "admin")
        else:
            self.users[name] = self.user(name, role or name, **more)
        client = self.hub.sign_in(name)
        if name == "admin":
            self.users[name] = client.get("/api/me").json()["id"]
        return client

    def settle(self, name: str, role: str, place: str) -> None:
        """Somebody new, whose role holds on the stream of a place, and on those that stand in for it."""
        self.people[name] = self._person(name, role)
        self._settled[place].append(self.users[name])
        self._grant(self.places[place].stream, place)

    def grant(self, place: str) -> None:
        """Give everybody back what they may do at a place."""
        self._grant(self.places[place].stream, place)

    def _grant(self, stream: str, place: str) -> None:
        """Say who may do what they may do on the stream of a place."""
        grants = [{"user": user, "permissions": ["streams.view"]} for user in self._settled[place]]
        if place == "own":
            grants.append({"role": self.role, "permissions": ["streams.view"]})
        self.call("PUT", f"/api/streams/{stream}/permissions", {"grants": grants})

    def prove(self) -> None:
        """Everybody proved just now who they are, so that dangerous things are a question of rights alone."""
        with self._database() as rows:
            rows.execute("UPDATE sessions SET step_up_at = ?", [_stored(datetime.now(UTC))])

    def renew(self, name: str) -> None:
        """Sign somebody in again whose sessions ended."""
        client = self.people.get(name)
        if name in self.users and client is not None and client.get("/api/me").status_code == 401:
            client.cookies.clear()
            client.cookies.set(COOKIE, self.session(name)[1])

    # --- objects, each new

    def fresh(self, word: str = "new") -> str:
        """A name that nothing has yet."""
        self._number += 1
        return f"{word}-{self._number}"

    def user(self, name: str = "", role: str = "viewer", **more: Any) -> str:
        """The id of a new user."""
        body = {"name": name or self.fresh("user"), "password": PASSWORD, "role": role, **more}
        return str(self.call("POST", "/api/users", body)["id"])

    def stream(self, name: str = "", *, enabled: bool = False) -> str:
        """The id of a new stream of the film."""
        body = {"name": name or self.fresh("stream"), "kind": "ffmpeg", "config": {"url": str(self.hub.film)},
                "enabled": enabled, "analyzers": {}, "sinks": {}}  # fmt: skip
        return str(self.call("POST", "/api/streams", body)["id"])

    def stand_in(self, target: str) -> str:
        """The id of a new stream on which everybody may do what they may do on ``target``."""
        made = self.stream()
        self._grant(made, target)
        if target == "own":
            own = self.places["own"].stream
            self.call("PATCH", f"/api/users/{self.users['limited']}", {"streams": [own, made]})
            with self._database() as rows:
                rows.execute("UPDATE api_keys SET streams = ? WHERE id = ?", [json.dumps([own, made]), self._scoped])
        return made

    def event(self, stream: str) -> str:
        """The id of a new event."""
        return str(self.call("POST", "/api/events", {"stream_id": stream, "text": self.fresh("event")})["id"])

    def snapshot(self, stream: str) -> str:
        """The id of a new kept picture."""
        return str(self.call("POST", f"/api/streams/{stream}/snapshots", {"fresh": False})["id"])

    def clip(self, stream: str) -> str:
        """The id of a new clip: its row and its file, as the sink of clips leaves them."""
        identifier, now = new_id(), datetime.now(UTC)
        path = f"clips/{now:%Y/%m/%d}/{identifier}.mp4"
        file = self.hub.folder / "media" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.hub.film.read_bytes())
        values = {"id": identifier, "node_id": "", "stream_id": stream, "kind": "clip", "started_at": _stored(now),
                  "ended_at": _stored(now), "size_bytes": file.stat().st_size, "path": path, "state": "ready",
                  "content_type": "video/mp4", "codec": "h264"}  # fmt: skip
        self._insert("media_files", values)
        return identifier

    def group(self, stream: str, *, private: bool = False) -> str:
        """The id of a new group with one stream."""
        body = {"name": self.fresh("group"), "streams": [stream], "private": private}
        return str(self.call("POST", "/api/stream-groups", body)["id"])

    def note(self, stream: str) -> str:
        """The id of a new note."""
        return str(self.call("POST", "/api/p/notes", {"stream_id": stream, "text": self.fresh("note")})["id"])

    def wall_of(self, name: str) -> str:
        """The id of a new saved wall of somebody, whether or not they could make it, which everybody may see."""
        made, now = new_id(), _stored(datetime.now(UTC))
        own = {"stream_id": self.places["own"].stream, "x": 0, "y": 0, "w": 6, "h": 4}
        self._insert("dashboard_walls", {
            "id": made, "name": self.fresh("wall"), "owner_id": self.users[name], "owner_name": name,
            "visibility": "shared", "role": "", "layout": json.dumps({"tiles": [own]}), "version": 1,
            "created_at": now, "updated_at": now})  # fmt: skip
        return made

    def viewer(self, stream: str) -> str:
        """The id of a new live view."""
        before = {v["id"] for v in self.call("GET", "/api/live-sessions")}
        self.stack.enter_context(self.admin.stream("GET", f"/api/stream/{stream}/mjpeg?fps=0.1"))
        return str(until(lambda: {v["id"] for v in self.call("GET", "/api/live-sessions")} - before, 10).pop())

    def session(self, name: str) -> tuple[str, str]:
        """The id and the cookie of a new session of somebody who signed in before."""
        with self._database() as rows:
            rows.row_factory = sqlite3.Row
            found = rows.execute("SELECT * FROM sessions WHERE user_id = ? LIMIT 1", [self.users[name]]).fetchone()
        token, identifier = tokens.random_token(), new_id()
        now = _stored(datetime.now(UTC))
        self._insert("sessions", dict(found) | {
            "id": identifier, "token_hash": tokens.digest(token), "revoked_at": None, "created_at": now,
            "last_seen_at": now, "step_up_at": now})  # fmt: skip
        return identifier, token

    def identity(self, name: str) -> str:
        """The id of a new link of somebody to a provider."""
        made, now = new_id(), _stored(datetime.now(UTC))
        self._insert("user_identities", {
            "id": made, "user_id": self.users[name], "issuer": "https://elsewhere.example", "subject": made,
            "name": name, "created_at": now})  # fmt: skip
        return made

    def browser(self, name: str) -> httpx.Client:
        """Another browser of somebody who signed in before."""
        return self.hub.client(Cookie=f"{COOKIE}={self.session(name)[1]}")

    def owner(self, who: str) -> str:
        """Whose account a principal belongs to; a spare one for who has none."""
        return who if who in self.users else {"key": "keeper"}.get(who, "spare")

    def again(self, who: str) -> httpx.Client:
        """Another client of any principal, for what changes or ends that by which it is known."""
        return self.browser(who) if who in self.users else self.hub.client(**credentials(self.people[who]))

    def key(self, owner: str, *, scopes: list[str] | None = None, streams: list[str] | None = None,
            expired: bool = False) -> str:  # fmt: skip
        """A new key; its id is the last of ``keys`` of the owner."""
        client = self.admin if owner == "admin" else self.browser(owner)
        body = {"name": self.fresh("key"), "scopes": scopes or [], "streams": streams}
        made = client.post("/api/api-keys", json=body)
        assert made.status_code == 201, made.text
        self.keys[owner] = str(made.json()["id"])
        if expired:
            past = _stored(datetime.now(UTC) - timedelta(hours=1))
            with self._database() as rows:
                rows.execute("UPDATE api_keys SET expires_at = ? WHERE id = ?", [past, self.keys[owner]])
        return str(made.json()["key"])

    # --- the database

    def _database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.hub.database, timeout=30)

    def _insert(self, table: str, values: dict[str, Any]) -> None:
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        with self._database() as rows:
            rows.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values()))  # noqa: S608


def _stored(at: datetime) -> str:
    """A time as the database keeps it."""
    return at.isoformat(sep=" ")


def knock(url: str, client: httpx.Client) -> int:
    """The status of a WebSocket's opening."""
    try:
        with connect(url, additional_headers=credentials(client)):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


def credentials(client: httpx.Client) -> dict[str, str]:
    """The headers by which a client is known, for what cannot use the client itself; and those of our own pages."""
    headers = {"Origin": str(client.base_url).rstrip("/")}
    headers |= {name: client.headers[name] for name in ("Authorization", "Cookie") if name in client.headers}
    if client.cookies:
        headers["Cookie"] = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    return headers
