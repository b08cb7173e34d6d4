"""Idling on a smaller feed while the main one's keyframes are too rare."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hubside import HubSide, bright, source, stream

from glimpser.protocol.messages import Counters, EventChanged, LiveView, Log, Status, TakeSnapshot, Watch


def sparse(**config: Any) -> Any:
    """A stream whose main feed has a keyframe a second, where half a second is asked for."""
    fields = {"gop": 10, "sub_gop": 4, **config}
    analyzers = [bright(idle_trigger=True, gap_s=1.0)]
    return stream(source=source(**fields), analyzers=analyzers, max_idle_gap_s=0.5)


def on_sub(status: Status) -> bool:
    return status.mode_why.startswith("sub feed: ")


async def test_the_smaller_feed_is_looked_at_and_main_is_decoded_for_pictures_only(hub: HubSide) -> None:
    hub.start(sparse(bright=(6.0, 8.0)))
    status = await hub.wait(Status, on_sub)
    assert (status.mode, status.mode_why) == ("key", "sub feed: idle, keyframes 0.4 s apart")
    assert (status.state, status.width) == ("active", 320)
    await asyncio.sleep(1.2)
    before = hub.newest
    after = await hub.wait(Counters, lambda c: c.values["decoded_key"] >= before["decoded_key"] + 3)
    assert [after.values[f"decoded_{mode}"] - before[f"decoded_{mode}"] for mode in ("nonref", "full")] == [0, 0]
    started = await hub.wait(EventChanged, lambda e: e.change == "started")
    best = await hub.until(lambda: [p for p in hub.pictures if p.purpose == "best"][1:])
    assert [(p.feed, p.width, p.event_id) for p in hub.pictures[:2]] == [
        ("sub", 160, started.event.id),
        ("main", 320, started.event.id),
    ]
    assert abs((best[0].captured_at - started.event.started_at).total_seconds()) < 1
    await hub.wait(Status, lambda s: s.mode_why == "sub feed: awake: bright")
    ended = await hub.wait(EventChanged, lambda e: e.change == "ended")
    assert ended.event.id == started.event.id
    assert not ended.event.interrupted
    assert ended.event.ended_at is not None
    assert (ended.event.ended_at - ended.event.started_at).total_seconds() == pytest.approx(1.9, abs=0.3)


async def test_snapshots_and_viewers_still_get_the_main_feed(within: HubSide) -> None:
    within.start(sparse())
    await within.wait(Status, on_sub)
    within.post(TakeSnapshot(request_id="x", stream_id="s", generation=1))
    shown = await within.shows("snapshot")
    assert (shown.feed, shown.width) == ("main", 320)
    within.post(Watch(stream_id="s", generation=1, views=[LiveView(side=0, max_fps=10)]))
    await within.wait(Status, lambda s: (s.mode, s.mode_why) == ("full", "viewer"))
    assert (await within.shows("live")).feed == "main"
    analyzed = within.newest["analyzed.bright"]
    await within.wait(Counters, lambda c: c.values["analyzed.bright"] > analyzed)


async def test_a_source_without_one_goes_on_with_its_main_feed(within: HubSide) -> None:
    within.start(sparse(sub_gop=0))
    await within.wait(Status, lambda s: s.mode == "nonref")
    await asyncio.sleep(2.5)
    assert within.of(Status)[-1].mode_why == "idle, keyframes 1.0 s apart"
    assert {s.state for s in within.of(Status)} == {"starting", "active"}
    assert not within.of(Log, lambda m: m.level == "ERROR")


async def test_analysis_goes_back_to_main_while_the_smaller_feed_is_away(within: HubSide) -> None:
    within.start(sparse(sub_frames=50, bright=(2.5, 12.0)))
    await within.wait(Status, on_sub)
    started = await within.wait(EventChanged)
    seen = within.messages.index(started)

    async def then(test: Callable[[Any], bool]) -> Any:
        """The first message that passes the test after the one before."""
        nonlocal seen
        found = await within.until(lambda: [m for m in within.messages[seen + 1 :] if test(m)])
        seen = within.messages.index(found[0])
        return found[0]

    back = await then(lambda m: isinstance(m, Status) and not on_sub(m))
    assert back.mode in ("nonref", "full")
    # The same event goes on: the time lines of both feeds agree.
    told = await then(lambda m: isinstance(m, EventChanged))
    assert (told.event.id, told.change) == (started.event.id, "updated")
    await then(lambda m: isinstance(m, Status) and on_sub(m))
    counts = [c.values["analyzed.bright"] for c in within.of(Counters) if "analyzed.bright" in c.values]
    assert counts == sorted(counts)
    assert {s.state for s in within.of(Status)} == {"starting", "active"}
