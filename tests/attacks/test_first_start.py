"""Taking over a hub that nobody administers yet, and doors beside the front door."""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from support.hub import PASSWORD, Hub

from tests.api.conftest import ApiHub

SIGNUP = "/api/auth/setup/signup"
ALLOWED = ("/setup", "/favicon.svg", "/static/", "/healthz", "/readyz", "/startupz", "/api/auth/setup/needed")
GUESSES = 1000
Figure = Callable[[str, str], None]


def outside() -> str:
    """An address of this machine that others reach."""
    for addresses in psutil.net_if_addrs().values():
        for one in addresses:
            if one.family == socket.AF_INET and not one.address.startswith("127."):
                return one.address
    pytest.skip("this machine has no address beyond loopback")


class Fresh(ApiHub):
    """A hub that listens to all, and that nobody administers."""

    def start(self, *more: str, **options: Any) -> Hub:
        super().start(*more, enrol=False, **options)
        port = int(self.url.rpartition(":")[2])
        self.port, self.url = port, f"https://{outside()}:{port}"
        return self

    @property
    def token(self) -> str:
        return next(line for line in self.said if line.startswith("set up: ")).partition("#token=")[2]

    def client(self, key: str | None = None, **headers: str) -> httpx.Client:
        made = httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=False)  # noqa: S501 - its own certificate
        self._clients.append(made)
        return made

    def admins(self) -> int:
        import sqlite3

        with closing(sqlite3.connect(self.folder / "glimpser.db")) as rows:
            return int(rows.execute("SELECT count(*) FROM users").fetchone()[0])


def fresh(folder: Path) -> Fresh:
    made = Fresh(folder, "--host", "0.0.0.0")
    made.environment |= {"GLIMPSER_TLS": "self-signed"}
    made.start()
    return made


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Fresh]:
    made = fresh(tmp_path / "hub")
    yield made
    made.stop()


def sign_up(client: httpx.Client, token: str, **headers: str) -> httpx.Response:
    body = {"token": token, "name": "mallory", "password": PASSWORD}
    return client.post(SIGNUP, json=body, headers=headers)


def attempts(hub: Fresh) -> dict[str, bool]:
    """Every attempt before the set-up, and whether it made somebody an administrator."""
    stranger, kept = hub.client(), json.loads((hub.folder / "setup-token.json").read_text())
    body = {"name": "mallory", "password": PASSWORD}
    old, new = hub.token, hub.glimpser("setup-link").strip().partition("#token=")[2]

    def tried(*answers: httpx.Response) -> bool:
        return any(a.is_success for a in answers) or hub.admins() > 0

    return {
        "no token": tried(stranger.post(SIGNUP, json=body), sign_up(stranger, " "), stranger.post(SIGNUP)),
        "guessed tokens": tried(*(sign_up(stranger, secrets.token_urlsafe(16)) for _ in range(GUESSES))),
        "a token that a newer one replaced": tried(sign_up(stranger, old)),
        "what is stored of the token": tried(
            *(sign_up(stranger, text) for text in (kept["sha256"], hashlib.sha256(old.encode()).hexdigest()))
        ),
        "the token in the query": tried(
            stranger.post(f"{SIGNUP}?token={new}", json=body), stranger.get(f"{SIGNUP}?token={new}")
        ),
        "the token in a header": tried(
            *(stranger.post(SIGNUP, json=body, headers={name: value}) for name, value in
              (("Authorization", f"Bearer {new}"), ("X-Setup-Token", new), ("Cookie", f"token={new}")))
        ),
        "forwarded headers of this machine": tried(
            *(stranger.post(path, json=body | {"role": "admin"}, headers={
                "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1", "Forwarded": "for=127.0.0.1",
                "X-Forwarded-Host": "localhost", "Remote-User": "admin", "X-Original-URL": "/api/users"})
              for path in (SIGNUP, "/api/users"))
        ),
        "another name for this hub": tried(
            *(sign_up(stranger, new, Host=name) for name in ("evil.example", "localhost.evil.example", "127.0.0.1.x"))
        ),
        "another site's page": tried(
            sign_up(stranger, new, Origin="https://evil.example"),
            sign_up(stranger, new, **{"Sec-Fetch-Site": "cross-site"}),
            stranger.post(SIGNUP, content=json.dumps(body | {"token": new}), headers={"Content-Type": "text/plain"}),
        ),
        "accounts that others come with": tried(
            *(stranger.post("/api/auth/login", json={"name": name, "password": word})
              for name in ("admin", "root", "ada") for word in ("admin", "password", "glimpser", "changeme"))
        ),
        "the rest of the API": tried(
            *(stranger.request(method, path, json=body | {"role": "admin"}) for method, path in
              (("POST", "/api/users"), ("POST", "/api/api-keys"), ("PATCH", "/api/settings"), ("GET", "/api/streams"),
               ("POST", "/api/streams"), ("GET", "/api/openapi.json")))
        ),
        "plain HTTP on the same port": _plain(hub, new) or hub.admins() > 0,
    }  # fmt: skip


def _plain(hub: Fresh, token: str) -> bool:
    try:
        return httpx.post(hub.url.replace("https", "http") + SIGNUP, timeout=5,
                          json={"token": token, "name": "mallory", "password": PASSWORD}).is_success  # fmt: skip
    except httpx.HTTPError:
        return False


def race(hub: Fresh, token: str) -> list[int]:
    """Twelve at once with the same good token: what each got."""
    clients, codes = [hub.client() for _ in range(12)], []
    start = threading.Barrier(len(clients))

    def run(number: int, client: httpx.Client) -> None:
        client.get("/healthz")
        start.wait()
        body = {"token": token, "name": f"racer{number}", "password": PASSWORD}
        codes.append(client.post(SIGNUP, json=body).status_code)

    threads = [threading.Thread(target=run, args=item) for item in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


@pytest.mark.attack("A72", control=True)
def test_nobody_takes_over_a_fresh_hub(hub: Fresh, figure: Figure) -> None:
    tried = attempts(hub)
    assert hub.admins() == 0

    # The control: the good token makes an administrator, once, however many use it at the same moment.
    token = hub.glimpser("setup-link").strip().partition("#token=")[2]
    codes = race(hub, token)
    assert codes.count(204) == 1, codes
    tried["a race with the good token"] = hub.admins() != 1

    stranger = hub.client()
    again = [sign_up(stranger, token), sign_up(stranger, token, **{"Idempotency-Key": "again"}),
             sign_up(stranger, hub.token)]  # fmt: skip
    tried["a used token, once more"] = any(a.is_success for a in again) or hub.admins() != 1
    asked = subprocess.run([*hub.command, "setup-link"], env=hub.environment, capture_output=True, text=True)
    tried["a new link on the command line"] = asked.returncode == 0 or "#token=" in asked.stdout

    hub.stop()
    for file in hub.folder.glob("glimpser.db*"):
        file.unlink()
    hub.start()
    assert not any(line.startswith("set up: ") for line in hub.said)
    (hub.folder / "setup-token.json").unlink(missing_ok=True)
    stranger = hub.client()
    wiped = [sign_up(stranger, token), sign_up(stranger, secrets.token_urlsafe(16))]
    asked = subprocess.run([*hub.command, "setup-link"], env=hub.environment, capture_output=True, text=True)
    tried["a database that was lost"] = any(a.is_success for a in wiped) or asked.returncode == 0 or hub.admins() > 0
    assert stranger.get("/api/auth/setup/needed").json() == {"needed": False}

    bare = subprocess.run([*hub.command, "run", "--data-dir", str(hub.folder.with_name("bare")), "--host", "0.0.0.0"],
                          env={k: v for k, v in hub.environment.items() if k != "GLIMPSER_TLS"},
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    tried["plain HTTP beyond this machine"] = bare.returncode != 2 or "tls" not in bare.stderr
    done = [what for what, succeeded in tried.items() if succeeded]
    text = f"{len(done)}/{len(tried)} attempts succeeded"
    print(text)
    figure("take-over at the first start", text)
    assert len(tried) >= 12
    assert done == []


@pytest.mark.attack("A70", control=True)
def test_before_the_set_up_there_is_nothing_else(hub: Fresh, figure: Figure) -> None:
    stranger, open_ = hub.client(), []
    described = [r.rule for r in _rules() if "GET" in (r.methods or ())]
    for path in described:
        url = "/".join("x" if part.startswith("<") else part for part in path.split("/"))
        answer = stranger.get(url)
        if answer.is_success:
            open_.append(url)
        else:
            assert answer.status_code in (303, 403, 404), (url, answer.status_code)
    assert all(path.startswith(ALLOWED) for path in open_), open_
    assert stranger.get("/").headers["Location"] == "setup"
    assert stranger.get("/streams/x").headers["Location"] == "../setup"
    assert stranger.get("/static/app.css").status_code == 200
    assert sign_up(stranger, hub.token).status_code == 204
    assert stranger.get("/api/streams").status_code == 200
    assert hub.client().get("/login").status_code == 200
    figure("before the set-up", f"{len(open_)} of {len(described)} paths answer: {' '.join(sorted(open_))}")


def _rules() -> list[Any]:
    """The paths of all core routes."""
    from werkzeug.routing import Rule

    from glimpser.api.resources import all_routes

    return [Rule(route.path, methods=[route.method]) for route in all_routes() if not route.websocket]


@pytest.mark.attack("A70", control=True)
def test_one_port_answers_from_outside(hub: Fresh, figure: Figure) -> None:
    """Every listening socket of all processes: the declared one, and those of the egress, which loopback alone reaches
    and which want a credential."""
    sign_up(hub.client(), hub.token).raise_for_status()
    processes = [psutil.Process(hub.pid), *hub.children()]
    listening, others = [], []
    for process in processes:
        for one in process.net_connections("inet"):
            if one.status == psutil.CONN_LISTEN or (one.type == socket.SOCK_DGRAM and not one.raddr):
                name = "egress" if "glimpser.egress" in " ".join(process.cmdline()) else "hub"
                listening.append((one.laddr.ip, one.laddr.port, name))
                if one.laddr.port != hub.port:
                    others.append((one.laddr.ip, one.laddr.port, name))
    assert {(ip, name) for ip, port, name in listening if port == hub.port} == {("0.0.0.0", "hub")}
    # The hub keeps the egress's socket, so that the next one has it when this one dies; it answers nothing on it.
    assert all(ip in ("127.0.0.1", "::1") for ip, _, _ in others), others
    assert {port for _, port, name in others} == {port for _, port, name in others if name == "egress"}
    assert others
    reached = 0
    for _, port, _ in others:
        with socket.socket() as probe:
            probe.settimeout(2)
            reached += probe.connect_ex((outside(), port)) == 0
        with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.sendall(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
            assert b" 200 " not in probe.recv(4096).split(b"\r\n")[0]
    with socket.create_connection((outside(), hub.port), timeout=5):
        figure("listening sockets", f"1 of {1 + len({port for _, port, _ in others})} answers from outside")
    assert reached == 0
