"""Workers that die, with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

from .rig import House, alive, until

Make = Callable[..., Awaitable[House]]


async def test_the_stream_that_crashes_its_worker_twice_runs_alone_and_is_reported(house: House) -> None:
    names = [f"s{i}" for i in range(6)]
    await house.run(*names, period=0.1)
    await house.run("other", group="plugins:x")
    house.store.put("bad", after=0.1, exit=3)
    await house.capture.apply("bad")
    await until(lambda: "stream.suspect" in house.out.codes("bad"), 10)
    await until(lambda: house.state("bad").suspect)
    await house.active(*names)
    # Alone, its crashes stop nobody else, and it waits longer each time.
    generations = [house.state(s).generation for s in names]
    crashes = house.out.codes().count("worker.crashed")
    await until(lambda: house.out.codes().count("worker.crashed") >= crashes + 2, 10)
    await until(lambda: house.state("bad").state == "waiting")
    assert house.reason("bad").code == "worker.crashed"
    assert house.reason("bad").params["exit_code"] == 3
    assert house.state("bad").retry_at is not None
    assert [house.state(s).generation for s in names] == generations
    assert house.state("other").generation == 1
    assert "bad" in house.out.interrupted
    assert "other" not in house.out.interrupted


async def test_a_suspect_that_was_changed_gets_a_clean_slate(house: House) -> None:
    house.store.put("bad", exit=3)
    await house.capture.apply("bad")
    await until(lambda: house.state("bad").suspect)
    await house.run("bad")
    assert not house.state("bad").suspect


async def test_workers_that_never_come_up_do_not_spin_and_blame_nobody(make: Make) -> None:
    house = await make(mode="dies")
    house.store.put("a")
    await house.capture.apply("a")
    await asyncio.sleep(2.5)
    assert 1 <= house.out.codes().count("worker.start_failed") <= 3
    assert house.reason("a").code == "worker.start_failed"
    assert not house.state("a").suspect


async def test_a_stuck_stream_empties_its_worker_and_the_others_move(house: House) -> None:
    names = [f"s{i}" for i in range(5)]
    await house.run(*names)
    await house.run("bad", stuck=True)
    old = house.worker_of("bad")
    house.store.put("bad", enabled=False, stuck=True)
    await house.capture.apply("bad")
    await until(lambda: not alive(old.pid))
    await house.active(*names)
    assert {house.state(s).worker_id for s in names} != {old.id}
    assert house.out.codes("bad") == ["worker.stuck"]
    await until(lambda: house.state("bad").state == "inactive")
    assert house.out.interrupted == ["bad"]


async def test_fifty_cycles_leave_nothing_behind(house: House) -> None:
    me = psutil.Process()
    others = set(me.children())  # of earlier tests

    def children() -> set[psutil.Process]:
        return set(me.children()) - others

    house.store.put("a", period=0.01)
    await house.run("keeper")

    async def cycle(kill: bool) -> None:
        await house.run("a", period=0.01)
        if kill:
            os.kill(house.worker_of("a").pid, signal.SIGKILL)
            await until(lambda: house.state("a").state != "active")
            await house.active("a", "keeper")
        house.store.put("a", enabled=False, period=0.01)
        await house.capture.apply("a")
        await until(lambda: house.state("a").state == "inactive")

    for _ in range(5):
        await cycle(kill=False)
    files, threads = me.num_fds(), me.num_threads()
    for number in range(50):
        await cycle(kill=number % 10 == 5)
    await until(lambda: len(house.capture.workers()) == len(children()))
    workers = len(children())
    assert all(child.status() != psutil.STATUS_ZOMBIE for child in children())
    # Each worker costs two sockets, a pipe and whatever watches the process.
    assert me.num_fds() <= files + 4 * (workers - 1)
    assert me.num_threads() <= threads + workers - 1


async def test_stop_is_quick_and_leaves_no_process(make: Make, tmp_path: Path) -> None:
    house = await make(mode="stubborn")
    await house.run("a", "b")
    pids = [w.pid for w in house.capture.workers()]
    began = time.monotonic()
    await house.capture.stop(1.0)
    assert time.monotonic() - began < 5
    assert not any(alive(pid) for pid in pids)
