"""Start, API, feed and viewers."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from .figures import Figures
from .support import HubProcess, _glimpser, hub, rtsp, tree_cpu

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def test_start(figures: Figures, tmp_path: Path) -> None:
    times = []
    for _ in range(5):
        started = time.monotonic()
        subprocess.run([_glimpser(), "--version"], check=True, capture_output=True)
        times.append(time.monotonic() - started)
    figures.add("glimpser --version", statistics.median(times), " s", budget=0.3)
    ready = []
    for number in range(5):
        with hub(tmp_path / str(number)) as glimpser:
            ready.append(glimpser.ready_s)
    figures.add("ready with every light plugin, new database", statistics.median(ready), " s", budget=3.0)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def test_api_under_load(figures: Figures, moving_clip: Path, quiet_clip: Path, tmp_path: Path) -> None:
    """90 idle and 10 moving streams, while the API is asked from two connections; and how soon events are fed."""
    with rtsp(quiet_clip, 20) as (quiet, _), rtsp(moving_clip, 10) as (moving, _), hub(tmp_path / "a") as glimpser:
        for number in range(90):
            glimpser.add(f"rtsp://127.0.0.1:{quiet}/cam{number % 20}")
        for number in range(10):
            glimpser.add(f"rtsp://127.0.0.1:{moving}/cam{number}")
        glimpser.until_active(100)
        delays: list[float] = []
        done = threading.Event()
        reader = threading.Thread(target=_read_feed, args=(glimpser, delays, done), daemon=True)
        reader.start()
        took = [t for part in _ask_in_threads(glimpser, 2, 300) for t in part]
        time.sleep(30)
        done.set()
    reader.join(10)
    figures.add("API p99 with 90 idle and 10 moving streams", 1000 * percentile(took, 0.99), " ms", budget=100, goal=30)
    if delays:
        figures.add("event reported to feed p99", 1000 * percentile(delays, 0.99), " ms", budget=300)
        figures.note(f"{len(delays)} changes of events were fed")


def _ask_in_threads(glimpser: HubProcess, threads: int, times: int) -> list[list[float]]:
    found: list[list[float]] = [[] for _ in range(threads)]
    paths = ["/api/streams?limit=50", "/api/events?limit=50", "/api/dashboard", "/api/activities", "/api/me"]

    def run(took: list[float]) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", glimpser.port, timeout=30)) as connection:
            asked = {"Authorization": f"Bearer {glimpser.key}"}
            for number in range(times):
                started = time.monotonic()
                connection.request("GET", paths[number % len(paths)], headers=asked)
                connection.getresponse().read()
                took.append(time.monotonic() - started)
                time.sleep(0.02)

    workers = [threading.Thread(target=run, args=(took,)) for took in found]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found


def _read_feed(glimpser: HubProcess, delays: list[float], done: threading.Event) -> None:
    """From the row's time stamp (when the hub took the worker's message) to its arrival here."""
    from datetime import UTC, datetime

    with closing(http.client.HTTPConnection("127.0.0.1", glimpser.port, timeout=60)) as connection:
        asked = {"Authorization": f"Bearer {glimpser.key}"}
        connection.request("GET", "/api/events/stream?topics=event", headers=asked)
        with connection.getresponse() as answer:
            while not done.is_set() and (line := answer.readline()):
                if line.startswith(b"data: ") and b'"at"' in line:
                    change = json.loads(line[6:])
                    delays.append((datetime.now(UTC) - datetime.fromisoformat(change["at"])).total_seconds())


WRITER = """
import asyncio, sys
FRAME = b"x" * 30000
async def serve(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
    while True:
        writer.write(b"--b\\r\\nContent-Length: 30000\\r\\n\\r\\n" + FRAME + b"\\r\\n")
        await writer.drain()
        await asyncio.sleep(0.1)
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


def test_mjpeg_viewers(figures: Figures, moving_clip: Path, tmp_path: Path) -> None:
    """CPU of the hub's process for each picture sent to 50 viewers, against a bare asyncio writer."""
    import sys

    from .support import free_port

    viewers, seconds = 50, 15.0
    port = free_port()
    bare = subprocess.Popen([sys.executable, "-c", WRITER, str(port)], stdout=subprocess.PIPE, text=True)
    assert bare.stdout is not None
    bare.stdout.readline()
    bare_cost = _cost(bare.pid, port, "/", {}, viewers, seconds, tree=False)
    bare.kill()
    bare.wait()
    bare.stdout.close()
    with rtsp(moving_clip, 1) as (rtsp_port, _), hub(tmp_path / "a") as glimpser:
        identifier = glimpser.add(f"rtsp://127.0.0.1:{rtsp_port}/cam0")
        glimpser.until_active(1)
        path = f"/api/stream/{identifier}/mjpeg?fps=10"
        headers = {"Authorization": f"Bearer {glimpser.key}"}
        ours = _cost(glimpser.process.pid, glimpser.port, path, headers, viewers, seconds, tree=False)
    figures.add(
        "MJPEG viewer, CPU per picture sent against a bare asyncio writer", ours / bare_cost, "×", budget=5, goal=3
    )
    figures.note(f"{1e6 * ours:.0f} µs a picture and viewer, the bare writer {1e6 * bare_cost:.0f} µs")


def _cost(
    pid: int, port: int, path: str, headers: dict[str, str], viewers: int, seconds: float, *, tree: bool
) -> float:
    import psutil

    counts = [0] * viewers
    stop = threading.Event()

    def watch(number: int) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as answer:
                while not stop.is_set() and (line := answer.readline(200)):
                    if line.lower().startswith(b"content-length:"):
                        answer.readline()
                        while answer.readline(200) not in (b"\r\n", b""):
                            pass
                        counts[number] += 1

    def cpu() -> float:
        if tree:
            return tree_cpu(pid)
        times = psutil.Process(pid).cpu_times()
        return times.user + times.system

    threads = [threading.Thread(target=watch, args=(n,), daemon=True) for n in range(viewers)]
    for thread in threads:
        thread.start()
    time.sleep(5)
    before, sent = cpu(), sum(counts)
    time.sleep(seconds)
    cost = (cpu() - before) / max(1, sum(counts) - sent)
    stop.set()
    for thread in threads:
        thread.join(10)
    return cost
