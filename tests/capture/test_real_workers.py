"""The same house with real workers and a source of made-up pictures."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable

import psutil
import pytest

from glimpser.engine import EngineError

from .rig import House, alive, source, until

Make = Callable[..., Awaitable[House]]
REAL = {"python": "", "spares": 1, "spare_after_s": 0.5}


async def test_a_picture_comes_all_the_way(make: Make) -> None:
    house = await make(**REAL)
    await house.run("a")
    await until(lambda: house.state("a").resolution == "160x90")
    async with house.capture.live.open("a", 160, 10) as viewer:
        pictures = [await asyncio.wait_for(anext(viewer), 5) for _ in range(12)]
    assert all(p.jpeg.startswith(b"\xff\xd8") and p.side == 160 for p in pictures)
    assert pictures[0].sequence < pictures[-1].sequence
    snapshot = await house.capture.live.snapshot("a", fresh=True)
    assert (snapshot.width, snapshot.height) == (160, 90)
    small = await house.capture.live.snapshot("a", side=100, fresh=True)
    assert small.side == 160
    await until(lambda: house.capture.counters("a").get("jpeg.160", 0) >= 12)


async def test_a_viewer_before_the_start_and_over_a_restart(make: Make) -> None:
    house = await make(**REAL)
    house.store.put("a")
    applied = asyncio.create_task(house.capture.apply("a"))
    async with house.capture.live.open("a", 160, 10) as viewer:
        await applied
        assert (await asyncio.wait_for(anext(viewer), 8)).generation == 1
        await house.capture.restart("a")
        while (await asyncio.wait_for(anext(viewer), 8)).generation == 1:
            continue


async def test_fifty_streams_of_a_killed_worker_run_again_in_five_seconds(make: Make) -> None:
    house = await make(**REAL, cores=1)
    names = [f"s{i}" for i in range(50)]
    for name in names:
        house.store.put(name, host="127.0.0.1", fps=5)
        await house.capture.apply(name)
    await house.run("other", group="plugins:x")
    await house.active(*names, timeout_s=30)
    for _ in range(5):
        victim = house.worker_of("s0")
        mates = [n for n in names if house.state(n).worker_id == victim.id]
        rest = {n: house.state(n).generation for n in [*names, "other"] if n not in mates}
        os.kill(victim.pid, signal.SIGKILL)
        killed = time.monotonic()
        await until(lambda: not any(house.state(n).worker_id == victim.id for n in mates))  # noqa: B023
        await house.active(*mates, timeout_s=5 - (time.monotonic() - killed))
        print(f"{len(mates)} streams ran again after {time.monotonic() - killed:.2f} s")
        assert {n: house.state(n).generation for n in rest} == rest
    assert sorted(set(house.out.interrupted)) == sorted(names)


@pytest.mark.parametrize("crash", ["segv", "exit", "kill"])
async def test_a_stream_that_crashes_real_workers_ends_alone(make: Make, crash: str) -> None:
    house = await make(**REAL)
    names = [f"s{i}" for i in range(4)]
    await house.run(*names)
    house.store.put("bad", crash=crash, after=0.3)
    await house.capture.apply("bad")
    await until(lambda: house.state("bad").suspect, 20)
    assert house.out.codes("bad") == ["stream.suspect"]
    await house.active(*names)


async def test_a_stream_that_eats_memory_is_found(make: Make) -> None:
    house = await make(**REAL, memory_limit=400 * 1024**2)
    await house.run("good")
    house.store.put("bad", eat_mb=20)
    await house.capture.apply("bad")
    await until(lambda: house.state("bad").suspect, 30)
    assert "worker.memory" in house.out.codes()
    await house.active("good")


async def test_a_thread_that_ignores_stop_costs_its_worker_and_no_stream(make: Make) -> None:
    house = await make(**REAL)
    await house.run("a", "b")
    await house.run("bad", stuck=True)
    old = house.worker_of("bad")
    house.store.put("bad", enabled=False, stuck=True)
    await house.capture.apply("bad")
    await until(lambda: not alive(old.pid), 15)
    await house.active("a", "b")
    await until(lambda: house.state("bad").state == "inactive")


async def test_probing_with_a_target_that_kills_the_worker_harms_no_stream(make: Make) -> None:
    house = await make(**REAL)
    await house.run("a")
    assert (await house.capture.probe(source())).width == 160
    failed = await house.capture.probe(source(fail=True))
    assert failed.why is not None
    assert failed.why.code == "synthetic.nothing"
    with pytest.raises(EngineError, match=r"worker\.crashed"):
        await house.capture.probe(source(crash="segv"), feed="main")
    assert house.state("a").generation == 1


async def test_real_workers_stop_in_time(make: Make) -> None:
    house = await make(**REAL)
    await house.run("a", "b")
    await house.run("bad", group="plugins:x", stuck=True)
    pids = [w.pid for w in house.capture.workers()]
    began = time.monotonic()
    await house.capture.stop(5.0)
    assert time.monotonic() - began < 8
    assert not any(alive(pid) for pid in pids)


@pytest.mark.soak
async def test_fifty_kills_and_a_thousand_cycles(make: Make) -> None:
    house = await make(**REAL)
    names = [f"s{i}" for i in range(50)]
    for name in names:
        house.store.put(name, fps=5)
        await house.capture.apply(name)
    await house.active(*names, timeout_s=30)
    for number in range(50):
        victim = max((w for w in house.capture.workers() if w.streams), key=lambda w: len(w.streams) * (number % 3 > 0))
        mates = [n for n in names if house.state(n).worker_id == victim.id]
        rest = {n: house.state(n).generation for n in names if n not in mates}
        os.kill(victim.pid, signal.SIGKILL)
        killed = time.monotonic()
        await until(lambda: not any(house.state(n).worker_id == victim.id for n in mates))  # noqa: B023
        await house.active(*mates, timeout_s=5 - (time.monotonic() - killed))
        assert {n: house.state(n).generation for n in rest} == rest
    me = psutil.Process()
    before = None
    for number in range(1000):
        house.store.put("s0", enabled=False, fps=5)
        await house.capture.apply("s0")
        await until(lambda: house.state("s0").state == "inactive")
        await house.run("s0", fps=5)
        if number == 100:
            before = me.num_fds(), me.num_threads(), me.memory_info().rss
    assert before is not None
    assert me.num_fds() <= before[0]
    assert me.num_threads() <= before[1]
    assert me.memory_info().rss < before[2] + 20 * 1024**2
    assert all(child.status() != psutil.STATUS_ZOMBIE for child in me.children(recursive=True))
