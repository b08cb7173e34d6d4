"""Trying a stream with the password that the hub keeps, which goes to no other address than its own."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import av
import pytest

from .conftest import ApiHub

KEPT = "Basic " + base64.b64encode(b"viewer:a kept password").decode()


class Camera:
    """An HTTP server with a picture; ``heard``: what proved who asks."""

    def __init__(self, port: int) -> None:
        self.url, self.heard = f"http://127.0.0.1:{port}/picture.jpg", list[str | None]()


@contextmanager
def camera() -> Iterator[Camera]:
    codec = cast("av.VideoCodecContext", av.CodecContext.create("mjpeg", "w"))
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 64, 48, "yuvj420p", Fraction(1, 1)
    picture = bytes(codec.encode(av.VideoFrame(64, 48, "yuvj420p"))[0])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.heard.append(self.headers["Authorization"])
            if self.headers["Authorization"] is None:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(picture)))
            self.end_headers()
            self.wfile.write(picture)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Camera(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def cameras() -> Iterator[tuple[Camera, Camera]]:
    """The stream's, and one that would like to know its password."""
    with camera() as own, camera() as other:
        yield own, other


@pytest.mark.attack("A20", "A26", control=True)
def test_a_kept_password_goes_to_its_own_address_alone(hub: ApiHub, cameras: tuple[Camera, Camera]) -> None:
    own, other = cameras
    config = {"url": own.url, "username": "viewer", "password": "a kept password"}
    made = hub.call("POST", "/api/streams", {"name": "Kept", "kind": "http", "config": config, "enabled": False})

    def tried(**patch: Any) -> Any:
        return hub.call("POST", f"/api/streams/{made['id']}/test", {"config": patch})

    # As it is kept, and with another path at the same address, with the mask sent along or not.
    for patch in ({}, {"password": "********"}, {"url": own.url + "?large=1"}):
        own.heard.clear()
        found = tried(**patch)
        assert (found["ok"], own.heard[-1]) == (True, KEPT), found
        assert found["preview"].startswith("data:image/jpeg;base64,")
        assert "a kept password" not in str(found)

    # Elsewhere nothing of it is heard, and nothing is even asked; the password is named that has to be entered anew.
    for url in (other.url, own.url.replace("127.0.0.1", "localhost"), own.url.replace("http:", "https:"),
                other.url.replace("//", "//viewer:********@")):  # fmt: skip
        for more in ({}, {"password": "********"}):
            own.heard.clear()
            found = tried(url=url, **more)
            assert (found["ok"], found["errors"][0]["code"]) == (False, "secret_required"), (url, found)
            assert (own.heard, other.heard) == ([], [])

    # What is typed in goes where it was typed for.
    found = tried(url=other.url, password="another one")
    assert found["ok"], found
    assert other.heard[-1] == "Basic " + base64.b64encode(b"viewer:another one").decode()
    assert hub.get(f"/api/streams/{made['id']}")["config"]["url"] == own.url, "nothing is kept"

    # Nothing shows what is painted over everywhere else.
    privacy = {"name": "Window", "kind": "privacy", "polygon": [[0, 0], [1, 0], [1, 1]]}
    hub.call("PATCH", f"/api/streams/{made['id']}", {"regions": [privacy]}, **{"If-Match": "*"})
    found = tried()
    assert (found["ok"], found["preview"]) == (True, None)


@pytest.mark.attack("A20", "A26", control=True)
def test_what_the_hub_has_is_lent_by_who_may_change_its_settings(hub: ApiHub, cameras: tuple[Camera, Camera]) -> None:
    """Who configures a stream chooses its address, and with ``$file`` what is sent there."""
    own, other = cameras
    kept = hub.folder / "secrets"
    kept.mkdir(exist_ok=True)
    (kept / "camera").write_text("a borrowed password\n")
    borrowed = {"$file": str(kept / "camera")}
    config = {"url": own.url, "username": "viewer", "password": borrowed}
    made = hub.call("POST", "/api/streams", {"name": "Lent", "kind": "http", "config": config, "enabled": False})
    plain = hub.call("POST", "/api/streams", {"name": "Plain", "kind": "http", "enabled": False,
                                              "config": {"url": own.url}})  # fmt: skip
    tess = hub.client(hub.person("tess", "viewer"))
    grant = {"grants": [{"user": tess.get("/api/me").json()["id"], "permissions": ["streams.configure"]}]}
    for stream in (made, plain):
        hub.call("PUT", f"/api/streams/{stream['id']}/permissions", grant)

    def asked(method: str, path: str, body: Any) -> tuple[int, Any]:
        answer = tess.request(method, f"/api/streams/{path}", json=body, headers={"If-Match": "*"})
        return answer.status_code, answer.json().get("params", {}).get("permission")

    taken = {"url": other.url, "username": "x", "password": borrowed}
    refused = (403, "settings.change")
    for body in (
        taken,
        {"url": other.url},
        {"url": other.url, "password": {"$file": str(kept / "another")}},
        {"headers": {"X": borrowed}},
    ):
        assert asked("POST", f"{made['id']}/test", {"config": body}) == refused, body
        assert asked("PATCH", made["id"], {"config": body}) == refused, body
    for body in (taken, {"password": borrowed}, {"url": borrowed}):
        assert asked("POST", f"{plain['id']}/test", {"config": body}) == refused, body
        assert asked("PATCH", plain["id"], {"config": body}) == refused, body
    assert asked("PATCH", plain["id"], {"kind": "http", "config": taken}) == refused
    assert asked("PATCH", plain["id"], {"analyzers": {"motion": {"sensitivity": borrowed}}}) == refused
    assert (own.heard, other.heard) == ([], [])

    # The control: it goes where it went, and a typed one goes anywhere; who may change settings lends it.
    assert asked("PATCH", made["id"], {"config": {"url": own.url + "?large=1"}, "name": "Still lent"}) == (200, None)
    assert tess.post(f"/api/streams/{made['id']}/test", json={"config": {}}).json()["ok"]
    assert own.heard[-1] == "Basic " + base64.b64encode(b"viewer:a borrowed password").decode()
    assert asked("PATCH", plain["id"], {"config": {"url": other.url, "password": "typed"}}) == (200, None)
    assert hub.call("POST", f"/api/streams/{plain['id']}/test", {"config": taken})["ok"]
    assert hub.call("POST", "/api/streams/test", {"kind": "http", "config": taken})["ok"]
