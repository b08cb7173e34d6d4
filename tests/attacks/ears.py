"""Ears for the feed: both ways to listen, and something to hear."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from .world import World, credentials


def change_everything(world: World) -> None:
    """A change of every topic, on both streams."""
    for place in world.places.values():
        world.event(place.stream)
        for reviewed in (True, False):
            world.call("POST", "/api/activities", {"ids": [place.ids["activity"]], "reviewed": reviewed})
        world.call("PATCH", f"/api/streams/{place.stream}", {"tags": [world.fresh("tag")]})
        world.call("PATCH", f"/api/stream-groups/{place.ids['group']}", {"name": world.fresh("group")})
    world.call("PATCH", "/api/plugins/notes", {"enabled": True})
    world.call("PATCH", "/api/settings", {"event_retention_days": 31})


async def by_events(world: World, client: httpx.Client, after: int, **query: str) -> AsyncIterator[dict[str, Any]]:
    """Over Server-Sent Events. PermissionError with the status for who is not let in."""
    async with (
        httpx.AsyncClient(base_url=world.hub.url, headers=credentials(client), timeout=60) as own,
        own.stream("GET", "/api/events/stream", params={"after": after, **query}) as answer,
    ):
        if answer.status_code != 200:
            raise PermissionError(answer.status_code)
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


async def by_socket(world: World, client: httpx.Client, after: int) -> AsyncIterator[dict[str, Any]]:
    """Over the WebSocket. PermissionError with the status for who is not let in."""
    url = world.hub.url.replace("http", "ws") + "/api/ws"
    try:
        async with connect(url, additional_headers=credentials(client)) as socket:
            await socket.send(json.dumps({"type": "feed", "after": after}))
            async for message in socket:
                yield json.loads(message)
    except InvalidStatus as error:
        raise PermissionError(error.response.status_code) from None


Way = Callable[[World, httpx.Client, int], AsyncIterator[dict[str, Any]]]


async def last_seq(world: World) -> int:
    """Where the feed is now."""
    async with connect(world.hub.url.replace("http", "ws") + "/api/ws",
                       additional_headers=credentials(world.people["admin"])) as socket:  # fmt: skip
        return int(json.loads(await socket.recv())["seq"])
