"""What the measurements share: a real RTSP server, a real hub, and the CPU time of process trees."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "tests" / "support" / "rtsp_server.py"
PASSWORD = "a long enough pass phrase\n"


def free_port() -> int:
    """A TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tree_cpu(pid: int) -> float:
    """CPU seconds of a process and all its living descendants."""
    total = 0.0
    root = psutil.Process(pid)
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
            total += times.user + times.system
        except psutil.Error:
            continue
    return total


def cpu_during(pids: list[int], seconds: float) -> float:
    """CPU seconds a second of several process trees together, while ``seconds`` pass."""
    return sum(cpu_of_each(pids, seconds))


def cpu_of_each(pids: list[int], seconds: float) -> list[float]:
    """CPU seconds a second of several process trees, while ``seconds`` pass."""
    before, started = [tree_cpu(pid) for pid in pids], time.monotonic()
    time.sleep(seconds)
    after, passed = [tree_cpu(pid) for pid in pids], time.monotonic() - started
    return [(late - early) / passed for early, late in zip(before, after, strict=True)]


def egress_of(pid: int) -> int:
    """Process id of a hub's egress, through which all that its streams receive goes."""
    found = [p.pid for p in psutil.Process(pid).children() if "glimpser.egress" in p.cmdline()]
    assert len(found) == 1, "a hub has one egress"
    return found[0]


@contextmanager
def rtsp(clip: Path, mounts: int) -> Iterator[tuple[int, int]]:
    """Port and process id of a server that plays ``clip`` on ``/cam0``, ``/cam1``, …"""
    port = free_port()
    process = subprocess.Popen(
        ["/usr/bin/python3", str(SERVER), "--port", str(port), "--mounts", str(mounts), "--file", str(clip)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready")
    try:
        yield port, process.pid
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class HubProcess:
    """A hub on a data folder of its own, asked with an administrator's key."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        environment = {**os.environ, "GLIMPSER_EGRESS_ALLOW": "camera=127.0.0.1,web=127.0.0.1"}
        self._log = (folder / "hub.log").open("w")
        started = time.monotonic()
        self.process = subprocess.Popen(
            [_glimpser(), "run", "--data-dir", str(folder / "data"), "--port", str(self.port)],
            env=environment, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready"):
                break
        self.ready_s = time.monotonic() - started
        data = ["--data-dir", str(folder / "data")]
        subprocess.run([_glimpser(), "users", "create", "bench", "--role", "admin", "--password-stdin", *data],
                       input=PASSWORD, text=True, check=True, capture_output=True)  # fmt: skip
        keyed = subprocess.run([_glimpser(), "api-keys", "create", "--user", "bench", "--dangerous", *data],
                               check=True, capture_output=True, text=True)  # fmt: skip
        self.key = keyed.stdout.strip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            raw = b"" if body is None else json.dumps(body).encode()
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            connection.request(method, path, body=raw or None, headers=headers)
            answer = connection.getresponse()
            raw = answer.read()
            assert answer.status < 400, raw
        finally:
            connection.close()
        return json.loads(raw) if raw else None

    def add(self, url: str, **more: Any) -> str:
        """Create a stream; returns its id."""
        body = {"name": url.rsplit("/", 1)[1], "kind": "ffmpeg", "config": {"url": url}, **more}
        identifier: str = self.ask("POST", "/api/streams", body)["id"]
        return identifier

    def states(self) -> list[dict[str, Any]]:
        """All streams."""
        found: list[dict[str, Any]] = []
        for status in ("active", "starting", "waiting", "stale", "error"):
            found += self.ask("GET", f"/api/streams?limit=500&status={status}")
        return found

    def until_active(self, count: int, seconds: float = 120.0) -> None:
        """Wait until so many streams are active."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            counts = self.ask("GET", "/api/dashboard")["streams"]
            if counts.get("active", 0) >= count:
                return
            time.sleep(0.5)
        raise AssertionError(f"only {counts} of {count} streams are active after {seconds} s")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self._log.close()


def _glimpser() -> str:
    return shutil.which("glimpser", path=str(Path(sys.executable).parent)) or "glimpser"


@contextmanager
def hub(folder: Path) -> Iterator[HubProcess]:
    """A running hub."""
    folder.mkdir(parents=True, exist_ok=True)
    process = HubProcess(folder)
    try:
        yield process
    finally:
        process.stop()


MOTION_CONFIG = """
daemon off
log_level 3
webcontrol_port 0
width 640
height 360
framerate 10
threshold 1500
picture_output off
movie_output off
target_dir {folder}
"""


@contextmanager
def motion(folder: Path, urls: list[str]) -> Iterator[int]:
    """Process id of Debian's ``motion`` on these cameras, every frame analysed."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [MOTION_CONFIG.format(folder=folder)]
    for number, url in enumerate(urls, 1):
        camera = folder / f"camera{number}.conf"
        camera.write_text(f"camera_id {number}\nnetcam_url {url}\nnetcam_params rtsp_transport=tcp\n")
        lines.append(f"camera {camera}")
    config = folder / "motion.conf"
    config.write_text("\n".join(lines) + "\n")
    with (folder / "motion.log").open("w") as log:
        process = subprocess.Popen(["motion", "-n", "-c", str(config)], stdout=log, stderr=log)
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait(15)


BARE = """
import sys, threading, time
import av
def run(url):
    container = av.open(url, options={"rtsp_transport": "tcp"})
    video = container.streams.video[0]
    video.codec_context.thread_count = 1
    for _ in container.decode(video):
        pass
for url in sys.argv[1:]:
    threading.Thread(target=run, args=(url,), daemon=True).start()
time.sleep(600)
"""


@contextmanager
def bare_pyav(urls: list[str]) -> Iterator[int]:
    """Process id of PyAV demuxing and decoding the same, one thread a stream, and nothing else."""
    process = subprocess.Popen([sys.executable, "-c", BARE, *urls])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()
