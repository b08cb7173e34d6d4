"""The feed over Server-Sent Events: every change that the principal may see, in order, resumable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from quart import Response, request

from glimpser.events.feed import Change
from glimpser.identity.policy import Principal, abilities, can, sees
from glimpser_sdk.web import Problem

from .answers import plain
from .events import EVENT_PERMISSIONS
from .routing import SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("feed")

HEARTBEAT_S = 15.0
TOPICS = ("event", "activity", "stream", "group", "plugin", "settings", "review")


class FeedQuery(BaseModel):
    """What to hear of."""

    model_config = ConfigDict(extra="forbid")

    topics: str | None = Field(None, max_length=200, description=f"Comma-separated of {', '.join(TOPICS)}.")
    stream: str | None = Field(None, max_length=26, description="Only of this stream.")
    after: int | None = Field(None, ge=0, le=2**53, description="Replay from this sequence number, as Last-Event-ID.")


def _visible(principal: Principal, change: Change) -> bool:
    """Whether the principal may hear of a change. Visitors of a share link see pictures; why a camera gives none, which
    changes tell, is not for them."""
    if principal.kind == "share":
        return False
    if change.topic in ("event", "activity"):
        return can(principal, "events.view", change.stream_id) and sees(principal, change.stream_id)
    if change.topic == "review":  # of one's own: what one marks here shows where one has the hub open too
        return change.payload.get("user_id") == principal.id and can(principal, "events.view", change.stream_id)
    if change.topic == "stream":
        return sees(principal, change.stream_id)
    if change.topic == "group":
        return can(principal, "streams.view") and (not change.payload.get("private") or can(principal, "groups.manage"))
    return can(principal, f"{change.topic.removesuffix('s')}s.view")


async def newest(hub: Hub, principal: Principal) -> int:
    """The sequence number of the newest change that the principal may have heard of."""
    delay_minutes = principal.restrictions.delay_minutes
    feed = hub.events.feed
    return await feed.last_before(timedelta(minutes=delay_minutes)) if delay_minutes else feed.last_seq


async def heard(
    hub: Hub, principal: Principal, after: int | None
) -> AsyncGenerator[tuple[int, dict[str, Any] | None], None]:
    """What the principal may hear of, after a sequence number or from now on: numbers and messages, None for "start
    over". Who has a delay hears everything so much later."""
    delay_minutes = principal.restrictions.delay_minutes
    feed = hub.events.feed
    changes = feed.listen_late(timedelta(minutes=delay_minutes), after) if delay_minutes else feed.listen(after)
    try:
        async for change in changes:
            if change is None:
                yield feed.last_seq, None
            elif _visible(principal, change):
                yield change.seq, _told(hub, principal, change)
    finally:
        await changes.aclose()


def _told(hub: Hub, principal: Principal, change: Change) -> dict[str, Any]:
    """The change as this principal hears of it."""
    message = change.message()
    if change.topic in ("event", "activity"):
        message["can"] = abilities(principal, EVENT_PERMISSIONS, change.stream_id)
    elif change.topic == "stream":
        message["can"] = abilities(principal, hub.identity.permissions.on_streams, change.stream_id)
    return message


def pick_topics(text: str | None) -> frozenset[str]:
    """The topics named. Problem 422 for one that does not exist."""
    topics = frozenset(t.strip() for t in text.split(",")) if text else frozenset(TOPICS)
    if unknown := topics - set(TOPICS):
        raise Problem(422, "feed.topic_unknown", f"no topic {min(unknown)!r}; there are {', '.join(TOPICS)}")
    return topics


def encode(message: dict[str, Any] | None, seq: int) -> bytes:
    """One SSE message; None says reset: read again what is on screen."""
    name, body = ("reset", b'{"v":1}') if message is None else ("change", msgspec.json.encode(plain(message)))
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (seq, name.encode(), body)


@route("GET", "/api/events/stream", permission=SIGNED_IN, query=FeedQuery, media="text/event-stream")
async def event_stream(hub: Hub, principal: Principal, query: FeedQuery) -> Response:
    """Live changes. ``id`` is the sequence number; Last-Event-ID replays, or ``event: reset`` says start over."""
    topics = pick_topics(query.topics)
    after = query.after
    last = request.headers.get("Last-Event-ID")
    if last is not None:
        if not last.isdigit() or len(last) > 16:
            raise Problem(400, "feed.last_event_id", "Last-Event-ID is a sequence number")
        after = int(last)

    def _asked(message: dict[str, Any]) -> bool:
        return message["topic"] in topics and query.stream in (None, message["stream_id"])

    async def body() -> AsyncIterator[bytes]:
        start = await newest(hub, principal) if after is None else after
        yield b'retry: 2000\nid: %d\nevent: hello\ndata: {"v":1}\n\n' % start
        changes = heard(hub, principal, after)
        with hub.responses.register(principal) as still_open:
            pending: asyncio.Task[tuple[int, dict[str, Any] | None]] | None = None
            try:
                while still_open():
                    pending = pending or asyncio.ensure_future(anext(changes))
                    done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_S)
                    if not done:
                        yield b": alive\n\n"
                        continue
                    try:
                        seq, message = pending.result()
                    except StopAsyncIteration:
                        return
                    pending = None
                    if message is None or _asked(message):
                        yield encode(message, seq)
            finally:
                if pending is not None:
                    pending.cancel()
                    await asyncio.gather(pending, return_exceptions=True)
                await changes.aclose()

    response = Response(body(), content_type="text/event-stream", headers={"Cache-Control": "no-store"})
    response.timeout = None
    return response
