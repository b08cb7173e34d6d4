"""A real hub in a process of its own, as people start it, and what tests want to know of it."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import queue
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx
import psutil

from . import forked
from .commands import run_here
from .forked import Forked

T = TypeVar("T")

LOOPBACK = "camera=127.0.0.1,web=127.0.0.1"
NAME, PASSWORD = "ada", "correct horse battery staple"
START_S = 60.0
# Hundreds of people sign in in tests: each hash takes a third of the usual time. Most streams can share a worker.
CHEAP = {"GLIMPSER_PASSWORD__MEMORY_MIB": "32", "GLIMPSER_PASSWORD__PASSES": "2", "GLIMPSER_WORKERS": "1"}


def until(
    condition: Callable[[], T], timeout_s: float, what: str | Callable[[], Any] = "", every_s: float | None = None
) -> T:
    """The condition's value once it is true. AssertionError, saying ``what``, after ``timeout_s``. It is looked at
    every ``every_s``; otherwise less often the longer it takes, for asking costs the hub time too."""
    began = time.monotonic()
    while not (value := condition()):
        waited = time.monotonic() - began
        if waited > timeout_s:
            raise AssertionError(f"not within {timeout_s:g} s: {what() if callable(what) else what}")
        time.sleep(every_s or min(0.1 + waited / 10, 0.5))
    return value


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


class Hub:
    """A hub with its data in ``folder``; it may be started again after it ended. ``variables``: environment."""

    def __init__(self, folder: Path, *arguments: str, python: str = sys.executable, **variables: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.command = [str(Path(python).with_name("glimpser"))]
        self._arguments = arguments
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GLIMPSER_")}
        allowed = {"GLIMPSER_EGRESS_ALLOW": LOOPBACK, "GLIMPSER_MEDIA_ROOTS": str(folder.parent)}
        self.environment = {**kept, **CHEAP, **allowed, **variables, "GLIMPSER_DATA_DIR": str(folder)}
        self.log = folder.parent / f"{folder.name}.log"
        self.process: subprocess.Popen[str] | Forked | None = None
        self.said: list[str] = []
        self.url = self.key = ""
        self.api = httpx.Client()

    # --- life

    def start(self, *more: str, timeout_s: float = START_S, enrol: bool = True) -> Hub:
        """Start it and wait until it serves. ``enrol``: with an administrator, unless it has one."""
        if (
            enrol
            and not self.key
            and not any(self.folder.iterdir())
            and "GLIMPSER_DATABASE_URL" not in self.environment
        ):
            enrolled, self.key = _enrolled()
            shutil.copytree(enrolled, self.folder, dirs_exist_ok=True)
        lines: queue.Queue[str] = queue.Queue()
        command = [*self.command, "run", "--data-dir", str(self.folder), "--port", "0", *self._arguments, *more]
        with self.log.open("ab") as log:
            process, said = forked.start(command, self.environment, log)
        self.process = process
        threading.Thread(target=_read, args=(said, lines), daemon=True).start()
        self.said, end, line = [], time.monotonic() + timeout_s, "…"
        while line and not line.startswith("ready "):
            try:
                line = lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = ""
            self.said.append(line.rstrip("\n"))
        if not line:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            ended = "" if process.poll() is not None else " and did not end"
            self.kill()
            raise AssertionError(f"the hub did not start{ended}; it said {self.said} and\n{self.logged()[-4000:]}")
        self.url = line.split()[1]
        if enrol:
            self._connect()
        return self

    def enrol(self) -> str:
        """Create an administrator; gives a key of theirs. Works while it runs and while it does not."""
        self.create_user(NAME, "admin")
        return self.create_key(NAME, "--dangerous")

    def create_user(self, name: str, role: str, password: str = PASSWORD) -> None:
        """Create a user, as ``enrol`` does."""
        arguments = ("users", "create", name, "--role", role, "--password-stdin")
        run_here(*arguments, environment=self.environment, stdin=password + "\n")

    def create_key(self, name: str, *more: str) -> str:
        """A new key of a user; ``more``: options of the command."""
        return run_here("api-keys", "create", "--user", name, *more, environment=self.environment).strip()

    def _connect(self) -> None:
        self.key = self.key or self.enrol()
        self.api.close()
        self.api = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=30)

    def glimpser(self, *arguments: str, stdin: str = "") -> str:
        """What a command prints."""
        done = forked.run([*self.command, *arguments], self.environment, stdin)
        assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr}"
        return done.stdout

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, timeout_s: float = 30.0) -> float:
        """Stop it as an operating system would; the seconds that it took. It is killed when it takes too long."""
        assert self.process is not None
        began = time.monotonic()
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout_s)
        took = time.monotonic() - began
        self.kill()
        return took

    def kill(self) -> None:
        """End it without a chance to say a word."""
        self.api.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def logged(self) -> str:
        """All that it wrote to its standard error."""
        return self.log.read_text(errors="replace")

    # --- processes

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def children(self, part: str = "") -> list[psutil.Process]:
        """Its living children whose command line has ``part``, such as ``glimpser.worker`` or ``glimpser.egress``."""
        found = []
        for child in psutil.Process(self.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if part in " ".join(child.cmdline()) and alive(child.pid):
                    found.append(child)
        return found

    def cpu_s(self) -> float:
        """Processor seconds that the hub and its children took so far."""
        total = 0.0
        for process in [psutil.Process(self.pid), *self.children()]:
            with contextlib.suppress(psutil.Error):
                total += sum(process.cpu_times()[:2])
        return total

    # --- the API

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON answer; AssertionError with the problem for a refusal."""
        answer = self.api.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        """The JSON answer."""
        return self.call("GET", path)

    def add(self, name: str, url: str, *, config: dict[str, Any] | None = None, **more: Any) -> str:
        """Add a stream of the ``ffmpeg`` kind; its id. Without analyzers and sinks unless they are given."""
        body = {"name": name, "kind": "ffmpeg", "config": {"url": url, **(config or {})}, "analyzers": {}, "sinks": {}}
        return str(self.call("POST", "/api/streams", body | more)["id"])

    def remove(self, *streams: str) -> None:
        """Delete streams."""
        for stream in streams:
            self.call("DELETE", f"/api/streams/{stream}", **{"If-Match": "*"})

    def clear(self) -> None:
        """Delete all streams."""
        self.remove(*self.streams())

    def stream(self, stream: str) -> Any:
        """What the API says of a stream."""
        return self.get(f"/api/streams/{stream}")

    def streams(self) -> dict[str, Any]:
        """All streams by their id."""
        return {stream["id"]: stream for stream in self.get("/api/streams?limit=500")}

    def active(self, *streams: str, timeout_s: float = 20.0) -> None:
        """Wait until these streams are active."""

        def all_are() -> bool:
            known = self.streams()
            return all(known[stream]["status"] == "active" for stream in streams)

        until(
            all_are,
            timeout_s,
            lambda: [(s["name"], s["status"], s["reason"]) for s in self.streams().values() if s["status"] != "active"],
        )

    def diagnostics(self, stream: str) -> Any:
        """What the API says for people who look for a fault."""
        return self.get(f"/api/streams/{stream}/diagnostics")

    def counters(self, stream: str) -> dict[str, float]:
        """A stream's counters."""
        return dict(self.diagnostics(stream)["counters"])

    def worker(self, stream: str) -> int:
        """The process that a stream runs in; 0 while it has none."""
        worker = self.diagnostics(stream)["worker"]
        return int(worker["pid"] or 0) if worker else 0

    def events(self, **query: str) -> list[Any]:
        """Events, the newest first."""
        return list(self.api.get("/api/events", params={"limit": "500", **query}).raise_for_status().json())

    def check_database(self) -> str:
        """What SQLite says about its file: ``ok``. Only while no hub runs."""
        with contextlib.closing(sqlite3.connect(self.folder / "glimpser.db")) as connection:
            found = [row[0] for row in connection.execute("PRAGMA quick_check")]
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
        return "; ".join(found) + ("" if not orphans else f"; orphans: {orphans}")


@functools.cache
def migrated() -> Path:
    """A data folder whose tables are up to date, without anybody: made once, copied for hubs that begin so."""
    folder = Path(tempfile.mkdtemp(prefix="glimpser-begun-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    hub = Hub(folder / "data")
    run_here("setup-link", environment=hub.environment)
    return hub.folder


@functools.cache
def _enrolled() -> tuple[Path, str]:
    """The same with an administrator, and a key of theirs."""
    hub = Hub(shutil.copytree(migrated(), migrated().with_name("enrolled")))
    return hub.folder, hub.enrol()


def _read(said: IO[str], lines: queue.Queue[str]) -> None:
    with said:
        for line in said:
            lines.put(line)
    lines.put("")


@contextlib.contextmanager
def running(folder: Path, *arguments: str, **variables: str) -> Iterator[Hub]:
    """A hub that serves; it is stopped at the end."""
    hub = Hub(folder, *arguments, **variables)
    try:
        yield hub.start()
    finally:
        hub.stop()
