"""People who share, and visitors of what they share."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from .conftest import PASSWORD, ApiHub

_numbers = itertools.count()
ANY = {"If-Match": "*"}
OPEN = "/api/auth/links/share"
SECRET = "a lantern over nine bridges"


def later(seconds: float = 3600.0) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


class Author:
    """Somebody who shares; ``id`` of their account."""

    def __init__(self, hub: ApiHub, role: str = "operator", **more: Any) -> None:
        self.hub = hub
        self.name = f"author{next(_numbers)}"
        body = {"name": self.name, "password": PASSWORD, "role": role, **more}
        self.id = str(hub.call("POST", "/api/users", body)["id"])
        self.api = hub.sign_in(self.name)

    def share(self, **what: Any) -> Shared:
        """A link, and a browser that has not opened it yet."""
        answer = self.api.post("/api/share-links", json={"name": "For the neighbours", "expires_at": later(), **what})
        assert answer.status_code == 201, answer.text
        return Shared(self.hub, answer.json())

    def change(self, **what: Any) -> None:
        self.hub.call("PATCH", f"/api/users/{self.id}", what, **ANY)


class Shared:
    """A link in a browser of a visitor."""

    def __init__(self, hub: ApiHub, made: dict[str, Any]) -> None:
        self.made, self.path, self.token = made, f"/api/shared/{made['id']}", made["link"].partition("#")[2]
        self.hub = hub
        self.browser = hub.client()

    def open(self, **more: str) -> httpx.Response:
        return self.browser.post(OPEN, json={"token": self.token, **more})

    def opened(self, **more: str) -> Shared:
        answer = self.open(**more)
        assert answer.status_code == 200, answer.text
        return self

    @property
    def cookie(self) -> str:
        return "; ".join(f"{c.name}={c.value}" for c in self.browser.cookies.jar)

    def get(self, path: str = "") -> httpx.Response:
        return self.browser.get(self.path + path)

    @contextmanager
    def socket(self, **headers: str) -> Iterator[ClientConnection]:
        url = self.hub.url.replace("http", "ws") + self.path + "/ws"
        with connect(url, additional_headers={"Cookie": self.cookie, "Origin": self.hub.url, **headers}) as socket:
            assert json.loads(socket.recv(5))["type"] == "hello"
            yield socket

    def closes(self, socket: ClientConnection, within_s: float = 1.0) -> bool:
        """Whether the hub hangs up in time."""
        end = time.monotonic() + within_s
        try:
            while True:
                socket.recv(max(0.01, end - time.monotonic()))
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False


class Watching(threading.Thread):
    """Somebody who watches MJPEG; ``ended`` once the hub hung up."""

    def __init__(self, shared: Shared, stream: str) -> None:
        super().__init__(daemon=True)
        self._client, self._path = shared.browser, f"{shared.path}/stream/{stream}/mjpeg"
        self.seen, self.ended = threading.Event(), threading.Event()
        self.start()
        assert self.seen.wait(10)

    def run(self) -> None:
        try:
            with self._client.stream("GET", self._path) as answer:
                for _ in answer.iter_raw():
                    self.seen.set()
        except httpx.HTTPError:
            pass
        self.ended.set()
