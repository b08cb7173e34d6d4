"""The feed over Server-Sent Events: every change that the principal may see, in order, resumable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from quart import Response, request

from glimpser.events.feed import Change
from glimpser.identity.policy import Principal, can, sees
from glimpser_sdk.web import Problem

from .answers import plain
from .routing import SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("feed")

HEARTBEAT_S = 15.0
TOPICS = ("event", "activity", "stream", "group", "plugin", "settings")


class FeedQuery(BaseModel):
    """What to hear of."""

    model_config = ConfigDict(extra="forbid")

    topics: str | None = Field(None, max_length=200, description=f"Comma-separated of {', '.join(TOPICS)}.")
    stream: str | None = Field(None, max_length=26, description="Only of this stream.")
    after: int | None = Field(None, ge=0, le=2**53, description="Replay from this sequence number, as Last-Event-ID.")


def visible(principal: Principal, change: Change) -> bool:
    """Whether the principal may hear of a change."""
    if change.topic in ("event", "activity"):
        return can(principal, "events.view", change.stream_id) and sees(principal, change.stream_id)
    if change.topic == "stream":
        return sees(principal, change.stream_id)
    if change.topic == "group":
        return can(principal, "streams.view") and (not change.payload.get("private") or can(principal, "groups.manage"))
    return can(principal, f"{change.topic.removesuffix('s')}s.view")


def pick_topics(text: str | None) -> frozenset[str]:
    """The topics named. Problem 422 for one that does not exist."""
    topics = frozenset(t.strip() for t in text.split(",")) if text else frozenset(TOPICS)
    if unknown := topics - set(TOPICS):
        raise Problem(422, "feed.topic_unknown", f"no topic {min(unknown)!r}; there are {', '.join(TOPICS)}")
    return topics


def encode(change: Change | None, seq: int) -> bytes:
    """One SSE message; None says reset: read again what is on screen."""
    if change is None:
        body, identifier, name = b'{"v":1}', seq, "reset"
    else:
        body, identifier, name = msgspec.json.encode(plain(change.message())), change.seq, "change"
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (identifier, name.encode(), body)


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

    def _asked(change: Change) -> bool:
        return change.topic in topics and query.stream in (None, change.stream_id)

    async def body() -> AsyncIterator[bytes]:
        yield b'retry: 2000\nid: %d\nevent: hello\ndata: {"v":1}\n\n' % (
            hub.events.feed.last_seq if after is None else after
        )
        changes = hub.events.feed.listen(after)
        with hub.responses.register(principal) as still_open:
            pending: asyncio.Task[Change | None] | None = None
            try:
                while still_open():
                    pending = pending or asyncio.ensure_future(anext(changes))
                    done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT_S)
                    if not done:
                        yield b": alive\n\n"
                        continue
                    try:
                        change = pending.result()
                    except StopAsyncIteration:
                        return
                    pending = None
                    if change is None:
                        yield encode(None, hub.events.feed.last_seq)
                    elif _asked(change) and visible(principal, change):
                        yield encode(change, change.seq)
            finally:
                if pending is not None:
                    pending.cancel()
                    await asyncio.gather(pending, return_exceptions=True)
                await changes.aclose()

    response = Response(body(), content_type="text/event-stream", headers={"Cache-Control": "no-store"})
    response.timeout = None
    return response
