"""Marking activities as reviewed: each user for themselves, and heard of by all that they have open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from glimpser.database.models import Activity, ActivityReview, EventLog
from glimpser.events import entries
from glimpser.events.feed import Change
from glimpser.events.log import append
from glimpser.identity.policy import Principal
from glimpser_sdk.web import Problem

from . import visible
from .activity_filters import reviews_of
from .events import Id
from .routing import Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("activities")

MOST = 500


class ReviewMany(BaseModel):
    """Mark many: those that are named, or all up to a sequence number."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Id] | None = Field(None, max_length=MOST, description="These; what is not there for you is left out.")
    reviewed: bool = Field(True, description="false takes it back, of those that `ids` names.")
    up_to_seq: int | None = Field(
        None, ge=0, le=2**53, description="Or all that have ended, up to this sequence number of the feed."
    )
    streams: list[Id] | None = Field(None, max_length=1000, description="Of `up_to_seq`: only these streams.")


def _one_way(body: ReviewMany) -> None:
    """Problem 409 for a request that says two things, or nothing."""
    wrong = ""
    if (body.ids is None) == (body.up_to_seq is None):
        wrong = "name either ids or up_to_seq"
    elif body.ids is not None and body.streams is not None:
        wrong = "streams goes with up_to_seq"
    elif body.up_to_seq is not None and not body.reviewed:
        wrong = "only what ids names can be taken back"
    if wrong:
        raise Problem(409, "activities.one_way", wrong)


class Marked(BaseModel):
    """What changed. What was so before is not counted, so that asking again changes nothing."""

    marked: int = Field(description="How many.")
    ids: list[str] = Field(description=f"Which, to take exactly that back; empty when they are more than {MOST}.")


def _up_to(principal: Principal, seq: int, streams: list[str] | None) -> QuerySet[Activity]:
    heard = EventLog.filter(topic="activity")
    known = Subquery(heard.filter(seq__lte=seq).values("object_id"))
    later = Subquery(heard.filter(seq__gt=seq).values("object_id"))
    rows = visible.activities(principal, "activities.review").filter(id__in=known, ended_at__isnull=False)
    rows = rows.filter(id__not_in=later)
    return rows if streams is None else rows.filter(stream_id__in=streams)


async def mark(
    conn: Any, principal: Principal, rows: QuerySet[Activity], reviewed: bool
) -> tuple[list[str], list[Change]]:
    """Inside a transaction: the ids of those of ``rows`` that changed, and what to announce after the commit."""
    seen = reviews_of(principal)
    other = rows.filter(id__not_in=seen) if reviewed else rows.filter(id__in=seen)
    found = await other.using_db(conn).only("id", "stream_id", "severity", "started_at")
    ids = [activity.id for activity in found]
    if reviewed:
        fresh = [entries.review(activity, principal.id) for activity in found]
        await ActivityReview.bulk_create(fresh, batch_size=500, using_db=conn)
    else:
        await ActivityReview.filter(activity_id__in=ids, user_id=principal.id).using_db(conn).delete()
    return ids, await _told(conn, principal, found, reviewed)


async def _told(conn: Any, principal: Principal, found: Iterable[Activity], reviewed: bool) -> list[Change]:
    """A change for each stream, so that who hears of it is decided as for all that belongs to it."""
    by_stream: dict[str, list[str]] = {}
    for activity in found:
        by_stream.setdefault(activity.stream_id, []).append(activity.id)
    at = datetime.now(UTC)
    return [
        await append(
            conn, topic="review", change="reviewed" if reviewed else "unreviewed", object_id=ids[0],
            stream_id=stream_id, at=at,
            payload={"user_id": principal.id, "reviewed": reviewed, "ids": ids if len(ids) <= MOST else None},
        )
        for stream_id, ids in by_stream.items()
    ]  # fmt: skip


@route("POST", "/api/activities", permission="activities.review", per_stream=True, body=ReviewMany, answer=Marked)
async def review_many(hub: Hub, principal: Principal, body: ReviewMany) -> dict[str, Any]:
    """Mark many as reviewed, or take it back: those named, or what has ended and was last heard of by a number."""
    _one_way(body)
    if body.ids is not None:
        rows = visible.activities(principal, "activities.review").filter(id__in=body.ids)
    else:
        rows = _up_to(principal, body.up_to_seq or 0, body.streams)

    async def change(conn: Any) -> tuple[list[str], list[Change]]:
        return await mark(conn, principal, rows, body.reviewed)

    ids, changes = await hub.db.write(change)
    hub.events.feed.announce(changes)
    return {"marked": len(ids), "ids": ids if len(ids) <= MOST else []}
