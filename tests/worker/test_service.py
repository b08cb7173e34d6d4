"""Streams in a worker: the same suite over a real process with socket pairs and over links in memory."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hubside import ROOT, HubSide, bright, notebook, pictures, source, stream

from glimpser.protocol.messages import (
    Counters,
    Credit,
    EgressAnswer,
    EgressAsk,
    EgressDone,
    EventChanged,
    FileReady,
    Hello,
    LiveView,
    Log,
    Notice,
    Probe,
    Probed,
    Refused,
    RegionPart,
    SnapshotFailed,
    Status,
    Stop,
    Stuck,
    TakeSnapshot,
    Watch,
    WhyNot,
    WorkerHealth,
)

MOVING = (2.0, 4.0)


def pixels(jpeg: bytes) -> np.ndarray[Any, Any]:
    gray: Any = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    return gray  # type: ignore[no-any-return]


async def test_start_to_live_picture_to_stop(hub: HubSide) -> None:
    hub.start(stream(analyzers=[bright()]))
    await hub.state("active", timeout=8)
    hub.post(Watch(stream_id="s", generation=1, views=[LiveView(side=160, max_fps=10)]))
    shown = await hub.shows("live")
    assert (shown.width, shown.height) == (160, 90)
    assert pixels(shown.jpeg).shape == (90, 160)
    status = await hub.wait(Status, lambda s: s.fps is not None)
    assert (status.width, status.height, status.codec) == (320, 180, "h264")
    assert status.fps == pytest.approx(10, abs=0.2)
    assert status.last_frame_at is not None
    hub.post(Stop(stream_id="s", generation=1))
    await hub.state("inactive", timeout=2.5)
    health = await hub.wait(WorkerHealth)
    assert health.rss > 1_000_000


async def test_an_event_with_best_frame_and_sink(hub: HubSide, tmp_path: Path) -> None:
    sink = notebook(tmp_path, pre_roll_s=1.0)
    hub.start(stream(source=source(bright=MOVING), analyzers=[bright(idle_trigger=True, gap_s=1.0)], sinks=[sink]))
    started = await hub.wait(EventChanged, lambda e: e.change == "started")
    best = await hub.shows("best")
    assert best.event_id == started.event.id
    assert pixels(best.jpeg).max() > 200
    ended = await hub.wait(EventChanged, lambda e: e.change == "ended")
    assert ended.event.id == started.event.id
    assert ended.event.revision > started.event.revision
    assert ended.event.ended_at is not None
    lasted = (ended.event.ended_at - ended.event.started_at).total_seconds()
    assert lasted == pytest.approx(1.9, abs=0.25)
    hub.post(Stop(stream_id="s", generation=1))
    ready = await hub.wait(FileReady)
    await hub.state("inactive")
    assert (ready.name, ready.folder) == ("notes.jsonl", str(tmp_path))
    notes = [json.loads(line) for line in (tmp_path / "notes.jsonl").read_text().splitlines()]
    assert notes[0]["event"] == "started"
    assert notes[0]["starts_with_key"]
    during = notes[0]["pre_roll"] + [n["packet"] for n in notes if "packet" in n]
    assert during == sorted(set(during)), "pre-roll and what follows join without a gap or a repeat"
    assert np.diff(during).tolist() == [9000] * (len(during) - 1)
    assert notes[-1]["event"] == "ended"


async def test_idle_costs_keyframes_and_waking_decodes_all(hub: HubSide) -> None:
    hub.start(stream(source=source(bright=MOVING), analyzers=[bright(idle_trigger=True)]))
    await hub.wait(Status, lambda s: s.mode == "key")
    await hub.wait(EventChanged, lambda e: e.change == "started")
    before = hub.newest
    assert before["decoded_key"] <= 3
    assert before.get("decoded_full", 0) <= 10
    await hub.wait(Status, lambda s: s.mode == "full" and s.mode_why == "awake: bright")
    await asyncio.sleep(1.2)
    assert hub.newest["decoded_full"] > before.get("decoded_full", 0)


async def test_without_demand_nothing_is_decoded_and_status_stays_true(hub: HubSide) -> None:
    hub.start(stream())
    status = await hub.wait(Status, lambda s: s.fps is not None)
    assert (status.state, status.mode) == ("active", "none")
    counters = (await hub.wait(Counters, lambda c: c.values["packets"] > 10)).values
    assert [counters[f"decoded_{mode}"] for mode in ("key", "nonref", "full")] == [0, 0, 0]


async def test_one_encode_for_each_frame_and_size(hub: HubSide) -> None:
    hub.start(stream(source=source(fps=20)))
    await hub.state("active")
    # However many watch, the hub asks for each size once, at the fastest viewer's rate.
    hub.post(Watch(stream_id="s", generation=1, views=[LiveView(side=160, max_fps=20), LiveView(side=0, max_fps=5)]))
    await asyncio.sleep(3.2)
    hub.post(Watch(stream_id="s", generation=1, views=[]))
    await asyncio.sleep(1.3)
    counters = hub.newest
    assert 50 <= counters["jpeg.160"] <= 66
    assert 13 <= counters["jpeg.0"] <= 18
    encoded = counters["jpeg.160"] + counters["jpeg.0"]
    sequences = [(p.side, p.sequence) for p in hub.pictures]
    assert len(sequences) == len(set(sequences))
    assert len(sequences) >= encoded - 4
    still = hub.of(Counters)[-1].values["decoded_full"]
    await asyncio.sleep(1.2)
    assert hub.newest["decoded_full"] - still <= 2, "nobody watches, nothing is decoded"


async def test_without_credit_pictures_stop_and_the_newest_follows(hub: HubSide) -> None:
    hub.forwarding = False
    hub.start(stream())
    await hub.state("active")
    hub.post(Watch(stream_id="s", generation=1, views=[LiveView(side=160, max_fps=10)]))
    await hub.until(lambda: len(hub.pictures) == 4)
    await asyncio.sleep(1.0)
    assert len(hub.pictures) == 4
    hub.post(Credit(stream_id="s", pictures=1))
    await hub.until(lambda: len(hub.pictures) == 5)
    assert hub.pictures[4].sequence - hub.pictures[3].sequence >= 7
    await hub.wait(Counters, lambda c: c.values.get("dropped.live", 0) > 5)


async def test_snapshots_of_watched_idle_and_dead_streams(hub: HubSide) -> None:
    hub.start(stream())
    await hub.state("active")
    await asyncio.sleep(1.1)
    for request, fresh in (("idle", False), ("fresh", True)):
        hub.post(TakeSnapshot(request_id=request, stream_id="s", generation=1, fresh=fresh))
    await hub.until(lambda: {p.request_id for p in hub.pictures} == {"idle", "fresh"}, 2.0)
    assert pixels(hub.pictures[0].jpeg).shape == (180, 320)
    hub.start(stream(id="dead", source=source(fail="not_ready")))
    await hub.wait(Status, lambda s: s.stream_id == "dead" and s.state == "waiting")
    hub.post(TakeSnapshot(request_id="none", stream_id="dead", generation=1, timeout_s=1))
    failed = await hub.wait(SnapshotFailed)
    assert (failed.request_id, failed.why.code) == ("none", "not_ready")
    hub.post(TakeSnapshot(request_id="gone", stream_id="nobody", generation=1))
    assert (await hub.wait(SnapshotFailed, lambda f: f.request_id == "gone")).why.code == "stream.not_running"


HIDDEN = [RegionPart(id="r", name="window", kind="privacy", polygon=[(0, 0), (1, 0), (1, 0.5), (0, 0.5)])]


async def test_privacy_holds_on_every_path(hub: HubSide, tmp_path: Path) -> None:
    seen = bright(config={"threshold": 150})
    hub.start(stream(source=source(bright=(0.0, 9.0)), regions=HIDDEN, analyzers=[seen], sinks=[notebook(tmp_path)]))
    hub.post(Watch(stream_id="s", generation=1, views=[LiveView(side=320, max_fps=5)]))
    notice = await hub.wait(Notice)
    assert (notice.code, notice.params) == ("sink.refused_privacy", {"sink": "notebook"})
    await hub.shows("live")
    hub.post(TakeSnapshot(request_id="x", stream_id="s", generation=1))
    await hub.shows("snapshot")
    await hub.shows("best")
    for picture in hub.pictures:
        shown = pixels(picture.jpeg)
        assert shown[: len(shown) // 2 - 4].max() < 12, picture.purpose
        assert shown[len(shown) // 2 + 4 :].max() > 60, picture.purpose
    assert not any(tmp_path.iterdir())


async def test_an_analyzer_sees_nothing_behind_the_mask(hub: HubSide) -> None:
    region = [RegionPart(id="r", name="all", kind="privacy", polygon=[(0, 0.2), (1, 0.2), (1, 0.8), (0, 0.8)])]
    hub.start(stream(source=source(bright=(0.0, 9.0)), regions=region, analyzers=[bright()]))
    await hub.wait(Counters, lambda c: c.values.get("analyzed.bright", 0) > 10)
    assert not hub.of(EventChanged)


async def test_unmasked_recording_is_obeyed(hub: HubSide, tmp_path: Path) -> None:
    sink = notebook(tmp_path, config={"always": True})
    hub.start(stream(regions=HIDDEN, unmasked_recording=True, sinks=[sink]))
    await hub.state("active")
    await asyncio.sleep(2)
    assert "packet" in (tmp_path / "notes.jsonl").read_text()
    assert not hub.of(Notice)


@pytest.mark.parametrize(
    ("fail", "state", "code"),
    [("auth", "waiting", "auth_failed"), ("unsupported", "waiting", "unsupported"),
     ("config", "error", "config_invalid"), ("bug", "waiting", "plugin.failed")],
)  # fmt: skip
async def test_failures_are_told_apart(hub: HubSide, fail: str, state: str, code: str) -> None:
    hub.start(stream(source=source(fail=fail)))
    status = await hub.state(state)
    assert status.why is not None
    assert status.why.code == code
    assert status.attempts == 1
    delay = None if status.retry_at is None else "retry"
    assert (delay is None) == (state == "error")
    assert status.suspect_plugin == ("synthetic" if fail == "bug" else "")


async def test_retry_after_is_obeyed_and_a_wrong_field_is_named(hub: HubSide) -> None:
    hub.start(stream(source=source(fail="not_ready")))
    await hub.wait(Status, lambda s: s.attempts >= 4, timeout=3)
    hub.start(stream(id="t", source=source(fps="fast")))
    status = await hub.wait(Status, lambda s: s.stream_id == "t" and s.state == "error")
    assert status.why is not None
    assert (status.why.code, status.why.params["field"]) == ("config_invalid", "fps")


async def test_a_stream_that_ends_comes_back(hub: HubSide) -> None:
    hub.start(stream(source=source(frames=5, realtime=False)))
    await hub.wait(Counters, lambda c: c.values["connects"] >= 2, timeout=5)
    waiting = await hub.state("waiting")
    assert waiting.why is not None
    assert waiting.why.code == "stream_ended"


async def test_egress_is_asked_obeyed_and_given_back(hub: HubSide) -> None:
    hub.start(stream(source=source(egress="rtsp://cam/1", password="tOpSecret")))
    ask = await hub.wait(EgressAsk)
    assert (ask.url, ask.plugin, ask.stream_id) == ("rtsp://cam/1", "synthetic", "s")
    hub.post(EgressAnswer(request_id=ask.request_id, url="rtsp://192.0.2.1/1"))
    await hub.state("active")
    hub.post(Stop(stream_id="s", generation=1))
    assert (await hub.wait(EgressDone)).lease == ask.lease
    logs = " ".join(m.text for m in hub.of(Log))
    assert "opened rtsp://192.0.2.1/1" in logs
    assert "connecting with ***" in logs
    assert "tOpSecret" not in repr(hub.messages)


@pytest.mark.parametrize(("retry", "state"), [(False, "error"), (True, "waiting")])
async def test_refused_egress_is_the_streams_reason(hub: HubSide, retry: bool, state: str) -> None:
    hub.start(stream(source=source(egress="rtsp://10.0.0.1/")))
    ask = await hub.wait(EgressAsk)
    why = WhyNot(code="egress.private", params={"host": "10.0.0.1"})
    hub.post(EgressAnswer(request_id=ask.request_id, why=why, retry=retry))
    status = await hub.state(state)
    assert status.why is not None
    assert status.why.code == "egress.private"
    assert status.why.params["host"] == "10.0.0.1"


async def test_an_async_source_of_pictures_runs_the_same_way(hub: HubSide) -> None:
    hub.start(stream(source=pictures(), analyzers=[bright(config={"threshold": 5})]))
    await hub.state("active")
    await hub.wait(EventChanged)
    hub.post(TakeSnapshot(request_id="x", stream_id="s", generation=1))
    await hub.shows("snapshot")
    hub.post(Stop(stream_id="s", generation=1))
    await hub.state("inactive", timeout=2.5)


async def test_probe_gives_a_preview_and_keeps_nothing(hub: HubSide) -> None:
    hub.post(Probe(request_id="p", source=source(fps=20)))
    hub.post(Probe(request_id="q", source=source(fail="auth")))
    hub.post(Probe(request_id="r", source=source(hang="silent", fps=1), timeout_s=1.0))
    hub.post(Probe(request_id="t", source=pictures()))
    await hub.until(lambda: len(hub.of(Probed)) == 4)
    answers = {answer.request_id: answer for answer in hub.of(Probed)}
    assert (answers["p"].width, answers["p"].height, answers["p"].codec) == (320, 180, "h264")
    assert answers["p"].fps == pytest.approx(20, abs=0.5)
    assert answers["p"].jpeg is not None
    assert [answers[name].why and answers[name].why.code for name in "pqt"] == [None, "auth_failed", None]
    assert not hub.of(Status)


async def test_older_generations_are_ignored_and_newer_ones_replace(hub: HubSide) -> None:
    hub.start(stream(), generation=5)
    await hub.state("active", generation=5)
    hub.start(stream(), generation=4)
    hub.post(Stop(stream_id="s", generation=4))
    hub.start(stream(source=source(fps=5)), generation=6)
    await hub.state("active", generation=6)
    states = [(s.generation, s.state) for s in hub.of(Status) if s.state in ("inactive", "active")]
    assert (5, "inactive") in states
    assert all(generation != 4 for generation, _ in states)
    assert states.index((5, "inactive")) < states.index((6, "active"))


async def test_a_source_that_ignores_close_is_reported(hub: HubSide) -> None:
    hub.start(stream(source=source(hang="close", fps=20)))
    await hub.wait(Counters, lambda c: c.values["packets"] > 20)
    hub.post(Stop(stream_id="s", generation=1))
    stuck = await hub.wait(Stuck, timeout=4)
    assert stuck.plugin == "synthetic"


async def test_another_version_is_refused_in_words() -> None:
    side = await HubSide.spawn()
    side.post(Hello(version=99, oldest=98, worker_id="w", node_id="n"))
    refused = await side.wait(Refused)
    assert "install the same version" in refused.text
    assert side.process is not None
    assert await asyncio.wait_for(side.process.wait(), 5) == 0
    for task in side._tasks:
        task.cancel()
    for link in side._links:
        link.close()


async def test_the_worker_ends_with_the_control_channel(process: HubSide) -> None:
    process.start(stream())
    await process.state("active")
    process._links[0].close()
    assert process.process is not None
    await asyncio.wait_for(process.process.wait(), 5)


async def test_starting_and_stopping_leaves_nothing_behind(process: HubSide) -> None:
    analyzers = [bright(idle_trigger=True), bright(id="t", runs="thread")]
    await cycles(process, analyzers, range(1, 11))
    before = await settled(process)
    await cycles(process, analyzers, range(11, 61))
    after = await settled(process)
    assert after.threads <= before.threads + 2
    assert after.fds <= before.fds
    assert after.rss < before.rss + 6_000_000


async def cycles(hub: HubSide, analyzers: list[Any], generations: range) -> None:
    for generation in generations:
        hub.start(stream(analyzers=analyzers), generation=generation)
        await hub.state("active", generation=generation)
        hub.post(Stop(stream_id="s", generation=generation))
        await hub.state("inactive", generation=generation, timeout=2.5)


async def settled(hub: HubSide) -> WorkerHealth:
    seen = len(hub.of(WorkerHealth))
    await hub.until(lambda: len(hub.of(WorkerHealth)) > seen + 1)
    return hub.of(WorkerHealth)[-1]


async def test_a_running_worker_never_imported_what_it_must_not() -> None:
    code = (
        "import asyncio, sys\n"
        "from hubside import HubSide, bright, source\n"
        "from glimpser.protocol.messages import EventChanged, StreamPart, Stop\n"
        "async def main():\n"
        "    side = await HubSide.within()\n"
        "    part = StreamPart(id='s', name='S', source=source(bright=(0.0, 9.0)), analyzers=[bright()])\n"
        "    side.start(part)\n"
        "    await side.wait(EventChanged)\n"
        "    side.post(Stop(stream_id='s', generation=1))\n"
        "    await side.state('inactive')\n"
        "    await side.close()\n"
        "asyncio.run(main())\n"
        "bad = ('glimpser.database', 'glimpser.identity', 'glimpser.api', 'quart', 'argon2', 'tortoise', 'hypercorn')\n"
        "print([name for name in sys.modules if name in bad or name.startswith(tuple(b + '.' for b in bad))])\n"
    )
    path = os.pathsep.join([str(Path(__file__).parent / "parts"), str(ROOT), str(ROOT / "sdk")])
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True,
        text=True, timeout=30,
    )  # fmt: skip
    assert done.stdout.strip() == "[]", done.stderr
