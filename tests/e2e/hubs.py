"""A real hub in its own process, as people start it."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx
from playwright.async_api import Page, expect
from support import forked
from support.hub import CHEAP, migrated

NAME, PASSWORD = "ada", "correct horse battery staple"
START_S = 60.0
BUILT_IN = "clips,ffmpeg,http,motion,notes,oidc,password,proxyauth,totp,access"
"""Plugins of a hub that shows its built-in pages: all but the dashboard."""


@dataclass
class RunningHub:
    """``url``: where it answers, without a slash at the end. ``setup``: its set-up link. ``cookie``: of the
    administrator, once `sign_up` was called. ``shared``: a share link, where a test made one."""

    url: str
    setup: str
    cookie: str = ""
    shared: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON answer of the API; AssertionError with the problem for a refusal."""
        answer = httpx.request(
            method, self.url + path, json=body, headers={"Cookie": self.cookie, **headers}, timeout=20
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        return answer.json() if answer.content else None

    def sign_up(self) -> None:
        """Create the administrator by the set-up link."""
        token = self.setup.partition("#token=")[2]
        self.call("POST", "/api/auth/setup/signup", {"token": token, "name": NAME, "password": PASSWORD})

    def sign_in(self) -> None:
        """A new session of the administrator."""
        self.call("POST", "/api/auth/login", {"name": NAME, "password": PASSWORD})

    def stream(self, name: str, film: Path, **more: Any) -> str:
        """Add a stream that loops a film; gives its id."""
        body = {"name": name, "kind": "ffmpeg", "config": {"url": str(film)}, **more}
        return str(self.call("POST", "/api/streams", body)["id"])

    def remove(self, stream: str) -> None:
        """Delete a stream with what was kept of it."""
        self.call("POST", "/api/auth/step-up", {"password": PASSWORD})  # the sign-up may be long ago
        self.call("DELETE", f"/api/streams/{stream}?media=purge", **{"If-Match": "*"})


@contextlib.contextmanager
def running(folder: Path, media: Path, port: int = 0, **variables: str | None) -> Iterator[RunningHub]:
    """A hub on a free port with its data in ``folder``, allowed to read films below ``media``. ``variables``: further
    environment, None takes one away; the pages are the built-in ones unless ``GLIMPSER_PLUGINS`` says otherwise."""
    if not any(folder.iterdir()):
        shutil.copytree(migrated(), folder, dirs_exist_ok=True)
    own = {"GLIMPSER_MEDIA_ROOTS": str(media), "GLIMPSER_DATA_DIR": str(folder), "GLIMPSER_PLUGINS": BUILT_IN}
    environment = {k: v for k, v in {**os.environ, **CHEAP, **own, **variables}.items() if v is not None}
    log = (folder.parent / f"{folder.name}.log").open("wb")
    command = [forked.GLIMPSER, "run", "--data-dir", str(folder), "--port", str(port)]
    process, said = forked.start(command, environment, log)
    try:
        yield _ready(said, Path(log.name))
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()
        log.close()


def _ready(said: IO[str], log: Path) -> RunningHub:
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        with said:
            for line in said:
                lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    setup, end = "", time.monotonic() + START_S
    while True:
        try:
            line = lines.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            line = ""
        if line.startswith("set up: "):
            setup = line.removeprefix("set up: ").strip()
        elif line.startswith("ready http"):
            return RunningHub(line.split()[1], setup)
        elif not line:
            raise AssertionError(f"the hub did not start:\n{log.read_text(errors='replace')[-4000:]}")


async def set_up(page: Page, hub: RunningHub) -> None:
    """Make the administrator, by the link."""
    await page.goto(hub.setup)
    await page.get_by_label("Your name").fill(NAME)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password again").fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_role("heading", name="No streams yet")).to_be_visible()
