"""What foreign pages, caches and texts try at the front door: sockets, ways back, kept answers, forged log lines."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from io import StringIO
from urllib.parse import quote, urljoin, urlsplit

import httpx
import pytest

from tests.api.conftest import ApiHub
from tests.api.test_description import add

Figure = Callable[[str, str], None]
FORGED = '{"level":"critical","event":"forged-line"}'
BOOM = """        @blueprint.get("/boom/<name>")
        async def boom(name):
            ctx.log.warning(f"asked by {request.headers.get('User-Agent')} for {name}")
            raise RuntimeError(name)
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with a plugin that logs what it is asked."""
    folder = tmp_path_factory.mktemp("front")
    add(folder / "site", "noisy", extra=BOOM)
    routes = folder / "site" / "glimpser_noisy" / "plugin.py"
    routes.write_text(
        routes.read_text().replace(
            'RouteSpec(path="/things",',
            'RouteSpec(path="/boom/<name>", methods=("GET",), permission="noisy.use"),\n'
            '            RouteSpec(path="/things",',
        )
    )
    made = ApiHub(folder / "data")
    made.environment |= {"PYTHONPATH": str(folder / "site"), "GLIMPSER_LOG_FORMAT": "json"}
    made.start()
    made.person("victim", "admin")
    made.add("quiet", "rtsp://127.0.0.1:554/", enabled=False)
    yield made
    made.stop()


def open_socket(hub: ApiHub, **headers: str) -> int:
    """The status of a WebSocket's beginning."""
    own = urlsplit(hub.url)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = {
        "Host": own.netloc,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
    } | headers
    with socket.create_connection((str(own.hostname), int(own.port or 0)), timeout=10) as connection:
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection.sendall(f"GET /api/ws HTTP/1.1\r\n{text}\r\n".encode())
        return int(connection.recv(4096).split(b" ", 2)[1])


@pytest.mark.attack("A62", control=True)
def test_a_websocket_of_another_site_is_refused(hub: ApiHub, figure: Figure) -> None:
    cookie = "; ".join(f"{c.name}={c.value}" for c in hub.sign_in("victim").cookies.jar)
    own, port = hub.url, urlsplit(hub.url).port
    origins = [
        "http://evil.example",
        "null",
        f"{own}.evil.example",
        f"http://evil.example:{port}",
        "http://127.0.0.1",
        f"http://127.0.0.1:{port}@evil.example",
        f"http://localhost:{port}",
        "",
        f"file://127.0.0.1:{port}",
        f"http://127.0.0.1:{port}1",
        "chrome-extension://abcdef",
        f"http://evil.example/{own}",
    ]
    refused = [open_socket(hub, Cookie=cookie, Origin=origin) for origin in origins]
    refused.append(open_socket(hub, Cookie=cookie))
    for site in ("cross-site", "same-site"):
        refused.append(open_socket(hub, Cookie=cookie, Origin=own, **{"Sec-Fetch-Site": site}))
    refused.append(open_socket(hub, Cookie=cookie, Origin=own, Host="evil.example"))
    figure("sockets of other sites", f"{sum(status in (400, 403) for status in refused)}/{len(refused)} refused")
    assert set(refused) <= {400, 403}, refused
    assert open_socket(hub, Cookie=cookie, Origin=own) == 101
    assert open_socket(hub, Authorization=f"Bearer {hub.key}") == 101


@pytest.mark.attack("A64", control=True)
def test_headers_that_only_a_proxy_may_send_mean_nothing(hub: ApiHub) -> None:
    """Nobody becomes somebody, comes from elsewhere, or reaches another path."""
    client = hub.sign_in("victim")
    spoofed = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9;proto=https",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Remote-User": "ada",
        "X-Remote-User": "ada",
        "X-Original-URL": "/api/users",
        "X-Rewrite-URL": "/api/users",
        "X-HTTP-Method-Override": "DELETE",
        "CF-Connecting-IP": "203.0.113.9",
        "True-Client-IP": "203.0.113.9",
        "X-Forwarded-Prefix": "/x",
    }
    anyone = hub.client(**spoofed)
    assert anyone.get("/api/streams").status_code == 401
    assert anyone.get("/healthz").json() == {"status": "ok"}
    again = hub.sign_in("victim", **spoofed)
    assert not any(cookie.secure for cookie in again.cookies.jar)
    addresses = {session["address"] for session in client.get("/api/me/sessions").json()}
    assert addresses == {"127.0.0.1"}


@pytest.mark.attack("A69", control=True)
def test_the_way_back_from_a_sign_in_stays_here(hub: ApiHub, figure: Figure) -> None:
    ways = [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "/%0d%0aSet-Cookie:x=y".replace("%0d%0a", "\r\n"),
        "javascript:alert(1)",
        "evil.example",
        "",
        "/\tevil",
        "///evil.example",
        "/\u2028",
        "http:\\\\evil.example",
        " //evil.example",
        "/\n/evil.example",
        "data:text/html,x",
        "/" + "a" * 600,
    ]
    anyone = hub.client()
    refused = [anyone.get("/api/auth/sso/any", params={"next": way}).status_code for way in ways]
    figure("ways back that lead elsewhere", f"{refused.count(422)}/{len(ways)} refused")
    assert set(refused) == {422}, dict(zip(ways, refused, strict=True))
    # A path of this hub passes, as far as there is a provider.
    assert anyone.get("/api/auth/sso/any", params={"next": "/events?type=x#y"}).status_code == 404
    # Where they are only joined, as a browser does it, they lead away.
    away = [urljoin(hub.url, way.strip().replace("\\", "/")) for way in ways[:4]]
    assert [urlsplit(url).hostname for url in away] == ["evil.example"] * 4


class Cache:
    """A cache between many people and the hub, which keeps what it may; ``careless``: whatever it gets."""

    def __init__(self, careless: bool) -> None:
        self._careless = careless
        self._kept: dict[str, httpx.Response] = {}

    def get(self, client: httpx.Client, path: str) -> httpx.Response:
        if path not in self._kept:
            answer = client.get(path)
            may = not any(word in answer.headers.get("Cache-Control", "") for word in ("no-store", "private"))
            if answer.is_success and "Set-Cookie" not in answer.headers and (may or self._careless):
                self._kept[path] = answer
            return answer
        return self._kept[path]


@pytest.mark.attack("A78", control=True)
def test_no_answer_is_kept_for_somebody_else(hub: ApiHub, figure: Figure) -> None:
    described = hub.get("/api/openapi.json")["paths"]
    endless = ("/mjpeg", "/events/stream", "/api/ws")
    stream = next(iter(hub.streams()))
    paths = [
        path.replace("{stream_id}", stream)
        for path, operations in described.items()
        if "get" in operations and not path.endswith(endless)
    ] + ["/", "/events", "/login", "/static/app.css"]
    paths = [path for path in paths if "{" not in path]
    admin, anyone = hub.sign_in("victim"), hub.client()
    leaks: dict[bool, list[str]] = {}
    for careless in (False, True):
        cache, leaks[careless] = Cache(careless), []
        for path in paths:
            first = cache.get(admin, path)
            direct, second = anyone.get(path), cache.get(anyone, path)
            if first.is_success and second.status_code != direct.status_code:
                leaks[careless].append(path)
    figure(
        "answers kept for somebody else", f"{len(leaks[False])} of {len(paths)}, by a careless cache {len(leaks[True])}"
    )
    assert leaks[False] == []
    assert len(leaks[True]) > 20
    for path in paths:
        if anyone.get(path).status_code == 401:
            assert admin.get(path).headers["Cache-Control"] == "private, no-store", path


@pytest.mark.attack("A49", control=True)
def test_no_text_forges_a_line_of_the_log(hub: ApiHub, figure: Figure) -> None:
    breaks = [
        "\n",
        "\r\n",
        "\r",
        "\x0b",
        "\x0c",
        "\x1b[2J\x1b[1;1H",
        "\x85",
        "\u2028",
        "\u2029",
        "\x1b]0;title\x07",
        "\x00",
    ]
    for number, text in enumerate(breaks):
        name = quote(f"try{number}{text}{FORGED}", safe="")
        agent = (f"agent{number}" + text.replace("\x00", "") + FORGED).encode("latin-1", "replace")
        with contextlib.suppress(httpx.HTTPError):
            hub.api.get(f"/api/p/noisy/boom/{name}")
        with contextlib.suppress(httpx.HTTPError):
            hub.api.get(f"/api/p/noisy/boom/x{number}", headers={b"User-Agent": agent})
    raw = hub.log.read_bytes()
    lines = raw.split(b"\n")[:-1]
    seen = [json.loads(line) for line in lines]
    assert all({"level", "event", "timestamp"} <= record.keys() for record in seen)
    assert not any(record["event"] == "forged-line" or record["level"] == "critical" for record in seen)
    assert not set(raw) & {b for b in range(32) if b != 10}
    tried = sum("forged-line" in json.dumps(record) for record in seen)
    figure("forged lines", f"0 of {tried} records that hold one")
    assert tried >= len(breaks)

    naive = StringIO()
    log = logging.Logger("naive")
    log.addHandler(logging.StreamHandler(naive))
    log.warning("asked for %s", f"x\n{FORGED}")
    assert json.loads(naive.getvalue().splitlines()[1])["event"] == "forged-line"
