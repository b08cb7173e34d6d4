"""What a hostile camera sends: the process that reads it may die and holds nothing; the hub and other streams go on."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from support import broken_media, hostile
from support.film import film
from support.hub import NAME, until

from tests.api.conftest import ApiHub

Figure = Callable[[str, str], None]
SEED = 13
ANSWERS_S = 5.0
"""The longest that anybody waits for the hub meanwhile."""
NAIVE = """
import sys
import av, cv2, numpy as np
for item in sys.argv[1:]:
    kind, format, path = item.split(":", 2)
    if kind == "http":
        cv2.imread(path, cv2.IMREAD_COLOR).shape
    else:
        with av.open(path, format=format or None) as video:
            assert sum(1 for _ in video.decode(video=0))
    print(path)
"""
"""A program that reads a camera in its own process, and trusts it."""


class Secret(ApiHub):
    """A hub whose database, key and secrets lie where nobody would guess. ``session``: of somebody who signed in."""

    session = ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "data")
        self.film = film(folder / "film.mp4", seconds=3)
        places = [folder / name for name in ("rows-elsewhere", "keys-elsewhere")]
        for place in places:
            place.mkdir()
        self.rows, self.key_file = places[0] / "base.db", places[1] / "the.key"
        self.environment |= {
            "GLIMPSER_DATABASE_URL": f"sqlite://{self.rows}", "GLIMPSER_KEY_FILE": str(self.key_file),
            "GLIMPSER_PLUGINS": "clips,ffmpeg,http,motion,password", "OTHER_SECRET": "cnry-variable-of-the-hub",
        }  # fmt: skip
        self.key_file.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
        self.key_file.chmod(0o600)

    def secrets(self) -> dict[str, str]:
        """What no child may hold, by what it is."""
        return {
            "the database": self.rows.name, "its folder": self.rows.parent.name, "the key file": self.key_file.name,
            "the key": self.key_file.read_text().strip(), "a variable of the hub": "cnry-variable-of-the-hub",
            "an API key": self.key, "the password of a camera": "cnry-of-a-camera", "a session": self.session,
            "the audit's key": "audit.key",
        }  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secret]:
    made = Secret(tmp_path_factory.mktemp("broken"))
    made.start()
    made.session = next(c.value or "" for c in made.sign_in(NAME).cookies.jar if len(c.value or "") > 20)
    yield made
    made.stop()


class Neighbours:
    """Streams that have nothing to do with it, and somebody who asks the hub all the while."""

    def __init__(self, hub: Secret) -> None:
        self._hub = hub
        self.streams = [hub.add(f"good {n}", str(hub.film), analyzers={"motion": {}}) for n in range(2)]
        hub.active(*self.streams, timeout_s=60)
        self.waits: list[float] = []
        self.workers: set[int] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Neighbours:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self._hub.url, headers=self._hub.api.headers, timeout=30) as api:
            while not self._over.wait(0.2):
                for path in ("/healthz", "/api/streams"):
                    began = time.monotonic()
                    assert api.get(path).status_code == 200
                    self.waits.append(time.monotonic() - began)
                self.workers |= {child.pid for child in self._hub.children("glimpser.worker")}

    def go_on(self) -> None:
        """They deliver pictures again, in whatever process."""
        self._hub.active(*self.streams, timeout_s=30)
        for stream in self.streams:
            before = self._hub.stream(stream)["last_frame_at"]
            until(lambda s=stream, b=before: self._hub.stream(s)["last_frame_at"] != b, 20, "no more frames")  # type: ignore[misc]


def naive(items: list[broken_media.Item], folder: Path) -> int:
    """How many of them a program reads that trusts them, until it ends."""
    given = []
    for number, item in enumerate(item for item in items if not item.sdp):
        file = folder / f"{number}.bin"
        file.write_bytes(item.raw.partition(b"\r\n\r\n")[2])
        given.append(f"{item.kind}:{item.format}:{file}")
    command = [sys.executable, "-c", NAIVE, *given]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return len(done.stdout.splitlines())


@pytest.mark.timeout(900)
@pytest.mark.attack("A13", control=True)
@pytest.mark.parametrize("count", [6, pytest.param(120, marks=pytest.mark.soak)])
def test_a_hostile_camera_hurts_nobody_else(hub: Secret, tmp_path: Path, figure: Figure, count: int) -> None:
    items = broken_media.corpus(SEED, count)
    broken = [item for item in items if not item.good]
    pid, camera = hub.pid, broken_media.Camera(items)

    def attempt(number: int) -> tuple[bool, str]:
        """What trying such a camera says."""
        body = {"kind": items[number].kind, "config": camera.config(number)}
        answer = httpx.post(f"{hub.url}/api/streams/test", json=body, headers=hub.api.headers, timeout=90)
        said = answer.json()
        assert answer.status_code in (200, 503), (items[number].what, answer.text)
        return bool(said.get("ok")), said["code"] if answer.status_code == 503 else (said["reason"] or {}).get(
            "code", ""
        )

    with camera.serve(), Neighbours(hub) as neighbours:
        hurt = [_stream(hub, camera, *what) for what in (("ffmpeg", False, "next"), ("ffmpeg", True, "next"),
                                                         ("http", False, "picture"))]  # fmt: skip
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(attempt, range(len(items))))
        # Nothing of the corpus may be able to, so it is done to them: a decoder dies of what it read.
        os.kill(hub.worker(neighbours.streams[0]), signal.SIGSEGV)
        neighbours.go_on()
        for stream in hurt:
            until(lambda s=stream: _told(hub.stream(s)), 30, lambda s=stream: hub.stream(s))  # type: ignore[misc]
    ends = Counter(code or "a picture" for _, code in results)
    print(ends, camera.served)
    assert hub.pid == pid
    assert psutil.pid_exists(pid)
    assert max(neighbours.waits) < ANSWERS_S
    assert all(code for ok, code in results if not ok), "a failure without a reason"
    good = [result for item, result in zip(items, results, strict=True) if item.good]
    assert [ok for ok, _ in good] == [True] * len(good), "the same camera, unbroken"
    died = len(neighbours.workers - {child.pid for child in hub.children("glimpser.worker")})
    assert naive([item for item in items if item.good], tmp_path) == 3, "control: it reads good ones"
    trusted = naive(broken, tmp_path)
    assert trusted < 20, "control: a program that trusts them goes on"
    found = sum(item.what.startswith("file ") for item in broken)
    figure("broken media", f"{len(broken)} ({found or 'none'} of other projects), {sum(ok for ok, _ in results)} show a"
           f" picture, {died} processes ended; others wait at most"
           f" {max(neighbours.waits):.2f} s; a program that trusts them ends after {trusted}")  # fmt: skip
    hub.remove(*hurt, *neighbours.streams)


def _told(stream: dict[str, Any]) -> bool:
    """Whether a stream shows something or says why it does not."""
    return stream["status"] == "active" or bool(stream["reason"])


def _stream(hub: Secret, camera: broken_media.Camera, kind: str, over_rtsp: bool, path: str) -> str:
    url = f"{'rtsp' if over_rtsp else 'http'}://127.0.0.1:{camera.ports[over_rtsp]}/{path}"
    more = {"interval_s": 1} if kind == "http" else {}
    body = {"name": f"hostile {kind} {path}", "kind": kind, "config": {"url": url, **more}}
    return str(hub.call("POST", "/api/streams", body)["id"])


@pytest.mark.attack("A13", control=True)
def test_a_process_that_reads_cameras_holds_nothing(hub: Secret) -> None:
    """Whoever takes it over finds no database, key or secret in its environment, arguments and open files."""
    with ExitStack() as stack:
        frames = [broken_media.picture(".jpg")]
        port = stack.enter_context(hostile.serve(hostile.mjpeg(frames * 2)))
        config = {"username": "root", "password": "cnry-of-a-camera"}
        streams = [hub.add("own", f"http://127.0.0.1:{port}/a.mjpg", config=config)]
        streams += [hub.add("other", str(hub.film), analyzers={"motion": {}}, sinks={"clips": {}})]
        hub.active(*streams, timeout_s=60)
        children = hub.children("glimpser.worker") + hub.children("glimpser.egress")
        assert {hub.worker(stream) for stream in streams} <= {child.pid for child in children}
        assert len(children) >= 2
        held = {child.pid: holds(child) for child in children}
        found = [(what, pid) for pid, text in held.items() for what, secret in hub.secrets().items() if secret in text]
        assert found == []
        own = holds(psutil.Process(hub.pid))
        assert {what for what, secret in hub.secrets().items() if secret in own} >= {
            "the database", "its folder", "the key file", "a variable of the hub"}, "control"  # fmt: skip
        hub.remove(*streams)


def holds(process: psutil.Process) -> str:
    """Environment, arguments, open files and what is mapped of files, as another process of the user sees them."""
    seen: list[Any] = [process.environ(), process.cmdline(), process.cwd()]
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(OSError):
            seen.append(os.readlink(link))
    seen.append(Path(f"/proc/{process.pid}/maps").read_text())
    return "\n".join(map(str, seen))
