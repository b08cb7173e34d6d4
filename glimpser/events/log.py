"""Writing events: one transaction holds the row, its activity and the log entries; the feed hears after commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from glimpser.database.models import Activity, Event, EventLog
from glimpser.protocol.messages import EventPart

from . import activities, entries
from .feed import Change, from_row
from .types import EventTypes

DATA_FIELDS = ("regions", "boxes", "label", "text")


def event_view(event: Event) -> dict[str, Any]:
    """The event as the feed and the API show it, without what depends on who asks."""
    return {
        "id": event.id,
        "type": event.type,
        "stream_id": event.stream_id,
        "activity_id": event.activity_id,
        "analyzer": event.analyzer,
        "key": event.key,
        "started_at": event.started_at,
        "ended_at": event.ended_at,
        "severity": event.severity,
        "score": event.score,
        "best_at": event.best_at,
        "state": event.state,
        "snapshot_id": event.snapshot_id,
        "clip_id": event.clip_id,
        "revision": event.revision,
        "data": event.data,
    }


def activity_view(activity: Activity) -> dict[str, Any]:
    """The activity as the feed and the API show it."""
    return {
        "id": activity.id,
        "stream_id": activity.stream_id,
        "started_at": activity.started_at,
        "ended_at": activity.ended_at,
        "last_at": activity.last_at,
        "severity": activity.severity,
        "score": activity.score,
        "event_count": activity.event_count,
        "types": activity.types,
        "best_event_id": activity.best_event_id,
        "protected": activity.protected,
        "version": activity.version,
    }


async def append(
    conn: Any, *, topic: str, change: str, object_id: str, stream_id: str | None, at: datetime,
    payload: dict[str, Any], revision: int | None = None,
) -> Change:  # fmt: skip
    """One log entry inside a transaction."""
    row = await EventLog.create(
        using_db=conn, topic=topic, change=change, object_id=object_id, stream_id=stream_id, revision=revision,
        at=at, payload=_plain(payload),
    )  # fmt: skip
    return from_row(row)


def _plain(value: Any) -> Any:
    """JSON values with times in RFC 3339, as the log stores them."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return rfc3339(value) if isinstance(value, datetime) else value


def rfc3339(at: datetime) -> str:
    """UTC with microseconds and ``Z``."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


async def upsert(conn: Any, part: EventPart, *, node_id: str, types: EventTypes, at: datetime) -> list[Change]:
    """Apply a worker's message; an older or equal revision changes nothing. Returns what to announce."""
    event = await Event.filter(id=part.id).using_db(conn).first()
    if event is not None and (event.revision >= part.revision or event.state != "open"):
        return []
    fresh = event is None
    if event is None:
        event = Event(id=part.id, node_id=node_id, stream_id=part.stream_id, type=part.type, key=part.key,
                      analyzer=part.analyzer, started_at=part.started_at,
                      severity=types.get(part.type).severity)  # fmt: skip
    event.revision = part.revision
    event.score = part.score
    event.best_at = part.best_at
    event.ended_at = part.ended_at
    event.state = ("interrupted" if part.interrupted else "ended") if part.ended_at else "open"
    event.data = {**part.data, "regions": part.regions, "boxes": part.boxes, "label": part.label, "text": part.text}
    change = "started" if fresh else "updated"
    if part.ended_at:
        change = event.state
    return await save(conn, event, change=change, last_at=part.ended_at or part.last_at, at=at, create=fresh)


async def save(
    conn: Any, event: Event, *, change: str, last_at: datetime, at: datetime, create: bool = False
) -> list[Change]:
    """Write the row, its activity and the log entries."""
    activity = None
    if event.stream_id is not None and not event.type.startswith(("stream.", "worker.", "plugin.", "storage.")):
        activity = await activities.assign(event, conn)
        event.activity_id = activity.id
    await event.save(using_db=conn, force_create=create)
    await entries.of_event(event, create=create, conn=conn)
    changes = [
        await append(
            conn,
            topic="event",
            change=change,
            object_id=event.id,
            stream_id=event.stream_id,
            at=at,
            payload=event_view(event),
            revision=event.revision,
        )
    ]
    if activity is not None:
        known = activity.event_count
        await activities.refresh(activity, event, last_at, conn)
        changes.append(
            await append(
                conn,
                topic="activity",
                change="started" if known == 0 else "updated",
                object_id=activity.id,
                stream_id=activity.stream_id,
                at=at,
                payload=activity_view(activity),
                revision=activity.version,
            )
        )
    return changes


async def interrupt(conn: Any, events: list[Event], at: datetime) -> list[Change]:
    """Close open events whose worker or hub is gone, at the last time something was known of them."""
    changes: list[Change] = []
    for event in events:
        last: datetime = max(event.best_at or event.started_at, event.started_at, min(event.updated_at, at))
        event.ended_at = last
        event.state = "interrupted"
        event.revision += 1
        changes += await save(conn, event, change="interrupted", last_at=last, at=at)
    return changes
