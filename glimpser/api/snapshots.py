"""Kept pictures and clips."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from quart import Response, request, send_file
from werkzeug.datastructures import ContentRange
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from glimpser.database.models import MediaFile, Snapshot, Stream
from glimpser.identity.permissions import MEDIA_DOWNLOADS
from glimpser.identity.policy import Principal
from glimpser.media.service import SUFFIXES
from glimpser_sdk.web import Problem

from . import visible
from .answers import shown
from .cursors import PageQuery, page
from .inputs import Moment
from .live import take
from .loaders import CLIP, SNAPSHOT, STREAM
from .models import SnapshotOut, snapshot_out
from .routing import Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("media")


class SnapshotQuery(PageQuery):
    """Filters."""

    after: Moment | None = Field(None, description="Captured at or after.")
    before: Moment | None = Field(None, description="Captured before.")
    kind: Literal["capture", "best", "event"] | None = None


class ClipQuery(PageQuery):
    """Filters."""

    after: Moment | None = Field(None, description="Started at or after.")
    before: Moment | None = Field(None, description="Started before.")


class CaptureIn(BaseModel):
    """Take a snapshot now."""

    model_config = ConfigDict(extra="forbid")

    fresh: bool = Field(True, description="Not older than this request.")


class ClipOut(BaseModel):
    """A kept clip."""

    id: str
    stream_id: str
    event_id: str | None
    activity_id: str | None
    kind: str
    started_at: str
    ended_at: str | None
    size_bytes: int
    content_type: str
    codec: str
    width: int | None
    height: int | None
    file: str = Field(description="Path of the video, with Range.")


def clip_out(row: MediaFile) -> dict[str, Any]:
    """A kept clip as the API shows it."""
    return shown({
        "id": row.id, "stream_id": row.stream_id, "event_id": row.event_id, "activity_id": row.activity_id,
        "kind": row.kind, "started_at": row.started_at, "ended_at": row.ended_at, "size_bytes": row.size_bytes,
        "content_type": row.content_type, "codec": row.codec, "width": row.width, "height": row.height,
        "file": f"/api/clips/{row.id}/file",
    })  # fmt: skip


@route("GET", "/api/streams/<id:stream_id>/snapshots", permission="streams.view", load=STREAM, query=SnapshotQuery,
       answer=list[SnapshotOut])  # fmt: skip
async def list_snapshots(principal: Principal, stream: Stream, query: SnapshotQuery) -> Page:
    """Kept pictures of a stream, newest first."""
    exact = {"captured_at__gte": query.after, "captured_at__lt": query.before, "kind": query.kind}
    rows = visible.snapshots(principal).filter(stream_id=stream.id)
    rows = rows.filter(**{k: v for k, v in exact.items() if v is not None})
    found = await page(rows, query, by="captured_at", time=True)
    return found.of([snapshot_out(s) for s in found.items])


@route("POST", "/api/streams/<id:stream_id>/snapshots", permission="streams.control", load=STREAM, body=CaptureIn,
       answer=SnapshotOut, status=201)  # fmt: skip
async def capture_snapshot(hub: Hub, principal: Principal, stream: Stream, body: CaptureIn) -> Versioned:
    """Take a picture now and keep it."""
    if not hub.pruner.room():
        raise Problem(503, "storage.low", "the volume is nearly full: free some space first")
    picture = await take(hub, principal, stream.id, fresh=body.fresh, side=None)
    row = await hub.media.keep(picture, kind="capture")
    if row is None:
        raise Problem(404, "stream.not_found", "there is no such stream")
    return Versioned(snapshot_out(row), 1, status=201, location=f"/api/snapshots/{row.id}")


@route("GET", "/api/snapshots/<id:snapshot_id>", permission="streams.view", load=SNAPSHOT, answer=SnapshotOut)
async def read_snapshot(snapshot: Snapshot) -> Versioned:
    """One kept picture."""
    return Versioned(snapshot_out(snapshot), 1)


@route("DELETE", "/api/snapshots/<id:snapshot_id>", permission="media.delete", load=SNAPSHOT, status=204)
async def delete_snapshot(hub: Hub, snapshot: Snapshot) -> None:
    """Remove one kept picture."""
    await hub.media.delete_snapshot(snapshot)


async def _file(hub: Hub, relative: str, content_type: str, identifier: str, etag: str) -> Response:
    path = hub.media.storage.path(relative)
    if not await asyncio.to_thread(path.is_file):
        raise Problem(404, "media.gone", "the file is not there any more")
    if f'"{etag}"' in (request.headers.get("If-None-Match") or ""):
        return Response(b"", status=304, headers={"ETag": f'"{etag}"'})
    # A sink names the type: what is no picture and no video leaves as a file, whatever is in it.
    suffix = SUFFIXES.get(content_type)
    mimetype, shown = (content_type, "inline") if suffix else ("application/octet-stream", "attachment")
    response = await send_file(path, mimetype=mimetype, add_etags=False)
    if request.headers.get("If-Range", f'"{etag}"') == f'"{etag}"':
        await _cut(response, int(response.content_length or 0))
    response.headers["Content-Disposition"] = f'{shown}; filename="{identifier}.{suffix or "bin"}"'
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


async def _cut(response: Response, size: int) -> None:
    """Leave of a file's answer what Range asks for; all of it where several parts are asked for. Quart does the same,
    except for the last so many bytes."""
    asked = request.range if request.method == "GET" else None
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return
    begin, end = asked.ranges[0]
    if begin < 0:
        begin = max(0, size + begin)
    end = min(end or size, size)
    if begin >= end:
        raise RequestedRangeNotSatisfiable(size)
    response.content_length = end - begin
    response.content_range = ContentRange("bytes", begin, end, size)
    response.status_code = 206
    body: Any = response.response
    await body.make_conditional(begin, end)


@route("GET", "/api/snapshots/<id:snapshot_id>/image", permission="streams.view", signable=True, load=SNAPSHOT,
       media="image/jpeg", counts=MEDIA_DOWNLOADS)  # fmt: skip
async def snapshot_image(hub: Hub, snapshot: Snapshot) -> Response:
    """The picture."""
    return await _file(hub, snapshot.path, "image/jpeg", snapshot.id, snapshot.sha256[:32])


@route("GET", "/api/streams/<id:stream_id>/clips", permission="events.view", load=STREAM, query=ClipQuery,
       answer=list[ClipOut])  # fmt: skip
async def list_clips(principal: Principal, stream: Stream, query: ClipQuery) -> Page:
    """Kept clips of a stream, newest first."""
    exact = {"started_at__gte": query.after, "started_at__lt": query.before}
    rows = visible.clips(principal).filter(stream_id=stream.id)
    rows = rows.filter(**{k: v for k, v in exact.items() if v is not None})
    found = await page(rows, query, by="started_at", time=True)
    return found.of([clip_out(c) for c in found.items])


@route("GET", "/api/clips/<id:clip_id>", permission="events.view", load=CLIP, answer=ClipOut)
async def read_clip(clip: MediaFile) -> Any:
    """One kept clip."""
    return clip_out(clip)


@route("DELETE", "/api/clips/<id:clip_id>", permission="media.delete", load=CLIP, status=204)
async def delete_clip(hub: Hub, clip: MediaFile) -> None:
    """Remove one kept clip."""
    await hub.media.delete_clip(clip)


@route("GET", "/api/clips/<id:clip_id>/file", permission="events.view", signable=True, load=CLIP, media="video/mp4",
       counts=MEDIA_DOWNLOADS, also={206: "A part of it, for Range."})  # fmt: skip
async def clip_file(hub: Hub, clip: MediaFile) -> Response:
    """The video; supports Range."""
    return await _file(hub, clip.path, clip.content_type, clip.id, clip.id)
