"""Analyzers on a stream: on its thread, on a pool and in processes of their own, and how they fail."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest
from hubside import HubSide, bright, source, stream

from glimpser.protocol.messages import Counters, EventChanged, Log, Notice, Status, Stop

MOVING = (2.0, 4.0)


async def test_an_analyzer_that_fails_is_switched_off_and_the_stream_goes_on(hub: HubSide) -> None:
    good = bright(id="good")
    hub.start(stream(source=source(fps=20, bright=(0.0, 9.0)), analyzers=[bright(config={"fail": True}), good]))
    notice = await hub.wait(Notice)
    assert (notice.code, notice.plugin, notice.params) == ("analyzer.disabled", "synthetic", {"analyzer": "bright"})
    await hub.wait(EventChanged, lambda e: e.event.analyzer == "good")
    log = await hub.wait(Log, lambda m: m.level == "ERROR")
    assert "ZeroDivisionError" in log.text
    await hub.wait(Status, lambda s: s.state == "active" and s.suspect_plugin == "synthetic")
    await asyncio.sleep(1.2)
    assert hub.newest["errors.bright"] == 5


@pytest.mark.parametrize("runs", ["thread", "process"])
async def test_analyzers_off_the_stream_find_the_same(hub: HubSide, runs: str) -> None:
    hub.start(stream(source=source(bright=MOVING), analyzers=[bright(runs=runs, max_batch=4, gap_s=1.0)]))
    ended = await hub.wait(EventChanged, lambda e: e.change == "ended")
    assert ended.event.ended_at is not None
    assert (ended.event.ended_at - ended.event.started_at).total_seconds() == pytest.approx(1.9, abs=0.3)
    if runs == "process":
        child = ended.event.data["pid"]
        assert child not in (os.getpid(), hub.process.pid if hub.process else 0)
        hub.post(Stop(stream_id="s", generation=1))
        await hub.state("inactive")
        await asyncio.sleep(0.7)
        assert not Path(f"/proc/{child}").exists()


async def test_a_dying_analyzer_process_is_restarted_and_then_given_up(hub: HubSide) -> None:
    crashing = bright(runs="process", config={"crash": True})
    hub.start(stream(source=source(bright=(0.0, 12.0)), analyzers=[crashing]))
    notice = await hub.wait(Notice, timeout=15)
    assert notice.code == "analyzer.disabled"
    log = await hub.wait(Log, lambda m: "ended with 9" in m.text)
    assert log.level == "ERROR"
    assert hub.of(Status)[-1].state == "active"


async def test_a_slow_analyzer_loses_frames_and_delays_nothing(hub: HubSide) -> None:
    hub.start(stream(analyzers=[bright(runs="thread", config={"sleep_s": 0.5})]))
    await hub.wait(Counters, lambda c: c.values.get("dropped.bright", 0) > 5)
    assert hub.newest["decoded_full"] >= hub.newest["packets"] - 12


async def test_an_analyzer_after_another_gets_its_active_frames_only(hub: HubSide) -> None:
    hub.start(
        stream(source=source(bright=MOVING), analyzers=[bright(idle_trigger=True), bright(id="second", after="bright")])
    )
    await hub.wait(EventChanged, lambda e: e.event.analyzer == "second" and e.change == "ended")
    await asyncio.sleep(1.1)
    counters = hub.newest
    assert counters["analyzed.second"] == counters["observations.bright"] < counters["analyzed.bright"]


async def test_a_killed_analyzer_process_comes_back_and_the_stream_does_not_notice(process: HubSide) -> None:
    process.start(stream(source=source(bright=(0.0, 1e6)), analyzers=[bright(runs="process", gap_s=1.0)]))
    event = (await process.wait(EventChanged)).event
    await asyncio.sleep(2.0)  # a child that lives shorter waits before it is started again
    os.kill(event.data["pid"], signal.SIGKILL)
    await process.wait(Counters, lambda c: c.values.get("errors.bright", 0) == 1)
    analyzed = process.newest["analyzed.bright"]
    await process.wait(Counters, lambda c: c.values["analyzed.bright"] > analyzed + 10)
    assert process.process is not None
    [child] = psutil.Process(process.process.pid).children()
    assert child.pid != event.data["pid"]
    # The new one was there before the event's gap was over, from the frames that had waited.
    assert {changed.event.id for changed in process.of(EventChanged)} == {event.id}
    assert process.of(EventChanged)[-1].change == "updated"
    seen = process.newest["packets"]
    await process.wait(Counters, lambda c: c.values["packets"] > seen)
    assert process.newest["connects"] == 1
    assert process.newest["decoded_full"] >= process.newest["packets"] - 2
    assert process.newest["errors.bright"] == 1
    assert {status.state for status in process.of(Status)} == {"starting", "active"}
    assert not process.of(Notice)
