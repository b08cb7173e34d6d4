"""The channels, over a socket pair and in memory alike."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from glimpser.protocol.framing import ProtocolError, bulk_to_hub, control_to_hub, control_to_worker
from glimpser.protocol.messages import Credit, Log, Picture
from glimpser.worker.channel import CREDIT, BulkOut, Control, Link, StreamLink, memory_links

Pair = tuple[Link, Link]


@pytest.fixture(params=["sockets", "memory"])
async def links(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    if request.param == "memory":
        pair: Pair = memory_links()
    else:
        ends = socket.socketpair()
        pair = (
            StreamLink(*await asyncio.open_connection(sock=ends[0])),
            StreamLink(*await asyncio.open_connection(sock=ends[1])),
        )
    yield pair
    for link in pair:
        link.close()
    await asyncio.sleep(0.01)


class Side:
    """One end and what it received."""

    def __init__(self, link: Link, worker: bool) -> None:
        self.got: list[object] = []
        self.control = Control(link, control_to_worker if worker else control_to_hub, self.got.append)
        self.task = asyncio.create_task(self.control.run())

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def eventually(test, timeout: float = 5.0) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(timeout):
        while not test():  # noqa: ASYNC110 - any condition
            await asyncio.sleep(0.005)


@pytest.mark.control("A71")
async def test_control_messages_from_threads_arrive_in_order_and_are_confirmed(links: Pair) -> None:
    worker, hub = Side(links[0], True), Side(links[1], False)

    def talk(name: str) -> None:
        for number in range(200):
            worker.control.post(Log(level="INFO", logger=name, text=str(number)))

    threads = [threading.Thread(target=talk, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for number in range(50):
        hub.control.post(Credit(stream_id="s", pictures=number))
    await eventually(lambda: len(hub.got) == 400 and len(worker.got) == 50)
    for thread in threads:
        thread.join()
    for name in "ab":
        assert [m.text for m in hub.got if m.logger == name] == [str(n) for n in range(200)]  # type: ignore[attr-defined]
    await eventually(lambda: worker.control.unacknowledged == hub.control.unacknowledged == 0)
    await worker.end()
    await hub.end()


async def test_what_was_not_confirmed_is_sent_again_over_a_new_link_and_taken_once(links: Pair) -> None:
    dead, _ = memory_links()
    worker = Side(dead, True)
    for number in range(3):
        worker.control.post(Credit(stream_id="s", pictures=number))
    await eventually(lambda: worker.control._seq == 3)
    await worker.end()
    hub = Side(links[1], False)
    hub.control = Control(links[1], control_to_worker, hub.got.append)
    await hub.end()
    task = asyncio.create_task(hub.control.run())
    worker.control.resume(links[0])
    back = asyncio.create_task(worker.control.run())
    worker.control.resume(links[0])  # once more: the receiver must not take them twice
    await eventually(lambda: len(hub.got) == 3 and worker.control.unacknowledged == 0)
    assert [m.pictures for m in hub.got] == [0, 1, 2]  # type: ignore[attr-defined]
    for running in (task, back):
        running.cancel()
    await asyncio.gather(task, back, return_exceptions=True)


@pytest.mark.attack("A71")
async def test_garbage_ends_the_channel_in_words(links: Pair) -> None:
    worker = Side(links[0], True)
    links[1].write(b"\x00\x00\x00\x05GET /")
    with pytest.raises(ProtocolError, match="not a message"):
        await worker.task


def shot(number: int, purpose: str = "live", stream: str = "s", side: int = 160) -> Picture:
    return Picture(
        stream_id=stream, generation=1, purpose=purpose, side=side, sequence=number,
        captured_at=datetime.now(UTC), width=1, height=1, jpeg=bytes(100),
    )  # fmt: skip


async def test_credit_is_per_stream_and_never_grows(links: Pair) -> None:
    bulk = BulkOut(links[0])
    assert [bulk.take_credit("a") for _ in range(CREDIT + 1)] == [True] * CREDIT + [False]
    assert bulk.take_credit("b")
    bulk.add_credit("a", 1)
    assert bulk.take_credit("a")
    assert not bulk.take_credit("a")
    bulk.add_credit("a", 100)
    assert [bulk.take_credit("a") for _ in range(CREDIT + 1)] == [True] * CREDIT + [False]
    bulk.forget("a")
    assert bulk.take_credit("a")


async def test_a_newer_live_picture_replaces_the_waiting_one_and_others_are_kept(links: Pair) -> None:
    bulk = BulkOut(links[0])
    for number in range(3):
        assert bulk.take_credit("s")
        bulk.offer(shot(number))
    bulk.offer(shot(7, side=320))
    bulk.offer(shot(8, "snapshot"))
    task = asyncio.create_task(bulk.run())
    unpacker, got = bulk_to_hub(), list[Picture]()
    while len(got) < 3:
        got += unpacker.feed(await links[1].read())
    assert sorted((p.purpose, p.sequence) for p in got) == [("live", 2), ("live", 7), ("snapshot", 8)]
    assert bulk.dropped == {"live": 2}
    # The credit of a replaced picture was not lost.
    assert [bulk.take_credit("s") for _ in range(4)] == [True, True, True, False]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
