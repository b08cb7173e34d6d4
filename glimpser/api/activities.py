"""Activities: the inbox, and what is reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from tortoise.expressions import Subquery

from glimpser.database.models import Activity, ActivityReview, EventLog
from glimpser.events.log import activity_view
from glimpser.identity.policy import Principal, abilities, can
from glimpser_sdk.web import Problem

from . import visible
from .answers import matcher, plain
from .cursors import PageQuery, page
from .events import EVENT_PERMISSIONS, Id, event_outs
from .inputs import Moment
from .loaders import ACTIVITY
from .models import ActivityOut, EventOut
from .routing import Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("activities")


class ActivityQuery(PageQuery):
    """Filters; all of them must hold."""

    stream: Id | None = Field(None, description="Id of a stream.")
    type: str | None = Field(None, max_length=100, description="An event type that occurs in it.")
    severity: Literal["info", "notice", "warning", "critical"] | None = None
    reviewed: bool | None = Field(None, description="By the principal.")
    after: Moment | None = Field(None, description="Started at or after.")
    before: Moment | None = Field(None, description="Started before.")


class ActivityDetail(ActivityOut):
    """An activity with its events."""

    events: list[EventOut]


class ActivityPatch(BaseModel):
    """What changes; a field left out stays."""

    model_config = ConfigDict(extra="forbid")

    reviewed: bool | None = Field(None, description="Whether the principal has seen it.")
    protected: bool | None = Field(None, description="Kept when old ones are removed; needs media.delete.")


class ReviewMany(BaseModel):
    """Mark many as reviewed."""

    model_config = ConfigDict(extra="forbid")

    up_to_seq: int = Field(ge=0, le=2**53, description="Sequence number of the feed up to which they were seen.")
    streams: list[Id] | None = Field(None, max_length=1000, description="Only these streams.")


class Marked(BaseModel):
    """How many were marked."""

    marked: int


async def _outs(principal: Principal, activities: list[Activity]) -> list[dict[str, Any]]:
    ids = [a.id for a in activities]
    reviews = ActivityReview.filter(activity_id__in=ids, user_id=principal.id)
    seen = {str(i) for i in await reviews.values_list("activity_id", flat=True)}
    wanted = [a.best_event_id for a in activities if a.best_event_id]
    best = {e.id: e for e in await visible.events(principal).filter(id__in=wanted)}
    clips = await visible.clip_ids(principal, best.values())
    return [
        plain(
            activity_view(a)
            | {
                "reviewed": a.id in seen,
                "snapshot_id": best[a.best_event_id].snapshot_id if a.best_event_id in best else None,
                "clip_id": clips.get(a.best_event_id or ""),
                "can": abilities(principal, EVENT_PERMISSIONS, a.stream_id),
            }
        )
        for a in activities
    ]


@route(
    "GET", "/api/activities", permission="events.view", per_stream=True, query=ActivityQuery, answer=list[ActivityOut]
)
async def list_activities(principal: Principal, query: ActivityQuery) -> Page:
    """Activities, newest first."""
    rows = visible.activities(principal)
    exact = {"stream_id": query.stream, "severity": query.severity, "started_at__gte": query.after,
             "started_at__lt": query.before}  # fmt: skip
    rows = rows.filter(**{k: v for k, v in exact.items() if v is not None})
    if query.type is not None:
        of_type = visible.events(principal).filter(type=query.type, activity_id__isnull=False).values("activity_id")
        rows = rows.filter(id__in=Subquery(of_type))
    if query.reviewed is not None:
        seen = ActivityReview.filter(user_id=principal.id).values("activity_id")
        rows = rows.filter(id__in=Subquery(seen)) if query.reviewed else rows.filter(id__not_in=Subquery(seen))
    found = await page(rows, query, by="started_at", time=True)
    return Page(await _outs(principal, found.items), found.cursor, found.total)


@route("POST", "/api/activities", permission="activities.review", per_stream=True, body=ReviewMany, answer=Marked)
async def review_many(hub: Hub, principal: Principal, body: ReviewMany) -> dict[str, int]:
    """Mark as reviewed what has ended and was last heard of by a sequence number of the feed."""
    heard = EventLog.filter(topic="activity")
    known = Subquery(heard.filter(seq__lte=body.up_to_seq).values("object_id"))
    later = Subquery(heard.filter(seq__gt=body.up_to_seq).values("object_id"))
    done = Subquery(ActivityReview.filter(user_id=principal.id).values("activity_id"))
    rows = visible.activities(principal, "activities.review").filter(id__in=known, ended_at__isnull=False)
    rows = rows.filter(id__not_in=later).filter(id__not_in=done)
    if body.streams is not None:
        rows = rows.filter(stream_id__in=body.streams)

    async def change(conn: Any) -> int:
        fresh = await rows.using_db(conn).values_list("id", flat=True)
        reviews = [ActivityReview(activity_id=i, user_id=principal.id) for i in fresh]
        await ActivityReview.bulk_create(reviews, batch_size=500, using_db=conn)
        return len(reviews)

    return {"marked": await hub.db.write(change)}


async def _detail(hub: Hub, principal: Principal, activity: Activity) -> dict[str, Any]:
    events = await visible.events(principal).filter(activity_id=activity.id).order_by("started_at", "id").limit(500)
    return (await _outs(principal, [activity]))[0] | {"events": await event_outs(hub, principal, list(events))}


@route("GET", "/api/activities/<id:activity_id>", permission="events.view", load=ACTIVITY, answer=ActivityDetail)
async def read_activity(hub: Hub, principal: Principal, activity: Activity) -> Versioned:
    """One activity with its events."""
    return Versioned(await _detail(hub, principal, activity), activity.version)


@route("PATCH", "/api/activities/<id:activity_id>", permission="activities.review", load=ACTIVITY, body=ActivityPatch,
       answer=ActivityDetail, match=True)  # fmt: skip
async def change_activity(hub: Hub, principal: Principal, activity: Activity, body: ActivityPatch) -> Versioned:
    """Mark one activity as reviewed or not, or protect it. Needs If-Match."""
    if body.protected is not None and not can(principal, "media.delete", activity.stream_id):
        raise Problem(403, "permission.missing", "this needs the permission media.delete", permission="media.delete")
    match = matcher()

    async def change(conn: Any) -> Activity:
        row = await visible.activities(principal).filter(id=activity.id).using_db(conn).first()
        if row is None:
            raise Problem(404, "activity.not_found", "there is no such activity")
        match(row.version)
        review = ActivityReview.filter(activity_id=row.id, user_id=principal.id).using_db(conn)
        if body.reviewed is True and not await review.exists():
            await ActivityReview.create(using_db=conn, activity_id=row.id, user_id=principal.id)
        elif body.reviewed is False:
            await review.delete()
        if body.protected is not None:
            row.protected = body.protected
            row.version += 1
            await row.save(using_db=conn)
        return row

    fresh = await hub.db.write(change)
    return Versioned(await _detail(hub, principal, fresh), fresh.version)
