"""A certified OpenID provider (npm ``oidc-provider``) in a process of its own, and somebody who signs in at it.

Its packages are installed once, by the hashes of ``package-lock.json``, to a cache folder outside of the repository.
Tests are skipped, with the reason, where there is no Node.js or the packages cannot be had.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import platformdirs
import pytest

from .authority import Authority

HERE = Path(__file__).parent / "oidc_provider"
CLIENT, SECRET = "glimpser", "a secret: with / and + in it"


def installed() -> Path:
    """The folder with the provider's packages."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node.js with npm is not installed")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = platformdirs.user_cache_path("glimpser-tests") / f"oidc-provider-{hashlib.sha256(lock).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as mine:
        fcntl.flock(mine, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder / name)
            done = subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True, text=True,
                timeout=100,
            )  # fmt: skip
            if done.returncode:
                pytest.skip(f"npm oidc-provider cannot be had: {done.stderr.strip().splitlines()[-1:]}")
            (folder / "done").touch()
    return folder


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def provider(
    port: int, *hubs: str, people: dict[str, list[str]] | None = None, ids: tuple[str, ...] = ("home",),
    algorithm: str = "RS256", tls: Authority | None = None, slips: dict[str, dict[str, Any]] | None = None,
) -> Iterator[str]:  # fmt: skip
    """The issuer of a running provider. ``hubs``: their public addresses. ``people``: groups by name; anybody may sign
    in with any password. ``ids``: what hubs call it. ``slips``: claims by which the ID tokens of some people differ
    from what was agreed; ``key`` among them: signed by another key."""
    client = {
        "client_id": CLIENT, "client_secret": SECRET,
        "redirect_uris": [f"{hub}/api/auth/sso/{name}/callback" for hub in hubs for name in ids],
        "post_logout_redirect_uris": [f"{hub}/login" for hub in hubs],
    }  # fmt: skip
    options = {"port": port, "clients": [client], "people": people or {}, "algorithm": algorithm,
               "tls": [str(tls.certificate), str(tls.key)] if tls else None, "slips": slips or {}}  # fmt: skip
    process = subprocess.Popen(
        [str(shutil.which("node")), "--no-warnings", str(HERE / "provider.mjs"), str(installed()), json.dumps(options)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        while (line := process.stdout.readline()) and "ready" not in line:
            pass
        assert line, "the provider did not start"
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def settings(issuer: str, **more: Any) -> dict[str, Any]:
    """How a hub knows this provider."""
    return {
        "id": "home", "title": "Home", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET,
        "scopes": ["openid", "profile", "groups"], "insecure_http": True, **more,
    }  # fmt: skip


OPEN: list[Person] = []


def close_all() -> None:
    """Close the browsers of everybody, at the end of a test."""
    while OPEN:
        OPEN.pop().close()


class Person:
    """Somebody with a browser of their own, who does what pages of the provider ask."""

    def __init__(self, hub: str, **headers: str) -> None:
        self.browser = httpx.Client(base_url=hub, timeout=30, headers=headers)
        self.provider = httpx.Client(timeout=30)
        self.hub = hub
        OPEN.append(self)

    def close(self) -> None:
        self.browser.close()
        self.provider.close()

    def depart(self, path: str = "/api/auth/sso/home", **query: str) -> str:
        """Begin at the hub: where it leads."""
        answer = self.browser.get(path, params=query)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def visit(self, url: str, name: str) -> str:
        """Sign in at the provider's pages: where they lead in the end, outside of the provider."""
        host = urlsplit(url).netloc
        data: dict[str, str] | None = None
        for _ in range(12):
            answer = self.provider.post(url, data=data) if data else self.provider.get(url)
            data = None
            if answer.is_redirect:
                url = urljoin(url, answer.headers["Location"])
                if urlsplit(url).netloc != host:
                    return url
                continue
            form = re.search(r'action="([^"]+)"', answer.text)
            assert form, answer.text
            url = urljoin(url, form[1])
            login = 'name="login"' in answer.text
            data = {"prompt": "login", "login": name, "password": "any"} if login else {"prompt": "consent"}
        raise AssertionError(f"the provider goes on and on: {url}")

    def arrive(self, url: str) -> httpx.Response:
        """Come back to the hub."""
        return self.browser.get(url)

    def sign_in(self, name: str, path: str = "/api/auth/sso/home", **query: str) -> httpx.Response:
        """All the way."""
        return self.arrive(self.visit(self.depart(path, **query), name))

    def me(self) -> dict[str, Any] | None:
        """Who the hub says it is; None for nobody."""
        answer = self.browser.get("/api/me")
        return answer.json() if answer.status_code == 200 else None


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query))
