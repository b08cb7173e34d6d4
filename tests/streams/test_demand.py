"""Nothing is decoded or encoded that nobody asked for: shown by the hub's counters and by its processor time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from support.film import film
from support.hub import Hub, running, until

pytestmark = pytest.mark.long

FPS = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demand")


@pytest.fixture(scope="module")
def still(folder: Path) -> Path:
    """Nothing moves; two keyframes a second."""
    return film(folder / "still.mp4", seconds=20, size=(640, 360), fps=FPS, gop=FPS // 2)


@pytest.fixture(scope="module")
def walk(folder: Path) -> Path:
    """Something moves for 4 s in every 24 s; a keyframe a second."""
    return film(folder / "walk.mp4", seconds=24, moving=(10, 14), fps=FPS, gop=FPS)


@pytest.fixture(scope="module")
def hub(folder: Path) -> Iterator[Hub]:
    with running(folder / "hub") as started:
        yield started


@pytest.fixture(autouse=True)
def clear(hub: Hub) -> Iterator[None]:
    """No test leaves streams to the next one."""
    yield
    hub.clear()


def grown(hub: Hub, stream: str, seconds: float) -> dict[str, float]:
    """By how much each counter grew."""
    before = hub.counters(stream)
    time.sleep(seconds)
    return {name: value - before.get(name, 0) for name, value in hub.counters(stream).items()}


class Viewer(threading.Thread):
    """Reads MJPEG and counts its pictures."""

    def __init__(self, hub: Hub, stream: str, width: int) -> None:
        super().__init__(daemon=True)
        self.pictures = 0
        self._leave = threading.Event()
        self._hub, self._path = hub, f"/api/stream/{stream}/mjpeg?fps=30&w={width}"

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._hub.key}"}
        with httpx.stream("GET", self._hub.url + self._path, headers=headers, timeout=10) as answer:
            for chunk in answer.iter_raw():
                self.pictures += chunk.count(b"--glimpser\r\n")
                if self._leave.is_set():
                    return

    def leave(self) -> None:
        self._leave.set()
        self.join(10)
        assert not self.is_alive()


def test_nothing_is_decoded_for_nobody_and_status_stays_true(hub: Hub, still: Path) -> None:
    stream = hub.add("unwatched", str(still))
    hub.active(stream)
    more = grown(hub, stream, 4)
    assert more["packets"] >= 3 * FPS
    assert {name: more[name] for name in ("decoded_key", "decoded_nonref", "decoded_full")} == {
        "decoded_key": 0, "decoded_nonref": 0, "decoded_full": 0,
    }  # fmt: skip
    assert not any(name.startswith("jpeg") for name in hub.counters(stream))
    shown = hub.stream(stream)
    assert (shown["mode"], shown["resolution"]) == ("none", "640x360")
    assert shown["fps"] == pytest.approx(FPS, rel=0.1)


def test_an_idle_stream_decodes_keyframes_until_something_moves(hub: Hub, walk: Path) -> None:
    stream = hub.add("walk", str(walk), analyzers={"motion": {}})
    hub.active(stream)
    time.sleep(3)  # the first keyframes and the interval between them are being learned
    idle = grown(hub, stream, 4)
    assert hub.stream(stream)["mode"] == "key"
    assert 3 <= idle["decoded_key"] <= 5
    assert idle["decoded_full"] == 0
    assert idle["decoded_key"] == idle["keyframes"]

    before = hub.counters(stream)
    until(lambda: hub.stream(stream)["mode"] == "full", 20, lambda: hub.diagnostics(stream))
    until(lambda: hub.stream(stream)["mode"] == "key", 20, lambda: hub.diagnostics(stream))
    after = hub.counters(stream)
    awake = after["decoded_full"] - before["decoded_full"]
    # Four seconds of movement and five after it; the catch-up through the kept group adds up to one second.
    assert 5 * FPS < awake < 13 * FPS, awake
    assert after.get("errors.decode", 0) == 0
    again = grown(hub, stream, 2)
    assert again["decoded_full"] == 0
    assert again["decoded_key"] >= 1
    events = hub.events(stream=stream)
    assert [(event["type"], event["state"]) for event in events] == [("motion.detected", "ended")]


@pytest.mark.serial
def test_idle_streams_cost_a_fraction_of_analysed_ones(hub: Hub, folder: Path) -> None:
    busy = film(folder / "busy.mp4", seconds=10, moving=(0, 10), size=(640, 360), fps=FPS, gop=FPS)
    quiet = film(folder / "quiet.mp4", seconds=10, size=(640, 360), fps=FPS, gop=FPS)
    costs = {}
    for name, path, analyzers in (
        ("unwatched", quiet, {}),
        ("idle", quiet, {"motion": {}}),
        ("awake", busy, {"motion": {}}),
    ):
        streams = [hub.add(f"{name} {n}", str(path), analyzers=analyzers) for n in range(8)]
        hub.active(*streams)
        time.sleep(3)
        costs[name] = -sum(hub.counters(stream)["cpu_s"] for stream in streams)
        process = -hub.cpu_s()
        time.sleep(4)
        costs[name] += sum(hub.counters(stream)["cpu_s"] for stream in streams)
        process += hub.cpu_s()
        print(
            f"{name}: 8 streams cost {100 * process / 4:.1f} % of a core, {100 * costs[name] / 4:.1f} % of it decoding"
        )
        costs[f"{name} process"] = process
        hub.remove(*streams)
        until(lambda: not hub.streams(), 10)
    assert costs["idle process"] < 0.6 * costs["awake process"]
    assert costs["idle"] < 0.4 * costs["awake"]


def test_one_encode_for_each_picture_and_size_however_many_watch(hub: Hub, still: Path) -> None:
    stream = hub.add("watched", str(still))
    hub.active(stream)
    with ExitStack() as stack:
        viewers = [Viewer(hub, stream, 320) for _ in range(10)] + [Viewer(hub, stream, 640)]
        for viewer in viewers:
            viewer.start()
            stack.callback(viewer.leave)
        until(lambda: all(viewer.pictures > 5 for viewer in viewers), 15, lambda: [v.pictures for v in viewers])
        seen = [viewer.pictures for viewer in viewers]
        more = grown(hub, stream, 5)
        seen = [viewer.pictures - before for viewer, before in zip(viewers, seen, strict=True)]
        assert more["decoded_full"] > 2 * FPS
        for size in ("jpeg.320", "jpeg.640"):
            assert 0 < more[size] <= more["decoded_full"] + 2, more
        assert sum(seen[:10]) > 5 * more["jpeg.320"], (seen, more)
        print(f"{more['decoded_full']:.0f} pictures, {more['jpeg.320']:.0f} encodes at 320 for {sum(seen[:10])} sent")
        assert len(hub.get("/api/live-sessions")) == 11
    until(lambda: not hub.get("/api/live-sessions"), 10, lambda: hub.get("/api/live-sessions"))
    until(lambda: hub.stream(stream)["mode"] == "none", 10, lambda: hub.diagnostics(stream))
    assert {n: v for n, v in grown(hub, stream, 2).items() if v and n.startswith(("jpeg", "decoded"))} == {}
