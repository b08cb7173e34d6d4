"""Who hears of what, over Server-Sent Events and the WebSocket, as it happens and replayed; and what a page may ask.

The rows ``FEED topic`` and ``SAY message`` of ``matrix.txt`` say it; ``yes`` is heard or shown, ``no`` is neither.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from glimpser.api.feed import TOPICS
from glimpser.api.sockets import MESSAGE

from . import table
from .ears import Way, by_events, by_socket, change_everything, last_seq
from .world import PLACES, World, credentials

Heard = set[tuple[str, str]]
SETTLE_S = 0.7


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("feed-matrix"))
    yield made.start()
    made.stop()


def rows(kind: str) -> list[table.Row]:
    return [row for row in table.read() if row.method == kind]


def test_every_topic_and_every_message_has_its_rows() -> None:
    streams = ("event", "activity", "stream", "group", "review")
    wanted = {(topic, place) for topic in TOPICS for place in (PLACES if topic in streams else ("-",))}
    assert {(row.path, row.target) for row in rows("FEED")} == wanted
    messages = MESSAGE.json_schema()["discriminator"]["mapping"]
    assert {row.path for row in rows("SAY")} == set(messages)


def which(world: World, change: dict[str, Any]) -> tuple[str, str]:
    """The topic of a change and whose it is."""
    for name, place in world.places.items():
        if change["stream_id"] == place.stream or change["id"] == place.ids["group"]:
            return change["topic"], name
    return change["topic"], "-"


class Ear:
    """Somebody who listens. ``all``: heard of as much as there are rows."""

    def __init__(self) -> None:
        self.heard: Heard = set()
        self.begun, self.all = asyncio.Event(), asyncio.Event()

    async def listen(self, world: World, way: Way, client: httpx.Client, after: int) -> None:
        """Until it is cancelled. PermissionError with the status for who hears nothing at all."""
        try:
            async for message in way(world, client, after):
                self.begun.set()
                if "topic" in message:
                    self.heard.add(which(world, message))
                if len(self.heard) == len(rows("FEED")):
                    self.all.set()
        finally:
            self.begun.set()


async def hear(world: World, way: Way, people: list[str], *, replay: bool) -> dict[str, Heard | int]:
    """What everybody hears of a change of everything; a status for who is not let in."""
    after = await last_seq(world)
    if replay:
        await asyncio.to_thread(change_everything, world)
    ears = {who: Ear() for who in people}
    tasks = {who: asyncio.create_task(ear.listen(world, way, world.people[who], after)) for who, ear in ears.items()}
    async with asyncio.timeout(60):
        for ear in ears.values():
            await ear.begun.wait()
        if not replay:
            await asyncio.to_thread(change_everything, world)
        await ears["admin"].all.wait()
    await asyncio.sleep(SETTLE_S)
    found: dict[str, Heard | int] = {who: ear.heard for who, ear in ears.items()}
    for who, task in tasks.items():
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await task
            except PermissionError as error:
                found[who] = error.args[0]
    return found


@pytest.mark.timeout(240)
@pytest.mark.attack("A73", "A75", "A76", control=True)
async def test_everybody_hears_what_the_table_says(world: World, figure: Callable[[str, str], None]) -> None:
    people = [who for who in rows("FEED")[0].cells if who in world.people]
    cells, wrong = 0, []
    for way in (by_events, by_socket):
        for replay in (False, True):
            found = await hear(world, way, people, replay=replay)
            for row in rows("FEED"):
                for who in people:
                    heard = found[who]
                    told = str(heard) if isinstance(heard, int) else "yes" if (row.path, row.target) in heard else "no"
                    cells += 1
                    if told != row.cells[who]:
                        wrong.append(f"{way.__name__} replay={replay} {row.title} {who}: {told}, not {row.cells[who]}")
    figure("feed × principals", f"{cells} cells, {len(wrong)} mismatches")
    assert wrong == [], "\n" + "\n".join(wrong)


async def said(world: World, client: httpx.Client, kind: str, target: str) -> str:
    """Whether a page gets what it asks for."""
    body: dict[str, Any] = {"type": kind, "id": 7}
    if kind == "feed":
        body = {"type": kind}
    if target != "-":
        body["stream"] = world.places[target].stream
    try:
        async with connect(world.hub.url.replace("http", "ws") + "/api/ws",
                           additional_headers=credentials(client)) as socket:  # fmt: skip
            await socket.recv()
            await socket.send(json.dumps(body))
            if kind == "subscribe":
                async with asyncio.timeout(15):
                    return "yes" if isinstance(await socket.recv(), bytes) else "no"
            await socket.send("nonsense")  # whose answer comes after that to the message, if it has one
            answer = json.loads(await socket.recv())
            return "yes" if answer["code"] == "message.invalid" else "no"
    except InvalidStatus as error:
        return str(error.response.status_code)


@pytest.mark.attack("A73", "A76", control=True)
async def test_a_page_gets_what_the_table_says(world: World, figure: Callable[[str, str], None]) -> None:
    cells, wrong = 0, []
    for row in rows("SAY"):
        for who in [who for who in row.cells if who in world.people]:
            found = await said(world, world.people[who], row.path, row.target)
            cells += 1
            if found != row.cells[who]:
                wrong.append(f"{row.title} {who}: {found}, not {row.cells[who]}")
    figure("page messages × principals", f"{cells} cells, {len(wrong)} mismatches")
    assert wrong == [], "\n" + "\n".join(wrong)
