"""Live pictures of one stream: snapshot, thumbnail, recent, MJPEG; and who watches."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from quart import Response, request

from glimpser.capture.live import snap
from glimpser.capture.viewer import Viewer
from glimpser.database.models import Stream
from glimpser.engine.contract import EngineError
from glimpser.identity import audit
from glimpser.identity.permissions import LIVE_VIEWS
from glimpser.identity.policy import VISITOR, Principal, sees
from glimpser.protocol.messages import Picture
from glimpser.streams.health import LOST
from glimpser.streams.reasons import reason_text
from glimpser_sdk.web import Problem

from . import visible
from .answers import plain
from .loaders import STREAM
from .models import SnapshotOut, snapshot_out
from .routing import Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("live")

BOUNDARY = "glimpser"
MOST = {"mjpeg": (500, 128), "page": (5000, 1024)}
"""Viewers at a time, in all and of one account or link: nobody takes the live pictures from everybody else."""
MOST_OF_VISITORS = {"mjpeg": (100, 8), "page": (1000, 100)}
"""The same for those without an account in a demo, in all and from one place: most is left for who has one."""
PICTURE_S = 8.0


class SnapshotQuery(BaseModel):
    """Which picture."""

    model_config = ConfigDict(extra="forbid")

    fresh: bool = Field(False, description="Not older than this request.")
    w: int | None = Field(None, ge=16, le=7680, description="Wanted width in pixels; sizes snap upwards.")
    h: int | None = Field(None, ge=16, le=7680, description="Wanted height in pixels.")


class RecentQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    n: int = Field(10, ge=1, le=100, description="Newest first.")


class MjpegQuery(BaseModel):
    """Size and rate."""

    model_config = ConfigDict(extra="forbid")

    fps: float = Field(5.0, ge=0.1, le=30, description="At most this many pictures a second.")
    w: int | None = Field(None, ge=16, le=7680, description="Wanted width in pixels; sizes snap upwards.")


class LiveSessionOut(BaseModel):
    """A viewer."""

    id: str
    principal: str
    kind: str
    stream_id: str
    side: int
    max_fps: float
    since: str
    pictures: int
    bytes: int
    dropped: int


def as_problem(error: EngineError) -> Problem:
    """Why there is no picture."""
    why = error.why
    return Problem(409, why.code, reason_text(why.code, why.params), **why.params)


async def take(hub: Hub, principal: Principal, stream_id: str, *, fresh: bool, side: int | None) -> Picture:
    """A picture of a running stream. Problem 409, at once where that is known, when it gives none."""
    live = visible.live(hub, principal)
    state = hub.capture.state(stream_id)
    if state is not None and state.state in LOST and state.reason is not None:
        raise as_problem(EngineError(state.reason))
    try:
        picture: Picture = await live.snapshot(stream_id, fresh=fresh, side=side, timeout_s=PICTURE_S)
    except EngineError as error:
        raise as_problem(error) from None
    except TimeoutError:
        raise Problem(409, "snapshot.timeout", "no picture came in time") from None
    return picture


def jpeg_answer(picture: Picture) -> Response:
    """The picture with a strong ETag and its time."""
    tag = f'"{hashlib.sha256(picture.jpeg).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Captured-At": str(plain(picture.captured_at))}
    if tag in (request.headers.get("If-None-Match") or ""):
        return Response(b"", status=304, headers=headers)
    return Response(picture.jpeg, content_type="image/jpeg", headers=headers)


@route("GET", "/api/stream/<id:stream_id>/snapshot", permission="streams.view", signable=True, load=STREAM,
       query=SnapshotQuery, media="image/jpeg")  # fmt: skip
async def snapshot(hub: Hub, principal: Principal, stream: Stream, query: SnapshotQuery) -> Response:
    """The newest frame; under a delay the newest kept picture that is old enough."""
    if principal.restrictions.until is not None:
        return await _newest_kept(hub, principal, stream)
    wanted = max(query.w or 0, query.h or 0)
    side = snap(wanted) if wanted else None
    return jpeg_answer(await take(hub, principal, stream.id, fresh=query.fresh, side=side or None))


async def _newest_kept(hub: Hub, principal: Principal, stream: Stream) -> Response:
    kept = await visible.snapshots(principal).filter(stream_id=stream.id).order_by("-captured_at").first()
    path = hub.media.storage.path(kept.path) if kept is not None else None
    if kept is None or path is None or not await asyncio.to_thread(path.is_file):
        raise Problem(404, "snapshot.none_kept", "there is no kept picture of this stream that you may see")
    headers = {"Cache-Control": "private, no-cache", "X-Captured-At": str(plain(kept.captured_at))}
    return Response(await asyncio.to_thread(path.read_bytes), content_type="image/jpeg", headers=headers)


@route("GET", "/api/stream/<id:stream_id>/thumbnail", permission="streams.view", load=STREAM, media="image/jpeg")
async def thumbnail(hub: Hub, principal: Principal, stream: Stream) -> Response:
    """A small picture, 320 pixels wide; the newest kept one while the stream does not run."""
    try:
        return jpeg_answer(await take(hub, principal, stream.id, fresh=False, side=320))
    except Problem as problem:
        try:
            return await _newest_kept(hub, principal, stream)
        except Problem:
            raise problem from None


@route("GET", "/api/stream/<id:stream_id>/recent-snapshots", permission="streams.view", load=STREAM, query=RecentQuery,
       answer=list[SnapshotOut])  # fmt: skip
async def recent(principal: Principal, stream: Stream, query: RecentQuery) -> Any:
    """The newest kept pictures, for hover play."""
    rows = visible.snapshots(principal).filter(stream_id=stream.id).order_by("-captured_at")
    return [snapshot_out(s) for s in await rows.limit(query.n)]


def watch(hub: Hub, principal: Principal, stream_id: str, side: int, fps: float, *, kind: str) -> Viewer:
    """A viewer of a stream that was loaded. Problem 429 or 503 when there are too many."""
    live = visible.live(hub, principal)
    visitor = principal.kind == VISITOR
    whose = principal.session_id if visitor else principal.id
    most, of_one = (MOST_OF_VISITORS if visitor else MOST)[kind]
    if live.count(kind, whose) >= of_one:
        raise Problem(429, "live.too_many", f"you have {of_one} live pictures open already", retry_after=1)
    if live.count(kind, f"{VISITOR} *" if visitor else None) >= most:
        raise Problem(503, "live.too_many", f"there are {most} viewers already", retry_after=1)
    viewer: Viewer = live.open(stream_id, side, fps, principal=whose, kind=kind)
    return viewer


@route("GET", "/api/stream/<id:stream_id>/mjpeg", permission="streams.view", signable=True, load=STREAM,
       query=MjpegQuery, media="multipart/x-mixed-replace", counts=LIVE_VIEWS)  # fmt: skip
async def mjpeg(hub: Hub, principal: Principal, stream: Stream, query: MjpegQuery) -> Response:
    """Live pictures as multipart JPEG, for single views and integrations; ends with the session."""
    viewer = watch(hub, principal, stream.id, query.w or 0, query.fps, kind="mjpeg")
    made = audit.entry("live.view", object=("stream", stream.id, stream.name))

    async def body() -> AsyncIterator[bytes]:
        with hub.responses.register(principal) as still_open, hub.audit.views.watching(made):
            async with viewer:
                async for picture in viewer:
                    if not still_open():
                        return
                    hub.metrics.live_bytes.inc(len(picture.jpeg))
                    yield b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\nX-Captured-At: %s\r\n\r\n" % (
                        BOUNDARY.encode(), len(picture.jpeg), str(plain(picture.captured_at)).encode(),
                    ) + picture.jpeg + b"\r\n"  # fmt: skip

    response = Response(body(), content_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}",
                        headers={"Cache-Control": "no-store"})  # fmt: skip
    response.timeout = None
    return response


@route("GET", "/api/live-sessions", permission="live_sessions.view", answer=list[LiveSessionOut])
async def live_sessions(hub: Hub, principal: Principal) -> Any:
    """Who watches what now."""
    return [
        {"id": s.id, "principal": s.principal, "kind": s.kind, "stream_id": s.stream_id, "side": s.side,
         "max_fps": s.max_fps, "since": s.since, "pictures": s.pictures, "bytes": s.bytes, "dropped": s.dropped}
        for s in visible.live(hub, principal).sessions() if sees(principal, s.stream_id)
    ]  # fmt: skip


@route("DELETE", "/api/live-sessions/<id:session_id>", permission="live_sessions.view", status=204)
async def disconnect(hub: Hub, principal: Principal, session_id: str) -> None:
    """Disconnect a viewer."""
    live = visible.live(hub, principal)
    known = {s.id for s in live.sessions() if sees(principal, s.stream_id)}
    if session_id not in known or not live.disconnect(session_id):
        raise Problem(404, "live_session.not_found", "there is no such viewer")
