"""Viewers and snapshots, before an engine that keeps what it is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from glimpser.capture import live as live_module
from glimpser.capture.live import Live, snap
from glimpser.engine import EngineError
from glimpser.protocol.messages import LiveView, Picture, TakeSnapshot, WhyNot

from .rig import House, until


class Engine:
    def __init__(self) -> None:
        self.watches: list[list[tuple[int, float]]] = []
        self.credits = 0
        self.requests: list[TakeSnapshot] = []
        self.answer: asyncio.Future[Picture] = asyncio.get_running_loop().create_future()

    def watch(self, stream_id: str, generation: int, views: list[LiveView], feed: str) -> None:
        self.watches.append([(v.side, v.max_fps) for v in views])

    def credit(self, stream_id: str, pictures: int) -> None:
        self.credits += pictures

    async def snapshot(self, request: TakeSnapshot) -> Picture:
        self.requests.append(request)
        return await asyncio.shield(self.answer)


class Setting:
    def __init__(self) -> None:
        self.engine = Engine()
        self.generation: int | None = 1
        self.live = Live(self.engine, lambda stream_id: self.generation)  # type: ignore[arg-type]

    def show(self, side: int, sequence: int, generation: int = 1) -> None:
        self.live.pictured(picture(side, sequence, generation))


def picture(side: int, sequence: int, generation: int = 1, **more: Any) -> Picture:
    return Picture(
        stream_id="s", generation=generation, purpose="live", side=side, sequence=sequence,
        captured_at=datetime.now(UTC), width=4, height=4, jpeg=b"jpeg", **more,
    )  # fmt: skip


@pytest.fixture
async def setting(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(live_module, "LINGER_S", 0.05)
    made = Setting()
    yield made
    made.live.close()


def test_sizes_snap_up() -> None:
    assert [snap(s) for s in (0, 1, 160, 161, 640, 1000, 1280, 1281)] == [0, 160, 160, 320, 640, 1280, 1280, 0]


async def test_viewers_are_merged_into_one_watch(setting: Setting) -> None:
    first = setting.live.open("s", 300, 5)
    second = setting.live.open("s", 320, 10)
    third = setting.live.open("s", 640, 2)
    assert setting.engine.watches == [[(320, 5)], [(320, 10)], [(320, 10), (640, 2)]]
    second.close()
    third.close()
    await until(lambda: setting.engine.watches[-1] == [(320, 5)])
    first.close()
    again = setting.live.open("s", 320, 5)
    await asyncio.sleep(0.1)
    assert len(setting.engine.watches) == 4  # it came back before the linger was over
    again.close()
    await until(lambda: setting.engine.watches[-1] == [])


async def test_a_slow_viewer_gets_the_newest_and_slows_nobody(setting: Setting) -> None:
    slow, quick = setting.live.open("s", 320, 30), setting.live.open("s", 320, 30)
    got = []
    for number in range(10):
        setting.show(320, number)
        got.append((await anext(quick)).sequence)
        await asyncio.sleep(1 / 30)
    assert got == list(range(10))
    assert (await anext(slow)).sequence == 9
    dropped = {s.id: s.dropped for s in setting.live.sessions()}
    assert dropped == {slow.id: 9, quick.id: 0}
    assert setting.engine.credits == 10


async def test_a_viewer_gets_no_more_than_it_asked_for(setting: Setting) -> None:
    viewer = setting.live.open("s", 320, 5)
    setting.live.open("s", 320, 30)
    got = 0
    for number in range(30):
        setting.show(320, number)
        await asyncio.sleep(1 / 30)
        if viewer._slot is not None:
            await anext(viewer)
            got += 1
    assert 4 <= got <= 7


async def test_a_new_viewer_sees_something_at_once(setting: Setting) -> None:
    setting.live.open("s", 320, 5)
    setting.show(320, 1)
    assert (await asyncio.wait_for(anext(setting.live.open("s", 320, 5)), 0.1)).sequence == 1


async def test_nothing_of_an_older_generation_is_shown(setting: Setting) -> None:
    setting.live.open("s", 320, 30)
    setting.show(320, 1)
    setting.generation = 2
    setting.live.started("s")
    late = setting.live.open("s", 320, 30)
    setting.show(320, 2, generation=1)
    setting.show(320, 3, generation=2)
    assert (await asyncio.wait_for(anext(late), 1)).sequence == 3
    assert setting.engine.watches[-1] == [(320, 30)]


async def test_a_viewer_waits_for_a_stream_that_starts_later(setting: Setting) -> None:
    setting.generation = None
    setting.live.open("s", 320, 5)
    assert setting.engine.watches == []
    setting.generation = 4
    setting.live.started("s")
    assert setting.engine.watches == [[(320, 5)]]


async def test_sessions_are_listed_and_can_be_ended(setting: Setting) -> None:
    viewer = setting.live.open("s", 320, 5, principal="anna", kind="mjpeg")
    setting.show(320, 1)
    assert len([p async for p in _first(viewer)]) == 1
    session = setting.live.sessions()[0]
    assert (session.principal, session.kind, session.bytes, session.pictures) == ("anna", "mjpeg", 4, 1)
    assert setting.live.disconnect(session.id)
    assert not setting.live.disconnect(session.id)
    with pytest.raises(StopAsyncIteration):
        await anext(viewer)
    assert setting.live.sessions() == []


async def _first(viewer: Any) -> Any:
    yield await anext(viewer)


async def test_removing_a_stream_ends_its_viewers(setting: Setting) -> None:
    viewer = setting.live.open("s", 320, 5)
    setting.live.removed("s")
    assert [p async for p in viewer] == []


async def test_one_snapshot_for_all_who_ask(setting: Setting) -> None:
    asked = [asyncio.create_task(setting.live.snapshot("s", fresh=True)) for _ in range(5)]
    await asyncio.sleep(0.01)
    asked[0].cancel()
    setting.engine.answer.set_result(picture(0, 8))
    assert [p.sequence for p in await asyncio.gather(*asked[1:])] == [8] * 4
    assert len(setting.engine.requests) == 1


async def test_a_small_snapshot_is_what_a_viewer_would_see(setting: Setting) -> None:
    asked = asyncio.create_task(setting.live.snapshot("s", side=200))
    await asyncio.sleep(0.01)
    assert setting.engine.watches[-1][0][0] == 320
    setting.show(320, 5)
    assert (await asked).sequence == 5
    assert setting.engine.requests == []


async def test_snapshots_that_cannot_be_had_say_why(setting: Setting) -> None:
    with pytest.raises(EngineError) as caught:
        await setting.live.snapshot("s", side=200, timeout_s=0.05)
    assert caught.value.why == WhyNot(code="snapshot.timeout", params={"seconds": 0.05})
    setting.generation = None
    with pytest.raises(EngineError, match=r"stream\.not_running"):
        await setting.live.snapshot("s")


async def test_pictures_through_a_worker_and_over_a_restart(house: House) -> None:
    await house.run("a")
    async with house.capture.live.open("a", 320, 10) as viewer:
        assert (await asyncio.wait_for(anext(viewer), 5)).generation == 1
        await house.capture.restart("a")
        await until(lambda: house.state("a").generation == 2)
        seen = 1
        while seen == 1:
            seen = (await asyncio.wait_for(anext(viewer), 5)).generation
        assert (await house.capture.live.snapshot("a")).purpose == "snapshot"
