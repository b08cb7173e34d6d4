"""Keeps the volume from filling up and the past from growing for ever: by age, by size, oldest first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from glimpser.database.models import Activity, ActivityReview, Event, EventLog, IdempotencyKey, MediaFile, Snapshot

from .service import Media
from .storage import LocalStorage

log = logging.getLogger("glimpser.media")
BATCH = 200
BRAKE = 0.5
"""Orphans are only removed while they are less than this share of all files: a wrong database must not empty a disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``event_days``: events older than that go. ``max_bytes``/``max_percent``: the smaller of the two bounds all
    kept media. ``min_free_percent``: below it nothing new is kept."""

    event_days: float = 30.0
    max_bytes: int = 5 * 1024**3
    max_percent: float = 10.0
    min_free_percent: float = 5.0


class Publisher(Protocol):
    """Part of the events service that the pruner needs."""

    async def publish(
        self, type: str, *, data: dict[str, Any] | None = None, ended: bool = True
    ) -> str:  # pragma: no cover - protocol
        """Record an event."""

    async def end(self, event_id: str) -> None:
        """End an open event."""


def budget(limits: Limits, total: int) -> int:
    """Bytes that kept media may take on a volume of ``total`` bytes."""
    return min(limits.max_bytes, int(total * limits.max_percent / 100))


class Pruner:
    """Runs once a minute; also answers whether there is room."""

    def __init__(self, storage: LocalStorage, limits: Callable[[], Limits], events: Publisher) -> None:
        self._storage = storage
        self._limits = limits
        self._events = events
        self._low_event: str | None = None
        self._room = True
        self.removed = 0

    def room(self) -> bool:
        """Whether new pictures may be kept; unknown free space counts as full."""
        return self._room

    async def measure(self) -> bool:
        """Look at the volume; opens or ends the event ``storage.low``."""
        limits = self._limits()
        try:
            free, total = await asyncio.to_thread(self._storage.free)
            self._room = free >= total * limits.min_free_percent / 100
        except OSError:
            free, self._room = 0, False
        if not self._room and self._low_event is None:
            self._low_event = await self._events.publish(
                "storage.low", data={"free_bytes": free, "min_free_percent": limits.min_free_percent}, ended=False
            )
        elif self._room and self._low_event is not None:
            await self._events.end(self._low_event)
            self._low_event = None
        return self._room

    async def run(self, media: Media, write: Callable[[Callable[[Any], Awaitable[Any]]], Awaitable[Any]]) -> int:
        """One pass; returns how many files it removed."""
        await self.measure()
        limits = self._limits()
        before = datetime.now(UTC) - timedelta(days=limits.event_days)
        removed = await self._by_age(media, write, before)
        removed += await self._by_size(media, limits)
        self.removed += removed
        return removed

    async def _by_age(self, media: Media, write: Callable[[Any], Awaitable[Any]], before: datetime) -> int:
        kept = [str(i) for i in await Activity.filter(protected=True).values_list("id", flat=True)]
        kept_events = [str(i) for i in await Event.filter(activity_id__in=kept).values_list("id", flat=True)]
        removed = 0
        for snapshot in await Snapshot.filter(captured_at__lt=before).exclude(event_id__in=kept_events).limit(BATCH):
            await media.delete_snapshot(snapshot)
            removed += 1
        for clip in await MediaFile.filter(started_at__lt=before).exclude(activity_id__in=kept).limit(BATCH):
            await media.delete_clip(clip)
            removed += 1

        async def rows(conn: Any) -> None:
            old = Activity.filter(last_at__lt=before, protected=False, ended_at__isnull=False).using_db(conn)
            ids = [str(i) for i in await old.limit(BATCH).values_list("id", flat=True)]
            await ActivityReview.filter(activity_id__in=ids).using_db(conn).delete()
            await Event.filter(activity_id__in=ids).using_db(conn).delete()
            await Activity.filter(id__in=ids).using_db(conn).delete()
            loose = Event.filter(started_at__lt=before, activity_id__isnull=True, state__not="open").using_db(conn)
            await Event.filter(id__in=await loose.limit(BATCH).values_list("id", flat=True)).using_db(conn).delete()
            oldest = EventLog.filter(at__lt=before).using_db(conn).order_by("seq").limit(BATCH * 10)
            await EventLog.filter(seq__in=await oldest.values_list("seq", flat=True)).using_db(conn).delete()
            day = datetime.now(UTC) - timedelta(hours=24)
            await IdempotencyKey.filter(created_at__lt=day).using_db(conn).delete()

        await write(rows)
        return removed

    async def _by_size(self, media: Media, limits: Limits) -> int:
        _, total = await asyncio.to_thread(self._storage.free)
        over = await used_bytes() - budget(limits, total)
        removed = 0
        while over > 0 and removed < BATCH * 10:
            snapshot = await Snapshot.all().order_by("captured_at").first()
            clip = await MediaFile.filter(state="ready").order_by("started_at").first()
            if clip is not None and (snapshot is None or clip.started_at <= snapshot.captured_at):
                await media.delete_clip(clip)
                over -= clip.size_bytes
            elif snapshot is not None:
                await media.delete_snapshot(snapshot)
                over -= snapshot.size_bytes
            else:
                break
            removed += 1
        return removed


async def used_bytes() -> int:
    """What snapshots and clips take, by their rows."""
    pictures: Any = await Snapshot.all().values_list("size_bytes", flat=True)
    clips: Any = await MediaFile.all().values_list("size_bytes", flat=True)
    return int(sum(pictures) + sum(clips))


async def remove_orphans(storage: LocalStorage) -> int:
    """Files without a row, left by a crash between file and row. Stops, removing nothing, when they are most of all."""
    known = {str(p) for m in (Snapshot, MediaFile) for p in await m.all().values_list("path", flat=True)}

    def find() -> tuple[list[Path], int]:
        files = [p for p in storage.root.rglob("*") if p.is_file()]
        return [p for p in files if str(p.relative_to(storage.root)) not in known], len(files)

    orphans, count = await asyncio.to_thread(find)
    if len(orphans) > 20 and len(orphans) > count * BRAKE:
        log.error("most media files have no row: nothing was removed; check the database", extra={"files": count})
        return 0
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
