"""Real RTSP servers and real misbehaviour, watched through a real hub: what runs, what is told, what is left over."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest
from support import hostile
from support.cameras import Cameras, cameras
from support.hub import Hub, running, until

pytestmark = pytest.mark.long

NOTICED_S = 15.0
ACTIVE_S = 5.0


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running(tmp_path_factory.mktemp("rtsp") / "hub") as started:
        yield started


@pytest.fixture(autouse=True)
def clear(hub: Hub) -> Iterator[None]:
    """No test leaves streams to the next one."""
    yield
    hub.clear()


def code(hub: Hub, stream: str) -> str:
    reason = hub.stream(stream)["reason"]
    return str(reason["code"]) if reason else ""


def resources(pid: int) -> tuple[int, int]:
    """File descriptors and threads of a process."""
    process = psutil.Process(pid)
    return process.num_fds(), process.num_threads()


# --- what works ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_active_in_time_and_measured_as_sent(hub: Hub, transport: str, start_cameras: Callable[..., Cameras]) -> None:
    server = start_cameras("--fps", "8", "--size", "320x240")
    began = time.monotonic()
    stream = hub.add(transport, server.url(), config={"transport": transport})
    until(lambda: hub.stream(stream)["status"] == "active", ACTIVE_S, lambda: hub.stream(stream))
    print(f"{transport}: active after {time.monotonic() - began:.2f} s")
    shown = until(
        lambda: (s := hub.stream(stream))["fps"] is not None and abs(s["fps"] - 8) <= 0.8 and s,
        12,
        lambda: hub.stream(stream),
    )
    assert (shown["resolution"], shown["codec"], shown["reason"]) == ("320x240", "h264", None)
    age = datetime.now(UTC) - datetime.fromisoformat(shown["last_frame_at"])
    assert abs(age.total_seconds()) < 3
    later = until(lambda: (s := hub.stream(stream))["last_frame_at"] != shown["last_frame_at"] and s, 5, "no new frame")
    assert later["last_frame_at"] > shown["last_frame_at"]


def test_digest_authentication_and_a_wrong_password(hub: Hub, start_cameras: Callable[..., Cameras]) -> None:
    server = start_cameras("--user", "ada", "--password", "s3cret:/@", "--size", "320x240")
    right = hub.add("right", server.url(), config={"username": "ada", "password": "s3cret:/@"})
    wrong = hub.add("wrong", server.url(), config={"username": "ada", "password": "guess"})
    hub.active(right, timeout_s=ACTIVE_S)
    until(lambda: code(hub, wrong) == "auth.failed", NOTICED_S, lambda: hub.stream(wrong))
    assert "s3cret" not in str(hub.streams())
    assert "s3cret" not in hub.logged()
    assert "s3cret" not in str(hub.diagnostics(right))


def test_a_killed_server_is_noticed_and_comes_back_and_nothing_is_left(
    hub: Hub, start_cameras: Callable[..., Cameras]
) -> None:
    server = start_cameras("--mounts", "2", "--size", "320x240")
    tcp = hub.add("tcp", server.url(0))
    udp = hub.add("udp", server.url(1), config={"transport": "udp"})
    hub.active(tcp, udp)
    workers = {stream: hub.worker(stream) for stream in (tcp, udp)}
    before: dict[int, tuple[int, int]] = {}
    for turn in range(2):
        server.kill()
        killed = time.monotonic()
        for stream in (tcp, udp):
            until(lambda stream=stream: code(hub, stream), NOTICED_S - (time.monotonic() - killed), "no reason")  # type: ignore[misc]
        print(f"turn {turn}: noticed after {time.monotonic() - killed:.1f} s: {code(hub, tcp)}, {code(hub, udp)}")
        until(lambda: hub.stream(tcp)["status"] == "waiting", 5, lambda: hub.stream(tcp))
        if turn == 1:  # a short outage is no event, a long one is
            assert hub.events(type="stream.lost") == []
            until(lambda: len(hub.events(type="stream.lost")) == 2, 25, lambda: hub.events(type="stream.lost"))
        server.start()
        back = time.monotonic()
        for stream in (tcp, udp):
            # The n-th wait in a row is at most 2ⁿ⁻¹ s; a try that had begun may still fail.
            longest = 2.0 ** hub.stream(stream)["attempts"]
            hub.active(stream, timeout_s=2 * longest + ACTIVE_S - (time.monotonic() - back))
        print(f"turn {turn}: back after {time.monotonic() - back:.1f} s")
        if turn == 0:
            before = {pid: resources(pid) for pid in workers.values()}
    assert {stream: hub.worker(stream) for stream in (tcp, udp)} == workers
    for pid, (fds, threads) in before.items():
        until(lambda: resources(pid)[0] <= fds + 1 and resources(pid)[1] <= threads + 1, 10,  # noqa: B023
              lambda: (resources(pid), fds, threads))  # noqa: B023  # fmt: skip
    lost = hub.events(type="stream.lost")
    assert {event["stream_id"] for event in lost} == {tcp, udp}
    assert all(event["ended_at"] and event["data"]["code"] for event in lost)


# --- what does not -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def misbehaving(stack: contextlib.ExitStack) -> Iterator[dict[str, tuple[str, str]]]:
    """Name to address and expected code."""

    def serve(behaviour: hostile.Behaviour, scheme: str = "rtsp") -> str:
        return f"{scheme}://127.0.0.1:{stack.enter_context(hostile.serve(behaviour))}/x"

    yield {
        "silent": (serve(hostile.silent), "net.silent"),
        "half-open": (serve(hostile.half_open), "net.half_open"),
        "trickling answer": (serve(hostile.trickle), "net.trickle"),
        "trickling answer, HTTP": (serve(hostile.trickle, "http"), "net.trickle"),
        "trickling media": (serve(hostile.trickled_media), "net.trickle"),
        "endless header": (serve(hostile.endless_header), "net.endless_header"),
        "endless header, HTTP": (serve(hostile.endless_header, "http"), "net.endless_header"),
        "web page": (serve(hostile.web_page, "http"), "media.not_video"),
        "web page for RTSP": (serve(hostile.web_page), "media.not_video"),
        "unauthorized": (serve(hostile.unauthorized), "auth.failed"),
        "unauthorized, HTTP": (serve(hostile.unauthorized, "http"), "auth.failed"),
        "reset": (serve(hostile.reset), "net.closed"),
        "missing": (serve(hostile.missing), "net.not_found"),
        "refused": (f"rtsp://127.0.0.1:{hostile.free_port()}/x", "net.refused"),
        "forbidden": ("rtsp://169.254.169.254/x", "egress.metadata"),
    }


def test_every_misbehaviour_has_its_code_in_time_and_nothing_is_left(hub: Hub) -> None:
    with contextlib.ExitStack() as stack, misbehaving(stack) as servers:
        good = stack.enter_context(cameras("--size", "320x240"))
        healthy = hub.add("healthy", good.url())
        hub.active(healthy)
        generation = hub.diagnostics(healthy)["generation"]
        worker = hub.worker(healthy)
        # Once cut short, so that the pools of threads have their size and every kind of wait was interrupted.
        early = [hub.add(name, url) for name, (url, _) in servers.items()]
        until(lambda: sum(bool(code(hub, stream)) for stream in early) > 5, NOTICED_S, "hardly any has a reason")
        hub.remove(*early)
        time.sleep(3)
        before = resources(worker)

        streams = {name: hub.add(name, url) for name, (url, _) in servers.items()}
        created = time.monotonic()

        def wrong() -> dict[str, tuple[str, str]]:
            known = hub.streams()
            told = {name: (known[stream]["reason"] or {}).get("code", "") for name, stream in streams.items()}
            return {name: (code, servers[name][1]) for name, code in told.items() if code != servers[name][1]}

        until(lambda: not wrong(), NOTICED_S + 2, wrong)
        print(f"all {len(streams)} told apart {time.monotonic() - created:.1f} s after the last was added")
        assert all(s["reason"]["text"] for s in hub.streams().values() if s["reason"])
        assert hub.stream(healthy)["status"] == "active"
        assert hub.diagnostics(healthy)["generation"] == generation
        assert resources(worker)[1] > before[1], "no stream of these ran in this worker"
        hub.remove(*streams.values())
        until(lambda: resources(worker)[0] <= before[0] + 1 and resources(worker)[1] <= before[1] + 4, 10,
              lambda: (resources(worker), before))  # fmt: skip


def test_a_picture_that_freezes(hub: Hub, pictures: list[bytes]) -> None:
    frozen_at: list[float] = []

    def freezes(client: Any) -> None:
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
        for number in range(10**6):
            if number == 130:
                frozen_at.append(time.monotonic())
            picture = pictures[min(number, 130) % len(pictures)]
            head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            client.sendall(head + picture + b"\r\n")
            time.sleep(0.1)

    with hostile.serve(freezes) as changing, hostile.serve(hostile.mjpeg(pictures[:1], fps=5)) as constant:
        frozen = hub.add("frozen", f"http://127.0.0.1:{changing}/x", config={"format": "mjpeg"})
        still = hub.add("still", f"http://127.0.0.1:{constant}/x", config={"format": "mjpeg"})
        hub.active(frozen, still)
        began = hub.diagnostics(still)["generation"]
        until(lambda: code(hub, frozen) == "stream.frozen_payload", 13 + NOTICED_S, lambda: hub.stream(frozen))
        print(f"frozen: noticed after {time.monotonic() - frozen_at[0]:.1f} s")
        assert time.monotonic() - frozen_at[0] < NOTICED_S
        # A source that never changed is a constant picture and no fault.
        assert hub.stream(still)["status"] == "active"
        assert hub.counters(still)["connects"] == 1
        assert hub.diagnostics(still)["generation"] == began
        hub.remove(frozen, still)


@pytest.fixture
def pictures() -> list[bytes]:
    """Different JPEGs."""
    import cv2
    import numpy as np

    rng = np.random.default_rng(1)
    made = []
    for number in range(20):
        picture = rng.integers(60, 90, (120, 160, 3), dtype=np.uint8)
        picture[:, number * 8 : number * 8 + 8] = 220
        made.append(cv2.imencode(".jpg", picture)[1].tobytes())
    return made


# --- no false alarms -----------------------------------------------------------------------------------------------


def quiet(hub: Hub, stack: contextlib.ExitStack, patterns: list[str], seconds: float) -> None:
    """Watch good streams for a while: none is lost, none reconnects, and what stands still does not move."""
    servers = {
        f"{pattern} {number}": stack.enter_context(cameras("--pattern", pattern, "--size", "320x240"))
        for number, pattern in enumerate(patterns)
    }
    streams = {name: hub.add(name, server.url(), analyzers={"motion": {}}) for name, server in servers.items()}
    hub.active(*streams.values())
    connects = {name: hub.counters(stream)["connects"] for name, stream in streams.items()}
    time.sleep(seconds)
    known = hub.streams()
    assert {name: known[stream]["status"] for name, stream in streams.items()} == dict.fromkeys(streams, "active")
    assert {name: hub.counters(stream)["connects"] for name, stream in streams.items()} == connects
    for name, stream in streams.items():
        events = [event["type"] for event in hub.events(stream=stream)]
        assert "stream.lost" not in events
        if name.startswith(("smpte", "black")):
            assert events == [], name


def test_a_constant_pattern_and_a_black_picture_are_no_alarm(hub: Hub) -> None:
    with contextlib.ExitStack() as stack:
        quiet(hub, stack, ["smpte", "black", "ball"], 20)


@pytest.mark.soak
def test_no_false_alarm_in_ten_minutes_on_ten_streams(hub: Hub) -> None:
    with contextlib.ExitStack() as stack:
        quiet(hub, stack, ["smpte", "black", "ball", "clock", "snow"] * 2, 600)


@pytest.mark.soak
def test_a_hundred_outages_are_all_recovered(hub: Hub, start_cameras: Callable[..., Cameras]) -> None:
    server = start_cameras("--mounts", "4", "--size", "320x240")
    streams = [
        hub.add(f"s{number}", server.url(number), config={"transport": "udp" if number % 2 else "tcp"})
        for number in range(4)
    ]
    hub.active(*streams)
    chance = random.Random(1)
    before: tuple[int, int] | None = None
    for turn in range(100):
        if chance.random() < 0.7:
            server.kill()
            time.sleep(chance.uniform(0.1, 12))
            server.start()
        else:
            server.freeze()
            time.sleep(chance.uniform(1, 25))
            server.thaw()
        hub.active(*streams, timeout_s=130)
        worker = hub.worker(streams[0])
        if turn == 5:
            before = resources(worker)
    assert before is not None
    until(lambda: resources(worker)[0] <= before[0] + 3 and resources(worker)[1] <= before[1] + 3, 20,
          lambda: (before, resources(worker)))  # fmt: skip
