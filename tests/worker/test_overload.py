"""Who gives way when a worker is behind."""

from __future__ import annotations

import asyncio
import time

import pytest
from hubside import HubSide, bright, source, stream

from glimpser.protocol.messages import Status
from glimpser.worker.clock import SYSTEM
from glimpser.worker.feed import Feed
from glimpser.worker.overload import WINDOW, Lag, Overload
from glimpser_sdk import CodecParameters


def test_levels_rise_while_behind_and_fall_after() -> None:
    overload = Overload()
    assert [overload.second([0.9, 0.8, 0.0], True) for _ in range(8)] == [0, 1, 1, 2, 2, 3, 3, 3]
    assert overload.second([0.0], True) == 3
    assert [overload.second([0.0], True) for _ in range(9)][-1] == 2


def test_one_bad_line_or_idle_processors_are_no_overload() -> None:
    overload = Overload()
    assert {overload.second([9.0, 0.0, 0.0], True) for _ in range(20)} == {0}
    assert {overload.second([9.0, 9.0, 9.0], False) for _ in range(20)} == {0}


def test_lag_is_what_came_on_top_within_the_last_minute() -> None:
    feed, lag = Feed("s", "main", clock=SYSTEM), Lag()
    feed.parameters = CodecParameters(epoch=0, codec="h264")

    def after(second: int, delay: float) -> float:
        feed.last_media_s, feed.last_mono_ns = float(second), int((second + delay) * 1e9)
        return round(lag.of(feed), 3)

    assert [after(second, 0.2) for second in range(5)] == [0.0] * 5
    assert after(5, 0.9) == 0.7
    assert after(6, 0.25) == 0.05
    # A camera that set its clock is not late for ever.
    stepped = [after(second, 1.2) for second in range(7, 8 + WINDOW)]
    assert (stepped[0], stepped[-1]) == (1.0, 0.0)
    # One with another clock altogether never was.
    assert after(8 + WINDOW, 5000.0) == 0.0


async def test_a_busy_machine_degrades_no_stream_that_is_on_time(
    within: HubSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (99.0, 99.0, 99.0))
    within.start(stream(analyzers=[bright()]))
    await within.state("active")
    for _ in range(4):
        time.sleep(0.8)  # noqa: ASYNC251 - the worker's loop shall be late; its streams run on threads
        await asyncio.sleep(0.3)
    await asyncio.sleep(1.0)
    assert not within.of(Status, lambda status: status.degraded)


async def test_a_stream_that_cannot_keep_up_is_degraded(within: HubSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getloadavg", lambda: (99.0, 99.0, 99.0))
    within.start(stream(source=source(fps=20), analyzers=[bright(config={"sleep_s": 0.1})]))
    await within.wait(Status, lambda status: status.degraded)
