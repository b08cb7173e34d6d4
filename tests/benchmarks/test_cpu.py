"""CPU of streams, analysed and idle, beside PyAV alone and Debian's motion, in one run."""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path

import pytest

from .figures import Figures
from .support import bare_pyav, cpu_during, cpu_of_each, egress_of, hub, motion, rtsp

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REPEATS = 5
SECONDS = 5.0
CLIP_S = 90.0
TEN = 10


def median_of(pids: list[int]) -> float:
    return statistics.median(cpu_during(pids, SECONDS) for _ in range(REPEATS))


def test_ten_analysed_and_ten_idle(figures: Figures, moving_clip: Path, quiet_clip: Path, tmp_path: Path) -> None:
    """The same ten cameras: moving picture with every frame decoded and analysed, then quiet ones."""
    with rtsp(moving_clip, TEN) as (port, _):
        urls = [f"rtsp://127.0.0.1:{port}/cam{i}" for i in range(TEN)]
        with hub(tmp_path / "a") as glimpser:
            for url in urls:
                identifier = glimpser.add(url)
                assert identifier
            glimpser.until_active(TEN)
            # Over the whole clip: shorter windows would be of its quiet or of its moving part.
            ours, passing = cpu_of_each([glimpser.process.pid, egress_of(glimpser.process.pid)], CLIP_S)
            assert passing > 0, "what cameras send comes by the egress"
            modes = [s["mode"] for s in glimpser.states()]
        with bare_pyav(urls) as pid:
            cpu_during([pid], 4)
            bare = median_of([pid])
        figures.add("analysed stream, moving a third of the time, hub included, against PyAV demux + decode",
                    ours / bare, "×", budget=1.5, goal=1.3)  # fmt: skip
        figures.note(f"ten moving streams: {100 * ours:.1f} % of a core, the egress {100 * passing:.2f} % among it "
                     f"(modes at the end: {modes}), PyAV alone {100 * bare:.1f} %")  # fmt: skip
        if shutil.which("motion"):
            with motion(tmp_path / "m", urls) as pid:
                cpu_during([pid], 8)
                theirs = median_of([pid])
            figures.add(
                "ten analysed cameras against motion 4.5, moving a third of the time",
                ours / theirs,
                "×",
                budget=1.2,
                goal=1.0,
            )
            figures.note(f"motion on the ten moving cameras: {100 * theirs:.1f} % of a core")
    with rtsp(quiet_clip, TEN) as (port, _):
        urls = [f"rtsp://127.0.0.1:{port}/cam{i}" for i in range(TEN)]
        with hub(tmp_path / "b") as glimpser:
            for url in urls:
                glimpser.add(url)
            glimpser.until_active(TEN)
            cpu_during([glimpser.process.pid], 15)
            pids = [glimpser.process.pid, egress_of(glimpser.process.pid)]
            windows = [cpu_of_each(pids, SECONDS) for _ in range(REPEATS)]
            idle, passing = (statistics.median(window[part] for window in windows) for part in range(2))
            assert passing > 0, "what cameras send comes by the egress"
            modes = [s["mode"] for s in glimpser.states()]
        if shutil.which("motion"):
            with motion(tmp_path / "n", urls) as pid:
                cpu_during([pid], 8)
                theirs = median_of([pid])
            figures.add("ten idle cameras against motion 4.5", idle / theirs, "×", budget=0.4, goal=0.25)
            figures.note(
                f"ten idle streams: {100 * idle:.1f} % of a core, the egress {100 * passing:.2f} % among it "
                f"(modes: {modes}), motion {100 * theirs:.1f} %"
            )


def test_every_frame_analysed(figures: Figures, moving_clip: Path, tmp_path: Path) -> None:
    """Idle mode out of play: a stream whose every frame is decoded and analysed."""
    with rtsp(moving_clip, TEN) as (port, _):
        urls = [f"rtsp://127.0.0.1:{port}/cam{i}" for i in range(TEN)]
        with hub(tmp_path / "a") as glimpser:
            glimpser.ask("PATCH", "/api/settings", {"max_idle_gap_s": 0.1})
            for url in urls:
                glimpser.add(url)
            glimpser.until_active(TEN)
            cpu_during([glimpser.process.pid], 6)
            ours = median_of([glimpser.process.pid])
            counters = glimpser.ask("GET", f"/api/streams/{glimpser.states()[0]['id']}/diagnostics")["counters"]
        with bare_pyav(urls) as pid:
            cpu_during([pid], 4)
            bare = median_of([pid])
        if shutil.which("motion"):
            with motion(tmp_path / "m", urls) as pid:
                cpu_during([pid], 8)
                theirs = median_of([pid])
            figures.add(
                "ten analysed cameras against motion 4.5, every frame", ours / theirs, "×", budget=1.2, goal=1.0
            )
    figures.add("analysed stream, every frame, hub included, against PyAV demux + decode of the same feed",
                ours / bare, "×", budget=1.5, goal=1.3)  # fmt: skip
    figures.note(f"every frame of ten streams: {100 * ours:.1f} % of a core, PyAV {100 * bare:.1f} %; counters of one "
                 f"stream: {counters}")  # fmt: skip


@pytest.mark.parametrize(("count", "moving"), [(200, 0), (500, 0), (300, 45)])
def test_idle_streams(
    figures: Figures, quiet_clip: Path, moving_clip: Path, tmp_path: Path, count: int, moving: int
) -> None:
    """How many idle streams two cores hold; the servers' CPU is counted apart. ``moving``: so many see things that
    move about a third of the time, each at its own."""
    mounts = 20
    with (
        rtsp(quiet_clip, mounts) as (quiet, server),
        rtsp(moving_clip, mounts) as (busy, second),
        hub(tmp_path / "a") as glimpser,
    ):
        for number in range(count - moving):
            glimpser.add(f"rtsp://127.0.0.1:{quiet}/cam{number % mounts}", sinks={})
        for number in range(moving):
            # Each camera plays from when it is first watched; theirs are spread over the clip.
            time.sleep(CLIP_S / moving)
            glimpser.add(f"rtsp://127.0.0.1:{busy}/cam{number * mounts // moving}", sinks={})
        glimpser.until_active(count, 240)
        cpu_during([glimpser.process.pid], 20)
        taken, awake = [], []
        for _ in range(5 if moving else 3):
            taken.append(cpu_during([glimpser.process.pid], 10))
            modes = [s["mode"] for s in glimpser.states()]
            awake.append(modes.count("full") / count)
        ours = statistics.median(taken)
        sender = cpu_during([server, second], 5)
        states = glimpser.states()
        active = sum(s["status"] == "active" for s in states)
        slowed = sum(s["degraded"] for s in states)
    share = statistics.mean(awake)
    what = f"idle streams that two cores hold, from {count} running" + f", {share:.0%} awake" * bool(moving)
    figures.add(what, 2.0 * count / ours, "", budget=500, goal=1000, at_least=True)
    figures.note(f"{count} streams, {share:.1%} awake: {100 * ours:.0f} % of a core ({active} active, {slowed} slowed "
                 f"down), the sender {100 * sender:.0f} % apart")  # fmt: skip
