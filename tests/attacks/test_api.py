"""Attacks on the API that must fail. Each has a control: what would happen without the defence, or a good request."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from support.film import film

import glimpser
from tests.api.conftest import PASSWORD, ApiHub

CANARY = "canary-7f3e9b"
PAYLOADS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<svg><title><script>1</script>", "javascript:1",
    "'; DROP TABLE streams; --", "' OR '1'='1", "%' OR 1=1 --", "a_b%c", "]]>\"`'", "${7*7}{{7*7}}", "../../etc/passwd",
    "\u202egnp.exe", "= cmd|' /C calc'!A0",
)  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with a viewer who may sign in."""
    folder = tmp_path_factory.mktemp("attacks")
    made = ApiHub(folder / "data")
    made.film = film(folder / "film.mp4", seconds=3)
    made.start()
    made.person("victim", "admin")
    yield made
    made.stop()


def raw(hub: ApiHub, request: bytes, wait_s: float = 5.0) -> bytes:
    """What comes back for bytes that no client would send."""
    host, _, port = hub.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=wait_s) as connection:
        connection.sendall(request)
        try:
            return connection.recv(65536)
        except (TimeoutError, ConnectionError):
            return b""


class TestForeignPages:
    """Requests that another site's page makes with our cookie, and names that are not ours."""

    @pytest.fixture(scope="class")
    @classmethod
    def cookie(cls, hub: ApiHub) -> str:
        return "; ".join(f"{c.name}={c.value}" for c in hub.sign_in("victim").cookies.jar)

    @pytest.mark.attack("A63", control=True)
    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
         {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:1"}],
    )  # fmt: skip
    def test_change_nothing(self, hub: ApiHub, cookie: str, headers: dict[str, str]) -> None:
        browser, body = hub.client(Cookie=cookie), {"name": "From elsewhere"}
        for method, path in (("POST", "/api/stream-groups"), ("PATCH", "/api/settings"), ("DELETE", "/api/me/sessions"),
                             ("PUT", "/api/me/password"), ("POST", "/api/auth/login")):  # fmt: skip
            assert browser.request(method, path, json=body, headers=headers).status_code == 403, (method, path)
        control = browser.post("/api/stream-groups", json=body, headers={"Origin": hub.url})
        assert control.status_code == 201

    @pytest.mark.attack("A63")
    def test_cannot_send_json_as_a_form(self, hub: ApiHub, cookie: str) -> None:
        browser = hub.client(Cookie=cookie)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = browser.post("/api/stream-groups", content='{"name":"x"}', headers={"Content-Type": kind})
            assert answer.status_code == 415

    @pytest.mark.attack("A64")
    def test_cannot_point_their_own_name_at_the_hub(self, hub: ApiHub) -> None:
        for name in ("evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example"):
            assert hub.api.get("/api/streams", headers={"Host": name}).status_code == 400, name
        for headers in ({"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"},
                        {"X-Original-URL": "/api/plugins"}, {"Remote-User": "ada"}):  # fmt: skip
            assert hub.api.get("/api/streams", headers=headers).status_code == 200
            assert hub.client().get("/api/streams", headers=headers).status_code == 401

    def test_cannot_frame_or_sniff(self, hub: ApiHub) -> None:
        for path in ("/", "/api/streams", "/api/openapi.json", "/nowhere"):
            headers = hub.api.get(path).headers
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "Access-Control-Allow-Origin" not in headers


class TestNames:
    """Names that are programs elsewhere are text here."""

    @pytest.mark.attack("A50", control=True)
    def test_are_kept_and_found_as_they_are(self, hub: ApiHub) -> None:
        before = len(hub.streams())
        for name in PAYLOADS:
            stream = hub.watch(name, tags=[name])
            assert hub.stream(stream)["name"] == name
            found = hub.api.get("/api/streams", params={"search": name, "limit": 500}).json()
            assert stream in {s["id"] for s in found}, name
            assert all(name.casefold() in s["name"].casefold() for s in found), name
            hub.call("POST", "/api/events", {"stream_id": stream, "text": name})
            assert hub.api.get("/api/search", params={"q": name}).status_code == 200
        assert len(hub.streams()) == before + len(PAYLOADS)

    @pytest.mark.attack("A51", control=True)
    def test_search_takes_wildcards_at_their_word(self, hub: ApiHub) -> None:
        plain = hub.watch("plain name")
        for text in ("%", "_", "pl%n", "plain_name"):
            found = hub.api.get("/api/streams", params={"search": text, "limit": 500}).json()
            assert plain not in {s["id"] for s in found}, text
        control = hub.api.get("/api/streams", params={"search": "PLAIN n"}).json()
        assert plain in {s["id"] for s in control}

    @pytest.mark.attack("A50")
    @pytest.mark.parametrize("payload", PAYLOADS)
    def test_parameters_are_no_sql(self, hub: ApiHub, payload: str) -> None:
        for name in ("limit", "cursor", "stream", "type", "severity", "after", "order", "sort"):
            answer = hub.api.get("/api/events", params={name: payload})
            assert answer.status_code in (200, 404, 422), (name, answer.text)
            if answer.status_code == 200:
                assert answer.json() == []
        for path in ("/api/streams/", "/api/events/", "/api/plugins/"):
            assert hub.api.get(path + payload.replace("/", "%2F").replace("?", "%3F")).status_code == 404


class TestShapes:
    """Bodies that break parsers."""

    @pytest.mark.attack("A54", control=True)
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("[" * 100_000, 400), ('{"a":' * 100_000, 400), ('{"name":' + "[" * 65 + "]" * 65 + "}", 400), ("", 400),
            ('{"name": NaN}', 400), ('{"name": "\\ud800"}', 400), (b"\xff\xfe", 400), ("null", 422), ("1e999", 400),
            ('{"name": "' + "x" * 100_000 + '"}', 422), ('{"name":"a","name":3}', 422),
        ],
    )  # fmt: skip
    def test_are_refused(self, hub: ApiHub, body: Any, status: int) -> None:
        kind = {"Content-Type": "application/json"}
        for method, path in (("POST", "/api/stream-groups"), ("PATCH", "/api/settings")):
            answer = hub.api.request(method, path, content=body, headers=kind)
            assert answer.status_code in (status, 422), answer.text[:200]
        assert hub.api.post("/api/stream-groups", content='{"name":"good"}', headers=kind).status_code == 201

    def test_a_character_that_postgresql_does_not_keep_is_refused_by_name(self, hub: ApiHub) -> None:
        camera = {"name": "x", "kind": "ffmpeg", "enabled": False, "config": {"url": str(hub.film)}}
        for body, field in (
            ({"tags": ["good", "a\0b"]}, "/tags/1"), ({"config": {"url": "rtsp://h/\0"}}, "/config/url"),
            ({"config": {"url": str(hub.film), "a\0": 1}}, "/config"),
        ):  # fmt: skip
            answer = hub.api.post("/api/streams", json=camera | body)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
        assert hub.api.get("/api/search", params={"q": "a\0b"}).json()["errors"][0]["field"] == "/q"
        assert hub.api.post("/api/streams", json=camera | {"tags": ["\\u0000"]}).status_code == 201

    @pytest.mark.attack("A54")
    def test_too_much_is_refused_early(self, hub: ApiHub) -> None:
        answer = hub.api.post("/api/stream-groups", content=b" " * (17 * 1024 * 1024),
                              headers={"Content-Type": "application/json"})  # fmt: skip
        assert answer.status_code == 413

    @pytest.mark.attack("A54")
    @pytest.mark.parametrize(
        "head",
        [b"Content-Length: -1", b"Content-Length: 5\r\nContent-Length: 6", b"Transfer-Encoding: chunked, identity",
         b"Content-Length: 1e3", b"Transfer-Encoding: chunked\r\nContent-Length: 3"],
    )  # fmt: skip
    def test_smuggled_lengths_are_refused(self, hub: ApiHub, head: bytes) -> None:
        request = b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        answer = raw(hub, request + head + b"\r\n\r\n{}x", 3.0)
        assert not answer.startswith(b"HTTP/1.1 2"), answer[:200]
        assert hub.get("/healthz") == {"status": "ok"}

    @pytest.mark.attack("A31")
    @pytest.mark.parametrize(
        "path", ["//etc/passwd", "/static/../../hub.py", "/static/%2e%2e/%2e%2e/hub.py", "/static/..%2f..%2fhub.py",
                 "/api/%00", "/%c0%ae"]
    )  # fmt: skip
    def test_paths_lead_nowhere_else(self, hub: ApiHub, path: str) -> None:
        answer = raw(hub, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert answer.split(b" ", 2)[1] in (b"404", b"401", b"400"), answer[:200]

    @pytest.mark.control("A31")
    def test_a_path_that_is_only_joined_leads_there(self) -> None:
        static = Path(glimpser.__file__).parent / "pages" / "static"
        assert (static / unquote("%2e%2e/%2e%2e/hub.py")).resolve().is_file()
        assert (static / "/etc/passwd").is_file()


class TestSecrets:
    """Planted secrets come out nowhere."""

    @pytest.mark.attack("A77", control=True)
    def test_are_in_no_answer_log_or_table(self, hub: ApiHub) -> None:
        url = f"rtsp://root:{CANARY}@127.0.0.1:1/a?token={CANARY}"
        stream = hub.add("Secret", url)
        hub.call("PATCH", f"/api/streams/{stream}", {"config": {"url": url + "2"}}, **{"If-Match": "*"})
        hub.api.post("/api/streams", json={"name": "x", "kind": "ffmpeg", "config": {"url": url, "more": CANARY}})
        hub.api.post("/api/streams/test", json={"kind": "ffmpeg", "config": {"url": url, "nothing": CANARY}})
        hub.api.post("/api/streams/test", json={"url": url})
        hub.api.post("/api/auth/login", json={"name": "victim", "password": CANARY})
        for role in ("admin", "viewer"):
            client = hub.client(hub.person(f"reader-{role}", role))
            for path in (f"/api/streams/{stream}", "/api/streams?limit=500", "/api/streams/export",
                         f"/api/streams/{stream}/diagnostics", "/api/events?limit=500", "/api/settings", "/api/plugins",
                         "/api/system", "/api/health", "/api/search?q=Secret", "/api/timeline"):  # fmt: skip
                assert CANARY not in client.get(path).text, path
        assert CANARY not in hub.logged()
        with sqlite3.connect(hub.database) as rows:
            dump = "\n".join(rows.iterdump())
        assert CANARY not in dump
        assert "Secret" in dump
        assert hub.key not in dump
        assert PASSWORD not in dump
        for process in hub.children():
            assert CANARY not in json.dumps([process.cmdline(), process.environ()])

    def test_are_not_in_files_that_others_may_read(self, hub: ApiHub) -> None:
        for name in ("setup-done", "setup-token.json"):
            path: Path = hub.folder / name
            assert not path.exists() or path.stat().st_mode & 0o077 == 0, name
