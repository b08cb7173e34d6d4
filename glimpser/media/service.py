"""Keeps what workers hand over: pictures of events, asked-for snapshots, clips. Files first, rows after."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from glimpser.database import Database
from glimpser.database.models import Event, MediaFile, Snapshot, Stream
from glimpser.protocol.messages import FileReady, Picture
from glimpser_sdk.ids import is_id, new_id

from .storage import LocalStorage

log = logging.getLogger("glimpser.media")

SUFFIXES = {"video/mp4": "mp4", "video/webm": "webm", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
"""Endings of kept files by content type; any other is ``bin``, and is never shown by a browser."""


class EventLinks(Protocol):
    """Part of the events service that media needs."""

    async def attach(self, event_id: str, **values: str) -> None:
        """Set ``snapshot_id`` or ``clip_id`` of an event."""


class Media:
    """Snapshots and clips of this hub. ``room()`` says whether new pictures may be kept; below ``work`` are the folders
    of streams, with those of their sinks."""

    def __init__(
        self,
        db: Database,
        storage: LocalStorage,
        events: EventLinks,
        *,
        node_id: str,
        room: Callable[[], bool],
        work: Path,
    ) -> None:
        self._db = db
        self.storage = storage
        self._events = events
        self._node_id = node_id
        self._room = room
        self._work = work
        self._best: dict[str, asyncio.Lock] = {}

    async def on_best(self, picture: Picture) -> None:
        """The best frame so far of an event; replaces the one before."""
        if not self._room():
            return
        lock = self._best.setdefault(picture.event_id, asyncio.Lock())
        async with lock:
            before = await Snapshot.filter(event_id=picture.event_id, kind="best").first()
            kept = await self.keep(picture, kind="best", event_id=picture.event_id)
            if kept is None:
                return
            await self._events.attach(picture.event_id, snapshot_id=kept.id)
            if before is not None:
                await self.delete_snapshot(before)
        if not lock.locked():
            self._best.pop(picture.event_id, None)

    async def keep(self, picture: Picture, *, kind: str, event_id: str | None = None) -> Snapshot | None:
        """Store a picture and its row; None when its stream is gone."""
        identifier = new_id()
        relative = self.storage.place("snapshots", picture.captured_at, identifier, "jpg")
        size = await asyncio.to_thread(self.storage.put, relative, picture.jpeg)

        async def change(conn: Any) -> Snapshot | None:
            if not await Stream.filter(id=picture.stream_id).using_db(conn).exists():
                return None
            return await Snapshot.create(
                using_db=conn, id=identifier, node_id=self._node_id, stream_id=picture.stream_id, feed=picture.feed,
                captured_at=picture.captured_at, width=picture.width, height=picture.height, size_bytes=size,
                path=relative, sha256=hashlib.sha256(picture.jpeg).hexdigest(), kind=kind, event_id=event_id,
            )  # fmt: skip

        row: Snapshot | None = await self._db.write(change)
        if row is None:
            await asyncio.to_thread(self.storage.delete, relative)
        return row

    async def on_file(self, ready: FileReady) -> None:
        """A sink's finished file: move it in, write its row, link the events of a clip. Applied again, it finds nothing
        to do."""
        source = Path(ready.folder) / ready.name
        if not self._of_a_sink(source, ready.stream_id):
            log.warning("a reported file is not there", extra={"plugin": ready.plugin, "file": ready.name})
            return
        identifier = new_id()
        suffix = SUFFIXES.get(ready.content_type, "bin")
        relative = self.storage.place("clips", ready.started_at, identifier, suffix)
        size = await asyncio.to_thread(self.storage.adopt, source, relative)
        first = ready.event_ids[0] if ready.event_ids else None

        async def change(conn: Any) -> MediaFile | None:
            if not await Stream.filter(id=ready.stream_id).using_db(conn).exists():
                return None
            event = await Event.filter(id=first).using_db(conn).first() if first else None
            return await MediaFile.create(
                using_db=conn, id=identifier, node_id=self._node_id, stream_id=ready.stream_id, event_id=first,
                activity_id=event.activity_id if event else None, kind=ready.kind, started_at=ready.started_at,
                ended_at=ready.ended_at, size_bytes=size, path=relative, content_type=ready.content_type,
                codec=ready.codec, width=ready.width, height=ready.height, state="ready",
            )  # fmt: skip

        if await self._db.write(change) is None:
            await asyncio.to_thread(self.storage.delete, relative)
            return
        if ready.kind != "clip":
            return
        # An event that outlasts one file keeps the first, which begins before it.
        linked = await Event.filter(id__in=ready.event_ids, clip_id__isnull=True).values_list("id", flat=True)
        for event_id in linked:
            await self._events.attach(str(event_id), clip_id=identifier)

    def _of_a_sink(self, file: Path, stream_id: str) -> bool:
        """Whether this is a file in the folder of a sink of the stream. What a worker says is no proof: with a camera's
        bytes in it, it may have been taken over, and the hub may read and move more than a sink."""
        folder = self._work.resolve() / stream_id / "out"
        return is_id(stream_id) and file.exists() and file.resolve().parent.parent == folder

    async def purge(self, stream_id: str) -> None:
        """Delete all that is kept of a stream."""
        for snapshot in await Snapshot.filter(stream_id=stream_id):
            await self.delete_snapshot(snapshot)
        for clip in await MediaFile.filter(stream_id=stream_id):
            await self.delete_clip(clip)

    async def delete_snapshot(self, row: Snapshot) -> None:
        """Row first, file after: a crash between leaves a file that the pruner finds, never a row without one."""
        await self._db.write(lambda conn: Snapshot.filter(id=row.id).using_db(conn).delete())
        await asyncio.to_thread(self.storage.delete, row.path)

    async def delete_clip(self, row: MediaFile) -> None:
        """The same for a clip; its events lose the link."""

        async def change(conn: Any) -> None:
            await MediaFile.filter(id=row.id).using_db(conn).delete()
            await Event.filter(clip_id=row.id).using_db(conn).update(clip_id=None, updated_at=datetime.now(UTC))

        await self._db.write(change)
        await asyncio.to_thread(self.storage.delete, row.path)
