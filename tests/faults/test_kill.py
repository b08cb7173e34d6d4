"""Processes that are killed: what dies with them, what does not, and what is on disk afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
import websockets
from support.cameras import Cameras
from support.film import film
from support.hub import Hub, alive, until

pytestmark = pytest.mark.long

STREAMS = 24
RUN_AGAIN_S = 5.0


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Something moves for 2 s in every 6 s."""
    return film(tmp_path_factory.mktemp("films") / "walk.mp4", seconds=6, moving=(2, 4), size=(160, 96))


def start(start_hub: Callable[..., Hub], walk: Path) -> Hub:
    return start_hub(GLIMPSER_MEDIA_ROOTS=str(walk.parent), GLIMPSER_WORKERS="2")


def helpers(hub: Hub) -> dict[int, str]:
    """The hub's processes apart from itself: number to what it is. Both kinds have to be there."""
    found = {}
    for kind in ("glimpser.worker", "glimpser.egress"):
        processes = hub.children(kind)
        assert processes, f"no living {kind} was found, so its end would prove nothing"
        found |= {process.pid: kind for process in processes}
    return found


def of_folder(folder: Path) -> set[int]:
    """Living processes that belong to a data folder, whoever their parent is."""
    found = set()
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except psutil.Error:
            continue
        if environment.get("GLIMPSER_DATA_DIR") == str(folder) and alive(process.pid):
            found.add(process.pid)
    return found


@pytest.mark.serial
@pytest.mark.parametrize("turns", [5, pytest.param(50, marks=pytest.mark.soak)])
def test_streams_of_a_killed_worker_run_again_and_the_others_do_not_notice(
    start_hub: Callable[..., Hub], start_cameras: Callable[..., Cameras], walk: Path, turns: int
) -> None:
    hub = start(start_hub, walk)
    server = start_cameras("--mounts", "4", "--size", "160x120", "--fps", "15")
    streams = [
        hub.add(f"s{n}", server.url(n % 4) if n % 3 == 0 else str(walk), analyzers={"motion": {}})
        for n in range(STREAMS)
    ]
    hub.active(*streams, timeout_s=40)
    chance = random.Random(1)
    for _ in range(turns):
        time.sleep(1.5)  # counters come once a second
        placed = {stream: hub.diagnostics(stream) for stream in streams}
        victim = chance.choice([d["worker"]["pid"] for d in placed.values()])
        mates = [stream for stream, d in placed.items() if d["worker"]["pid"] == victim]
        rest = [stream for stream in streams if stream not in mates]
        connects = {stream: placed[stream]["counters"]["connects"] for stream in rest}
        os.kill(victim, signal.SIGKILL)
        killed = time.monotonic()
        until(lambda: victim not in {hub.worker(s) for s in mates}, 5, "the hub did not notice", 0.02)  # noqa: B023
        hub.active(*mates, timeout_s=RUN_AGAIN_S + len(mates) / 40 - (time.monotonic() - killed))
        print(f"{len(mates)} streams of worker {victim} ran again after {time.monotonic() - killed:.2f} s")
        assert {stream: hub.diagnostics(stream)["generation"] for stream in rest} == {
            stream: placed[stream]["generation"] for stream in rest
        }
        assert {stream: hub.counters(stream)["connects"] for stream in rest} == connects
        # Who dies with a worker twice is suspected of having killed it and runs alone; not everybody can.
        assert sum(s["suspect"] for s in hub.streams().values()) <= 8
        zombies = [c for c in psutil.Process(hub.pid).children() if c.status() == psutil.STATUS_ZOMBIE]
        assert zombies == []
    assert len(hub.events(type="worker.crashed")) == turns


@pytest.mark.parametrize("turns", [5, pytest.param(50, marks=pytest.mark.soak)])
def test_killing_the_hub_leaves_no_process_and_a_whole_database(
    start_hub: Callable[..., Hub], walk: Path, turns: int
) -> None:
    hub = start(start_hub, walk)
    running = [hub.add(f"s{n}", str(walk), analyzers={"motion": {}}, sinks={"clips": {}}) for n in range(6)]
    stopped = hub.add("stopped", str(walk), enabled=False)
    chance = random.Random(1)
    interrupted = 0
    for turn in range(turns):
        hub.active(*running)
        # Now and then events are being written, now and then not, and in the first turn one is surely open.
        if turn == 0:
            until(lambda: hub.events(state="open"), 15, lambda: hub.events())
        time.sleep(chance.uniform(0, 3))
        before = {event["id"]: event for event in hub.events()}
        children = helpers(hub)
        assert of_folder(hub.folder) >= set(children)
        killed = time.monotonic()
        hub.kill()
        until(lambda: not of_folder(hub.folder), 10, lambda: of_folder(hub.folder))
        print(f"turn {turn}: no process left after {time.monotonic() - killed:.2f} s")
        assert hub.check_database() == "ok"

        hub.start()
        after = {event["id"]: event for event in hub.events()}
        lost = [event for identifier, event in before.items() if identifier not in after]
        assert lost == []
        for identifier, event in before.items():
            if event["state"] == "open":
                interrupted += after[identifier]["state"] == "interrupted"
                assert after[identifier]["state"] in ("interrupted", "ended")
                assert after[identifier]["ended_at"] >= event["started_at"]
            else:
                assert after[identifier]["ended_at"] == event["ended_at"]
        hub.active(*running)
        assert hub.stream(stopped)["status"] == "inactive"
    assert interrupted > 0
    # Every picture and clip that an event speaks of is there and whole.
    for event in hub.events():
        if event["snapshot_id"]:
            picture = hub.api.get(f"/api/snapshots/{event['snapshot_id']}/image").raise_for_status().content
            assert picture.startswith(b"\xff\xd8")
            assert picture.endswith(b"\xff\xd9")
        if event["clip_id"]:
            clip = hub.get(f"/api/clips/{event['clip_id']}")
            assert len(hub.api.get(clip["file"]).raise_for_status().content) == clip["size_bytes"]


def test_a_killed_way_out_comes_back(
    start_hub: Callable[..., Hub], start_cameras: Callable[..., Cameras], walk: Path
) -> None:
    hub = start(start_hub, walk)
    server = start_cameras("--size", "160x120", "--fps", "5")
    camera, local = hub.add("camera", server.url()), hub.add("local", str(walk))
    hub.active(camera, local)
    generation = hub.diagnostics(local)["generation"]
    (old,) = [pid for pid, kind in helpers(hub).items() if kind == "glimpser.egress"]
    connects = hub.counters(camera)["connects"]
    os.kill(old, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: [p.pid for p in hub.children("glimpser.egress")] not in ([], [old]), 10, "no new one")
    until(lambda: hub.counters(camera)["connects"] > connects and hub.stream(camera)["status"] == "active", 20,
          lambda: hub.stream(camera))  # fmt: skip
    print(f"the camera is back {time.monotonic() - killed:.1f} s after the way out was killed")
    assert hub.diagnostics(local)["generation"] == generation


@pytest.mark.serial
async def test_sigterm_stops_in_time_whatever_is_open(start_hub: Callable[..., Hub], walk: Path) -> None:
    hub = await asyncio.to_thread(start, start_hub, walk)
    streams = [hub.add(f"s{n}", str(walk), analyzers={"motion": {}}, sinks={"clips": {}}) for n in range(6)]
    hub.active(*streams)
    children = helpers(hub)
    ready: list[int] = []
    going = threading.Event()

    def readiness() -> None:
        with httpx.Client(timeout=5) as client:
            while not going.is_set():
                try:
                    ready.append(client.get(f"{hub.url}/readyz").status_code)
                except httpx.HTTPError:
                    ready.append(0)
                time.sleep(0.002)  # a hub with little to end drains within tens of milliseconds

    async def read(client: httpx.AsyncClient, path: str) -> int:
        size = 0
        try:
            async with client.stream("GET", path) as answer:
                async for chunk in answer.aiter_raw():
                    size += len(chunk)
        except httpx.HTTPError:
            pass
        return size

    headers = {"Authorization": f"Bearer {hub.key}"}
    async with httpx.AsyncClient(base_url=hub.url, headers=headers, timeout=30) as client:
        open_ = [asyncio.create_task(read(client, f"/api/stream/{stream}/mjpeg")) for stream in streams]
        open_.append(asyncio.create_task(read(client, "/api/events/stream")))
        url = hub.url.replace("http://", "ws://") + "/api/ws"
        async with websockets.connect(url, additional_headers=headers) as socket:
            await socket.send(json.dumps({"type": "subscribe", "id": 1, "stream": streams[0], "side": 160, "fps": 5}))
            for _ in range(5):
                await asyncio.wait_for(socket.recv(), 10)
            threading.Thread(target=readiness, daemon=True).start()
            await asyncio.sleep(0.5)
            took = await asyncio.to_thread(hub.stop)
            going.set()
        sizes = await asyncio.wait_for(asyncio.gather(*open_), 10)
    print(f"stopped after {took:.2f} s; readiness went through {sorted(set(ready))}")
    assert took < 10
    assert hub.process is not None
    assert hub.process.returncode == 0, hub.logged()[-2000:]
    assert all(size > 0 for size in sizes)
    assert ready[0] == 200
    assert 503 in ready
    assert 200 not in ready[ready.index(503) :]
    assert not any(alive(pid) for pid in children)
    assert of_folder(hub.folder) == set()
    assert hub.check_database() == "ok"
    assert "Traceback" not in hub.logged()
    hub.start()
    assert hub.events(state="interrupted") == []


def test_a_damaged_database_is_refused_and_the_copy_of_the_day_brings_all_back(
    start_hub: Callable[..., Hub], walk: Path
) -> None:
    hub = start(start_hub, walk)
    stream = hub.add("kept", str(walk), enabled=False)
    hub.stop()
    daily = hub.folder / "backups" / "daily"
    (first,) = daily.iterdir()
    first.unlink()
    hub.start()
    until(lambda: list(daily.glob("*.db")), 10)
    hub.stop()

    database = hub.folder / "glimpser.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    with pytest.raises(AssertionError, match=r"is damaged: .*; put a copy from .*daily in its place") as refused:
        hub.start(enrol=False)
    assert "Traceback" not in str(refused.value)
    assert str(daily) in str(refused.value)

    for rest in hub.folder.glob("glimpser.db*"):
        rest.unlink()
    shutil.copy(next(daily.glob("*.db")), database)
    hub.start()
    assert hub.stream(stream)["name"] == "kept"
    assert hub.check_database() == "ok"
