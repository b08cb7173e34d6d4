"""Activities: overlapping events of one stream, with gaps of at most ten seconds, are one thing to look at.

Runs inside the transaction that writes the event, so that an event never exists without its activity.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from glimpser.database.models import Activity, Event
from glimpser_sdk.ids import new_id

from . import entries
from .types import worse

GAP = timedelta(seconds=10)


async def assign(event: Event, conn: Any) -> Activity:
    """The activity that ``event`` belongs to: the one it has, one it overlaps or follows closely, or a new one."""
    if event.activity_id:
        found = await Activity.filter(id=event.activity_id).using_db(conn).first()
        if found is not None:
            return found
    latest = (
        await Activity.filter(
            stream_id=event.stream_id,
            started_at__lte=(event.ended_at or event.started_at) + GAP,
            last_at__gte=event.started_at - GAP,
        )
        .using_db(conn)
        .order_by("-started_at")
        .first()
    )
    if latest is not None:
        return latest
    return await Activity.create(
        using_db=conn,
        id=new_id(),
        node_id=event.node_id,
        stream_id=event.stream_id,
        started_at=event.started_at,
        last_at=event.started_at,
        severity=event.severity,
        types=[],
    )


async def refresh(activity: Activity, event: Event, last_at: datetime, conn: Any) -> None:
    """Bring the activity up to date with one of its events, whose last sign of life is ``last_at``."""
    before = (activity.started_at, activity.severity, set(activity.types))
    activity.started_at = min(activity.started_at, event.started_at)
    activity.last_at = max(activity.last_at, last_at)
    activity.severity = worse(activity.severity, event.severity)
    if event.score is not None and (activity.score is None or event.score >= activity.score):
        activity.score = event.score
        activity.best_event_id = event.id
    elif activity.best_event_id is None:
        activity.best_event_id = event.id
    if event.type not in activity.types:
        activity.types = sorted([*activity.types, event.type])
    activity.event_count = await Event.filter(activity_id=activity.id).using_db(conn).count()
    still_open = await Event.filter(activity_id=activity.id, state="open").using_db(conn).exists()
    activity.ended_at = None if still_open else activity.last_at
    activity.version += 1
    await activity.save(using_db=conn)
    moved = before[:2] != (activity.started_at, activity.severity)
    await entries.of_activity(activity, set(activity.types) - before[2], moved=moved, conn=conn)
