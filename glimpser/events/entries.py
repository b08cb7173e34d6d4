"""What is kept beside activities and events, so that lists and the search are answered by an index: which types occur
in an activity, who has seen it, and the words of an event. Written in the transaction that changes the row itself."""

from __future__ import annotations

from typing import Any

from glimpser.database.models import Activity, ActivityReview, ActivityType, Event, EventText
from glimpser.database.words import words_of


def _copied(activity: Activity) -> dict[str, Any]:
    return {"stream_id": activity.stream_id, "severity": activity.severity, "started_at": activity.started_at}


async def of_activity(activity: Activity, fresh: set[str], *, moved: bool, conn: Any) -> None:
    """Keep what an activity has: ``fresh`` types, and in all of it what ``moved`` (severity and start)."""
    if moved:
        for model in (ActivityType, ActivityReview):
            await model.filter(activity_id=activity.id).using_db(conn).update(**_copied(activity))
    for kind in sorted(fresh):
        await ActivityType.create(using_db=conn, activity_id=activity.id, type=kind, **_copied(activity))


def review(activity: Activity, user_id: str) -> ActivityReview:
    """A row, not written yet, that says that somebody has seen an activity."""
    return ActivityReview(activity_id=activity.id, user_id=user_id, **_copied(activity))


async def of_event(event: Event, *, create: bool, conn: Any) -> None:
    """Keep the words of an event, which may have changed."""
    words = words_of(event.data)
    known = None if create else await EventText.filter(event_id=event.id).using_db(conn).first()
    if known is None:
        if words:
            await EventText.create(using_db=conn, event_id=event.id, stream_id=event.stream_id, words=words)
    elif known.words != words:
        await EventText.filter(id=known.id).using_db(conn).update(words=words)
