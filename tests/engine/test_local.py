"""The local engine with real child processes that run a small worker."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from glimpser.engine import EngineError, LocalEngine, Placement
from glimpser.engine.process import environment, sweep
from glimpser.protocol.messages import Counters, EventChanged, LiveView, Probe, Status, TakeSnapshot, WhyNot

from .rig import HERE, PYTHON_PATH, Heard, alive, fake_python, options, source, start, until

HOME = Placement(group="first-party")
Make = Callable[..., Awaitable[tuple[LocalEngine, Heard]]]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    engines: list[LocalEngine] = []

    async def factory(mode: str = "", **more: Any) -> tuple[LocalEngine, Heard]:
        engine, heard = LocalEngine(options(tmp_path, mode, **more)), Heard()
        engines.append(engine)
        await engine.start(heard)
        return engine, heard

    yield factory
    for engine in engines:
        await engine.stop(1.0)


def active(heard: Heard) -> set[str]:
    return {s.stream_id for s in heard.of(Status) if s.state == "active"}


async def test_a_stream_runs_and_stops(make: Make) -> None:
    engine, heard = await make()
    engine.place(start("a"), HOME)
    await until(lambda: active(heard) == {"a"})
    engine.remove("a", 1)
    await until(lambda: [s.state for s in heard.of(Status)][-1] == "inactive")
    assert engine.describe()[0].streams == ()


async def test_groups_never_share_a_worker_and_suspects_run_alone(make: Make) -> None:
    engine, heard = await make()
    first = engine.place(start("a"), HOME)
    assert engine.place(start("b"), HOME) == first
    third = engine.place(start("c"), Placement(group="plugins:x"))
    alone = engine.place(start("d"), Placement(group="first-party", alone=True))
    assert len({first, third, alone}) == 3
    await until(lambda: active(heard) == set("abcd"))


async def test_killing_a_worker_tells_its_streams_and_no_others(make: Make) -> None:
    engine, heard = await make()
    engine.place(start("a"), HOME)
    engine.place(start("b"), HOME)
    engine.place(start("c"), Placement(group="plugins:x"))
    await until(lambda: active(heard) == set("abc"))
    pid = next(w.pid for w in engine.describe() if w.group == "first-party")
    os.kill(pid, signal.SIGKILL)
    await until(lambda: heard.losses)
    lost = heard.losses[0]
    assert (set(lost.streams), lost.active, lost.at_fault) == ({"a", "b"}, {"a", "b"}, True)
    assert lost.why == WhyNot(code="worker.crashed", params={"signal": "SIGKILL"})
    assert len(heard.losses) == 1


@pytest.mark.parametrize(
    ("mode", "code", "text"),
    [
        ("old", "worker.refused", "this worker 7 to 9"),
        ("new", "worker.refused", "the worker wants to speak protocol 99, this hub speaks 1 to 1"),
        ("garbage", "worker.protocol", "not a message of this protocol"),
        ("dies", "worker.start_failed", "no such module: nonsense"),
    ],
)
async def test_a_worker_that_cannot_talk_is_refused_in_words(make: Make, mode: str, code: str, text: str) -> None:
    engine, heard = await make(mode)
    engine.place(start("a"), HOME)
    await until(lambda: heard.losses)
    lost = heard.losses[0]
    assert lost.why.code == code
    assert text in lost.why.params["detail"]
    assert (lost.ready, lost.streams) == (False, ("a",))


async def test_an_interpreter_that_does_not_exist(make: Make) -> None:
    engine, heard = await make(interpreters={"plugins:x": "/nowhere/python"})
    engine.place(start("a"), Placement(group="plugins:x"))
    await until(lambda: heard.losses)
    assert heard.losses[0].why.code == "worker.start_failed"


async def test_a_worker_over_its_memory_is_ended(make: Make) -> None:
    engine, heard = await make(memory_limit=150 * 1024**2)
    engine.place(start("a", eat=300 * 1024**2), HOME)
    await until(lambda: heard.losses)
    lost = heard.losses[0]
    assert lost.why.code == "worker.memory"
    assert lost.why.params["rss"] > lost.why.params["limit"] == 150 * 1024**2
    assert lost.at_fault


async def test_a_silent_worker_is_ended(make: Make) -> None:
    engine, heard = await make("silent", silence_s=1.0)
    engine.place(start("a", period=60), HOME)
    await until(lambda: heard.losses)
    assert heard.losses[0].why.code == "worker.silent"


async def test_messages_are_acknowledged_when_they_were_handled(make: Make) -> None:
    engine, heard = await make()
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    heard.work = lambda message: wait() if isinstance(message, EventChanged) else None
    engine.place(start("a", events=3), HOME)
    await until(lambda: len(heard.of(EventChanged)) == 3)
    seen = len(heard.of(Counters))
    await until(lambda: len(heard.of(Counters)) > seen + 2)
    held = heard.of(Counters)[-1].values
    gate.set()
    await until(lambda: heard.of(Counters)[-1].values["acked"] > held["acked"] + 3)
    # Welcome, health and the first status come before the events; nothing behind them is acknowledged before they are.
    assert held["acked"] <= held["sent"] - 3


async def test_what_comes_twice_is_handled_once(make: Make) -> None:
    engine, heard = await make("twice")
    engine.place(start("a", events=5), HOME)
    await until(lambda: len(heard.of(Counters)) > 3)
    assert [m.event.revision for m in heard.of(EventChanged)] == [0, 1, 2, 3, 4]


async def test_pictures_snapshots_and_probes(make: Make) -> None:
    engine, heard = await make()
    engine.place(start("a"), HOME)
    engine.watch("a", 1, [LiveView(side=320, max_fps=5)], "main")
    await until(lambda: len(heard.pictures) > 2)
    assert {p.side for p in heard.pictures} == {320}
    picture = await engine.snapshot(TakeSnapshot(request_id="r", stream_id="a", generation=1))
    assert picture.purpose == "snapshot"
    with pytest.raises(EngineError, match=r"stream\.not_running"):
        await engine.snapshot(TakeSnapshot(request_id="r", stream_id="nobody", generation=1))
    assert (await engine.probe(Probe(request_id="p", source=source()), "first-party")).width == 640
    with pytest.raises(EngineError, match=r"worker\.crashed"):
        await engine.probe(Probe(request_id="p", source=source(exit=4)), "first-party")
    assert active(heard) == {"a"}
    assert heard.losses[0].streams == ()


async def test_stop_ends_even_stubborn_workers_in_time(make: Make) -> None:
    engine, heard = await make("stubborn")
    for name in "abc":
        engine.place(start(name), Placement(group=f"plugins:{name}"))
    await until(lambda: active(heard) == set("abc"))
    pids = [w.pid for w in engine.describe()]
    began = time.monotonic()
    await engine.stop(1.0)
    assert time.monotonic() - began < 4
    assert not any(alive(pid) for pid in pids)


async def test_idle_workers_end_and_a_spare_is_ready(make: Make) -> None:
    engine, heard = await make(spares=1, spare_after_s=0.5, idle_s=0.2)
    engine.place(start("a"), HOME)
    spare = await until(lambda: [w for w in engine.describe() if not w.group and w.state == "running"])
    taken = engine.place(start("b"), Placement(group="plugins:x"))
    assert taken == spare[0].id
    engine.remove("a", 1)
    await until(lambda: any(lost.group == "first-party" and not lost.at_fault for lost in heard.losses))


async def test_leftovers_of_this_data_folder_are_swept(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "other").mkdir()

    async def orphan(data_dir: Path) -> int:
        """A worker whose parent ended."""
        code = (
            "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], start_new_session=True, "
            "stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
            "p.returncode = 0; print(p.pid)"
        )
        sleeper = ["-c", "import time; time.sleep(60)", "glimpser.worker"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, sys.executable, *sleeper,
            stdout=asyncio.subprocess.PIPE, env=environment(data_dir),
        )  # fmt: skip
        output, _ = await process.communicate()
        return int(output)

    mine, other = await orphan(tmp_path / "mine"), await orphan(tmp_path / "other")
    try:
        await until(lambda: "sleep" in Path(f"/proc/{mine}/cmdline").read_text())
        assert sweep(tmp_path / "mine") == [mine]
        await until(lambda: not alive(mine))
        assert alive(other)
    finally:
        os.kill(other, signal.SIGKILL)


def test_workers_do_not_see_the_hubs_secrets(tmp_path: Path) -> None:
    base = {"PATH": "/bin", "GLIMPSER_SECRET_KEY": "s", "AWS_SECRET_ACCESS_KEY": "s", "LC_ALL": "C", "PYTHONPATH": "x"}
    env = environment(tmp_path, ("y",), base)
    assert "s" not in env.values()
    assert env["GLIMPSER_DATA_DIR"] == str(tmp_path)
    assert env["PYTHONPATH"] == "y:x"
    assert (env["PATH"], env["LC_ALL"], env["OMP_NUM_THREADS"]) == ("/bin", "C", "1")


HUB = """
import asyncio, sys
from pathlib import Path
from glimpser.engine import LocalEngine, LocalOptions, Placement
from rig import Heard, start, until
async def main():
    engine, heard = LocalEngine(LocalOptions(data_dir=Path(sys.argv[1]), python=sys.argv[2], spares=0)), Heard()
    await engine.start(heard)
    engine.place(start("a"), Placement(group="first-party"))
    await until(lambda: heard.messages)
    print(engine.describe()[0].pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("python", ["fake", "real"])
async def test_killing_the_hub_leaves_no_worker(tmp_path: Path, python: str) -> None:
    worker_python = fake_python(tmp_path) if python == "fake" else ""
    hub = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HUB, str(tmp_path), worker_python,
        stdout=asyncio.subprocess.PIPE, cwd=HERE, env={**os.environ, "PYTHONPATH": ":".join(PYTHON_PATH)},
    )  # fmt: skip
    assert hub.stdout is not None
    worker = int(await asyncio.wait_for(hub.stdout.readline(), 20))
    assert alive(worker)
    hub.kill()
    await hub.wait()
    await until(lambda: not alive(worker), 3)
