"""One WebSocket for a page: the feed and all its live pictures.

Text messages are JSON. From the client: ``{"type": "subscribe", "id": N, "stream": ID, "side": 640, "fps": 5}``,
``{"type": "unsubscribe", "id": N}``, ``{"type": "feed", "topics": […], "after": SEQ}``. To the client: ``hello``,
``change``, ``reset``, ``error``. A binary message is a picture: four bytes of subscription id (big-endian), eight of
capture time in microseconds since 1970, then the JPEG. ``N`` is the client's own number, 0..2³²-1.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from quart import websocket

from glimpser.capture.viewer import Viewer
from glimpser.database.models import Stream
from glimpser.identity import audit
from glimpser.identity.permissions import LIVE_VIEWS
from glimpser.identity.policy import Principal
from glimpser_sdk.web import Problem

from .answers import plain
from .counting import take
from .feed import TOPICS, heard, newest
from .live import watch
from .loaders import STREAM
from .routing import SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("feed")

MAX_SUBSCRIPTIONS = 256
MAX_MESSAGE = 64 * 1024


class Subscribe(BaseModel):
    """Watch a stream."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["subscribe"]
    id: int = Field(ge=0, le=2**32 - 1)
    stream: str = Field(max_length=26)
    side: int = Field(640, ge=0, le=7680)
    fps: float = Field(5.0, ge=0.1, le=30)


class Unsubscribe(BaseModel):
    """Stop watching."""

    type: Literal["unsubscribe"]
    id: int = Field(ge=0, le=2**32 - 1)


class FeedOn(BaseModel):
    """Hear of changes."""

    type: Literal["feed"]
    topics: list[Literal["event", "activity", "stream", "group", "plugin", "settings", "review"]] = list(TOPICS)  # type: ignore[arg-type]
    after: int | None = Field(None, ge=0, le=2**53)


MESSAGE: TypeAdapter[Subscribe | Unsubscribe | FeedOn] = TypeAdapter(
    Annotated[Subscribe | Unsubscribe | FeedOn, Field(discriminator="type")]
)


class PageSocket:
    """One open page. All sending goes through one lock-step task per subscription; a slow page loses pictures only."""

    def __init__(self, hub: Hub, principal: Principal) -> None:
        self._hub = hub
        self._principal = principal
        self._viewers: dict[int, tuple[Viewer, asyncio.Task[None]]] = {}
        self._feed: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Until the page leaves, the session ends or the hub stops."""
        await self._json({"type": "hello", "v": 1, "seq": await newest(self._hub, self._principal)})
        try:
            while True:
                raw = await websocket.receive()
                if isinstance(raw, bytes) or len(raw) > MAX_MESSAGE:
                    await self._error("message.invalid", "send JSON text of at most 64 KiB")
                    continue
                try:
                    message = MESSAGE.validate_json(raw)
                except ValidationError as error:
                    await self._error("message.invalid", str(error.errors(include_url=False)[0]["msg"]))
                    continue
                await self._handle(message)
        finally:
            await self._close()

    async def _handle(self, message: Subscribe | Unsubscribe | FeedOn) -> None:
        if isinstance(message, Unsubscribe):
            await self._unsubscribe(message.id)
        elif isinstance(message, Subscribe):
            await self._unsubscribe(message.id)
            await self._subscribe(message)
        else:
            await _stop(self._feed)
            self._feed = asyncio.create_task(self._run_feed(message))

    async def _subscribe(self, message: Subscribe) -> None:
        stream = await STREAM.fetch(self._hub, self._principal, message.stream)
        if stream is None:
            await self._error("stream.not_found", "there is no such stream", message.id)
        elif len(self._viewers) >= MAX_SUBSCRIPTIONS:
            await self._error("live.too_many", f"at most {MAX_SUBSCRIPTIONS} subscriptions a page", message.id)
        else:
            use = None
            try:
                use = await take(self._hub, self._principal, LIVE_VIEWS)
                viewer = watch(self._hub, self._principal, stream.id, message.side, message.fps, kind="page")
            except Problem as problem:
                if use is not None:
                    await self._hub.limits.release(use)
                await self._error(problem.code, problem.detail, message.id)
                return
            self._viewers[message.id] = viewer, asyncio.create_task(self._show(message.id, viewer, stream))
            if use is not None:
                self._hub.limits.release_after(self._viewers[message.id][1], use)

    async def _unsubscribe(self, number: int) -> None:
        found = self._viewers.pop(number, None)
        if found is not None:
            found[0].close()
            await _stop(found[1])

    async def _show(self, number: int, viewer: Viewer, stream: Stream) -> None:
        head = number.to_bytes(4, "big")
        made = audit.entry("live.view", object=("stream", stream.id, stream.name))
        async with viewer:
            with self._hub.audit.views.watching(made):
                async for picture in viewer:
                    at = int(picture.captured_at.timestamp() * 1_000_000).to_bytes(8, "big")
                    self._hub.metrics.live_bytes.inc(len(picture.jpeg))
                    await self._send(head + at + picture.jpeg)
        with contextlib.suppress(Exception):
            await self._json({"type": "ended", "id": number})

    async def _run_feed(self, message: FeedOn) -> None:
        topics = frozenset(message.topics)
        changes = heard(self._hub, self._principal, message.after)
        try:
            async for seq, change in changes:
                if change is None:
                    await self._json({"type": "reset", "seq": seq})
                elif change["topic"] in topics:
                    await self._json({"type": "change", **change})
        finally:
            await changes.aclose()

    async def _error(self, code: str, detail: str, number: int | None = None) -> None:
        await self._json({"type": "error", "code": code, "detail": detail, "id": number})

    async def _json(self, value: Any) -> None:
        await self._send(msgspec.json.encode(plain(value)).decode())

    async def _send(self, data: str | bytes) -> None:
        async with self._sending:
            await websocket.send(data)

    async def _close(self) -> None:
        await _stop(self._feed)
        for number in list(self._viewers):
            await self._unsubscribe(number)


async def _stop(task: Awaitable[None] | None) -> None:
    if isinstance(task, asyncio.Task):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@route("GET", "/api/ws", permission=SIGNED_IN, websocket=True, status=101)
async def page_socket(hub: Hub, principal: Principal) -> None:
    """The same feed and live pictures over one WebSocket.

    Text messages are JSON. The page sends `{"type": "subscribe", "id": N, "stream": ID, "side": 640, "fps": 5}`,
    `{"type": "unsubscribe", "id": N}` and `{"type": "feed", "topics": [...], "after": SEQ}`; it gets `hello`, `change`,
    `reset`, `ended` and `error`. A binary message is a picture: four bytes of subscription id (big-endian), eight of
    capture time in microseconds since 1970, then the JPEG.
    """
    await websocket.accept()
    with hub.responses.register(principal):
        await PageSocket(hub, principal).run()
