"""One hub a module, on SQLite, with a short film to watch."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.film import film
from support.hub import Hub

PASSWORD = "correct horse battery staple"


class ApiHub(Hub):
    """A hub with people of several roles."""

    film: Path

    def __init__(self, folder: Path, *arguments: str) -> None:
        super().__init__(folder, *arguments)
        self._clients: list[httpx.Client] = []

    def stop(self, timeout_s: float = 30.0) -> float:
        for client in (*self._clients, self.api):
            client.close()
        return super().stop(timeout_s)

    def client(self, key: str | None = None, **headers: str) -> httpx.Client:
        """Somebody with an API key, or nobody."""
        own = {"Authorization": f"Bearer {key}"} if key else {}
        made = httpx.Client(base_url=self.url, headers=own | headers, timeout=30)
        self._clients.append(made)
        return made

    def person(self, name: str, role: str, *, streams: list[str] | None = None, scopes: list[str] | None = None) -> str:
        """A key of a new user; it may be limited to streams and permissions."""
        self.create_user(name, role)
        key = self.create_key(name, "--dangerous")
        limits = (
            None if streams is None else json.dumps(streams),
            json.dumps([*(scopes or []), "admin:dangerous"]),
            key.split("_")[1],
        )
        with sqlite3.connect(self.database) as rows:
            rows.execute("UPDATE api_keys SET streams = ?, scopes = ? WHERE prefix = ?", limits)
        return key

    @property
    def database(self) -> Path:
        """The file of the database."""
        return next(self.folder.glob("*.db"))

    def sign_in(self, name: str, password: str = PASSWORD, **headers: str) -> httpx.Client:
        """A browser of somebody."""
        client = self.client(**headers)
        answer = client.post("/api/auth/login", json={"name": name, "password": password})
        assert answer.status_code == 204, answer.text
        return client

    def watch(self, name: str = "Film", **more: object) -> str:
        """A stream of the film that is not started."""
        return self.add(name, str(self.film), enabled=False, **more)


def ends_within(seconds: float, parts: Iterator[bytes], began: float) -> None:
    """Take what an answer that was open has left; it may say its end, or be cut off in the middle."""
    try:
        for _ in parts:
            assert time.monotonic() - began < seconds
    except httpx.RemoteProtocolError:
        pass  # cut off in the middle
    assert time.monotonic() - began < seconds


@contextmanager
def serving(folder: Path, plugins: str, **of_film: Any) -> Iterator[ApiHub]:
    """A hub with these plugins and a film."""
    made = ApiHub(folder / "data")
    made.environment["GLIMPSER_PLUGINS"] = plugins
    made.film = film(folder / "film.mp4", **of_film)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub that serves."""
    plugins = "clips,ffmpeg,http,motion,password"
    with serving(tmp_path_factory.mktemp("api"), plugins, seconds=6, moving=(1, 4)) as made:
        yield made


@pytest.fixture(scope="module")
def streams(hub: ApiHub) -> tuple[str, str]:
    """Two streams."""
    return hub.watch("Door"), hub.watch("Yard")
