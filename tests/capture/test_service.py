"""Desired and actual state."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from glimpser.capture import Desired
from glimpser.protocol.messages import WhyNot

from .rig import House, stream, until

Make = Callable[..., Awaitable[House]]


async def test_what_should_run_runs_after_a_start(make: Make) -> None:
    house = await make(begin=False)
    house.store.put("a")
    house.store.put("b", enabled=False)
    house.store.rows["c"] = Desired(id="c", enabled=True, problem=WhyNot(code="plugin.missing", params={"plugin": "x"}))
    await house.capture.start()
    await house.active("a")
    assert house.state("a").resolution == "640x360"
    assert house.state("b").state == "inactive"
    assert (house.state("c").state, house.reason("c")) == ("error", house.store.rows["c"].problem)


async def test_a_change_starts_a_new_generation_and_a_new_name_does_not(house: House) -> None:
    await house.run("a", period=0.05)
    assert house.state("a").generation == 1
    renamed = stream("a", period=0.05)
    renamed.name = "Front door"
    house.store.rows["a"] = Desired(id="a", enabled=True, group="first-party", stream=renamed)
    await house.capture.apply("a")
    assert house.state("a").generation == 1
    await house.run("a", period=0.06)
    assert house.state("a").generation == 2
    await house.capture.restart("a")
    await house.active("a")
    assert house.state("a").generation == 3


async def test_stop_start_and_remove(house: House) -> None:
    await house.run("a", "b")
    house.store.put("a", enabled=False)
    await house.capture.apply("a")
    assert house.state("a").state == "stopping"
    await until(lambda: house.state("a").state == "inactive")
    assert house.state("b").state == "active"
    await house.run("a")
    del house.store.rows["a"]
    await house.capture.apply("a")
    assert house.capture.state("a") is None
    assert house.seen[-1].state == "removed"
    await until(lambda: house.worker_of("b").streams == ("b",))


async def test_a_quick_stop_and_start_ends_running(house: House) -> None:
    await house.run("a")
    for enabled in (False, True, False, True):
        house.store.put("a", enabled=enabled)
        await house.capture.apply("a")
    await house.active("a")
    await asyncio.sleep(0.3)
    assert house.state("a").state == "active"
    assert house.state("a").generation == 3


async def test_observers_see_each_state_once(house: House) -> None:
    await house.run("a")
    assert [s.state for s in house.seen] == ["starting", "active"]
    assert house.seen[0].since <= house.seen[1].since


async def test_a_changed_group_moves_the_stream(house: House) -> None:
    await house.run("a")
    old = house.state("a").worker_id
    house.store.put("a", group="plugins:x")
    await house.capture.apply("a")
    await until(lambda: house.state("a").worker_id not in ("", old))
    await house.active("a")
    assert house.worker_of("a").group == "plugins:x"


async def test_events_come_in_order_and_counters_add_up_over_generations(house: House) -> None:
    await house.run("a", events=4)
    await until(lambda: len(house.out.events) == 4)
    assert [e.event.revision for e in house.out.events] == [0, 1, 2, 3]
    before = await until(lambda: house.capture.counters("a").get("packets"))
    await house.capture.restart("a")
    await until(lambda: house.capture.counters("a")["packets"] > before + 1)
    assert house.capture.counters("a")["pre_roll_bytes"] == 5
    assert house.capture.diagnostics("a")["worker"]["streams"] == 1


async def test_targets_are_asked_for_refused_and_freed(house: House) -> None:
    await house.run("a", ask="rtsp://camera/1")
    assert house.state("a").codec == "rtsp://127.0.0.1/1"
    assert list(house.egress.open_leases.values()) == ["rtsp://camera/1"]
    house.store.put("b", group="plugins:x", ask="rtsp://forbidden/1")
    await house.capture.apply("b")
    await until(lambda: house.reason("b"))
    assert house.reason("b") == WhyNot(code="egress.private", params={"host": "forbidden"})
    house.store.put("a", enabled=False)
    await house.capture.apply("a")
    await until(lambda: not house.egress.open_leases)


@pytest.mark.parametrize(
    "says", [{"plugin": "other"}, {"stream_id": "a"}, {"stream_id": "none"}, {"stream_id": "probe-x"}]
)
async def test_a_worker_asks_for_what_it_serves_alone(house: House, says: dict[str, str]) -> None:
    await house.run("a", ask="rtsp://camera/1")
    assert house.egress.purposes == ["synthetic as source"]  # control
    house.store.put("b", group="plugins:x", ask="rtsp://camera/2", says=says)
    await house.capture.apply("b")
    await until(lambda: house.reason("b"))
    assert house.reason("b").code == "egress.capability"
    assert list(house.egress.open_leases.values()) == ["rtsp://camera/1"]


async def test_a_dead_workers_targets_are_freed(house: House) -> None:
    await house.run("a", ask="rtsp://camera/1", signal=9, after=0)
    worker = house.worker_of("a")
    first = set(house.egress.open_leases)
    house.engine.kill(worker.id, WhyNot(code="worker.stopped"))
    await until(lambda: house.egress.open_leases and not first & house.egress.open_leases.keys())


async def test_probing_touches_no_stream(house: House) -> None:
    await house.run("a")
    probed = await house.capture.probe(stream("x").source)
    assert (probed.width, probed.height) == (640, 360)
    assert len(house.capture.workers()) == 2
    assert house.capture.states() == [house.state("a")]
