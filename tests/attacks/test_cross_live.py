"""What alice and bob hear of each other, over both ways and by every trick with messages."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from websockets.asyncio.client import connect

from glimpser.api.feed import TOPICS
from glimpser_sdk.ids import new_id

from .ears import by_events, by_socket, change_everything, last_seq
from .neighbours import OWNERS, Tally, neighbours, secrets_of
from .world import World, credentials

pytestmark = pytest.mark.long

SETTLE_S = 0.7
PEOPLE = (("alice", "bob", "other"), ("bob", "alice", "own"))
"""Who attacks, who has it, and what."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = neighbours(tmp_path_factory.mktemp("cross-live"))
    yield made
    made.stop()


def change(world: World) -> None:
    """A change of every topic, and marks of the neighbours themselves, which nobody else hears of at all."""
    change_everything(world)
    for _, owner, place in PEOPLE:
        for reviewed in (True, False):
            body = {"ids": [world.places[place].ids["activity"]], "reviewed": reviewed}
            answer = world.people[owner].post("/api/activities", json=body)
            assert answer.json()["marked"] == 1, answer.text


async def overheard(messages: AsyncIterator[dict[str, Any]], into: list[str]) -> None:
    """Write down all that comes."""
    async for message in messages:
        into.append(json.dumps(message))


@pytest.mark.timeout(180)
@pytest.mark.attack("A73", "A75", "A76", control=True)
async def test_nobody_hears_of_the_other(world: World, figure: Callable[[str, str], None]) -> None:
    tally, since = Tally(), await last_seq(world)
    await asyncio.to_thread(change, world)
    now = await last_seq(world)
    for attacker, owner, place in PEOPLE:
        there = world.places[place]
        ways: dict[str, dict[str, Any]] = {"replayed from the start": {"after": 0}, "replayed": {"after": since}}
        ways |= {f"topic {topic}": {"after": since, "topics": topic} for topic in TOPICS}
        ways |= {"by stream": {"after": since, "stream": there.stream}, "live": {"after": now}}
        heard: dict[tuple[str, str], list[str]] = {}
        tasks = []
        for who in (attacker, owner):
            for name, query in ways.items():
                told = heard[who, name] = []
                tasks.append(asyncio.create_task(overheard(by_events(world, world.people[who], **query), told)))
            for name in ("replayed from the start", "replayed", "live"):
                told = heard[who, f"socket, {name}"] = []
                tasks.append(
                    asyncio.create_task(overheard(by_socket(world, world.people[who], ways[name]["after"]), told))
                )
        await asyncio.sleep(SETTLE_S)
        await asyncio.to_thread(change, world)
        await asyncio.sleep(SETTLE_S)
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        hidden = secrets_of(world, place)
        for who, name in heard:
            if who == attacker:
                text = "\n".join(heard[attacker, name])
                leaked = [secret for secret in hidden if secret in text]
                silent = name in ("topic group", "topic plugin", "topic settings")
                control = silent or any(secret in "\n".join(heard[owner, name]) for secret in hidden)
                tally.add(f"{attacker}: {name}: {leaked}", kept=not leaked, control=control)
    tally.check("feed", figure)


async def asked(world: World, who: str, message: dict[str, Any]) -> tuple[str, str]:
    """The kind and the code of the answer to a message."""
    async with connect(world.hub.url.replace("http", "ws") + "/api/ws",
                       additional_headers=credentials(world.people[who])) as socket:  # fmt: skip
        await socket.recv()
        await socket.send(json.dumps(message))
        async with asyncio.timeout(15):
            raw = await socket.recv()
    if isinstance(raw, bytes):
        return "picture", ""
    answer = json.loads(raw)
    return answer["type"], f"{answer.get('code')} {answer.get('detail')}"


@pytest.mark.timeout(180)
@pytest.mark.attack("A73", "A75", "A76", control=True)
async def test_nobody_watches_the_other(world: World, figure: Callable[[str, str], None]) -> None:
    tally = Tally()
    for attacker, owner, place in PEOPLE:
        there = world.places[place]
        ids = [there.stream, there.stream.lower(), f" {there.stream[1:]}", f"{there.stream[:25]}%", *there.ids.values()]
        for identifier in ids:
            for more in ({}, {"side": 0}, {"fps": 30, "principal": world.users[owner]}):
                message = {"type": "subscribe", "id": 1, "stream": identifier, **more}
                forbidden = await asked(world, attacker, message)
                missing = await asked(world, attacker, message | {"stream": new_id()})
                good = identifier != there.stream or await asked(world, owner, message) == ("picture", "")
                tally.add(f"{attacker}: {message}: {forbidden}", kept=forbidden == missing, control=good)
    tally.check("page messages", figure)


@pytest.mark.attack("A73", "A76", control=True)
def test_nobody_sees_or_ends_the_others_viewers(world: World, figure: Callable[[str, str], None]) -> None:
    tally = Tally()
    for attacker, owner, place in PEOPLE:
        viewer = world.viewer(world.places[place].stream)
        listed = {who: world.people[who].get("/api/live-sessions").text for who in OWNERS}
        tally.add(f"{attacker}: sees {viewer}", kept=viewer not in listed[attacker], control=viewer in listed[owner])
        refused, unknown = (world.people[attacker].delete(f"/api/live-sessions/{i}") for i in (viewer, new_id()))
        tally.add(f"{attacker}: ends {viewer}", kept=refused.status_code == unknown.status_code == 404,
                  control=world.people[owner].delete(f"/api/live-sessions/{viewer}").status_code == 204)  # fmt: skip
    tally.check("viewers", figure)
