"""Which activities are meant: the filters that the inbox, its calendar and its export share."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from tortoise.models import Model
from tortoise.queryset import QuerySet

from glimpser.database.lookups import Belonging
from glimpser.database.models import Activity, ActivityReview
from glimpser.events.log import activity_view
from glimpser.identity.policy import Principal, abilities

from . import visible
from .answers import shown
from .cursors import PageQuery, page
from .events import EVENT_PERMISSIONS, Id
from .inputs import Moment
from .routing import Page


class ActivityFilter(BaseModel):
    """Filters; all of them must hold."""

    model_config = ConfigDict(extra="forbid")

    stream: Id | None = Field(None, description="Id of a stream.")
    type: str | None = Field(None, max_length=100, description="An event type that occurs in it.")
    severity: Literal["info", "notice", "warning", "critical"] | None = None
    reviewed: bool | None = Field(None, description="By the principal.")


class ActivityQuery(PageQuery, ActivityFilter):
    """Filters; all of them must hold."""

    after: Moment | None = Field(None, description="Started at or after.")
    before: Moment | None = Field(None, description="Started before.")
    format: Literal["json", "csv", "jsonl"] = Field(
        "json", description="csv, jsonl: all that match, to take along; the cursor and the limit mean nothing then."
    )


def reviews_of(principal: Principal, outer: type[Model] = Activity, key: str = "id") -> Belonging:
    """Those that the principal has reviewed, for ``id__in`` of activities (``key`` of ``outer``)."""
    seen = ActivityReview.filter(user_id=principal.id).values("activity_id")
    return Belonging(seen, "activity_id", outer, key)


class Chosen(NamedTuple):
    """Which activities, by rows that have their stream, severity and start: the activities themselves, or what is kept
    of them in the order of what was asked for. ``key``: the column that names the activity."""

    rows: QuerySet[Any]
    key: str


def chosen(principal: Principal, wanted: ActivityFilter) -> Chosen:
    """Those that the principal may see and that fit."""
    rows: QuerySet[Any]
    rows, key = visible.activities(principal), "id"
    if wanted.type is not None:
        rows, key = visible.activity_types(principal, wanted.type), "activity_id"
    elif wanted.reviewed:
        rows, key = visible.seen_activities(principal), "activity_id"
    exact = {"stream_id": wanted.stream, "severity": wanted.severity}
    if isinstance(wanted, ActivityQuery):
        exact |= {"started_at__gte": wanted.after, "started_at__lt": wanted.before}  # type: ignore[dict-item]
    rows = rows.filter(**{k: v for k, v in exact.items() if v is not None})
    if wanted.reviewed is not None and rows.model is not ActivityReview:
        among = "in" if wanted.reviewed else "not_in"
        rows = rows.filter(**{f"{key}__{among}": reviews_of(principal, rows.model, key)})
    return Chosen(rows, key)


async def activity_page(principal: Principal, query: ActivityQuery, *, counted: bool = True) -> Page:
    """One page of them, newest first."""
    rows, key = chosen(principal, query)
    whole = visible.activities(principal)
    return await page(rows, query, by="started_at", time=True, key=key, whole=whole, counted=counted)


async def activity_outs(principal: Principal, activities: list[Activity]) -> list[dict[str, Any]]:
    """Activities as this principal sees them."""
    ids = [a.id for a in activities]
    reviews = ActivityReview.filter(activity_id__in=ids, user_id=principal.id)
    seen = {str(i) for i in await reviews.values_list("activity_id", flat=True)}
    wanted = [a.best_event_id for a in activities if a.best_event_id]
    best = {e.id: e for e in await visible.events(principal).filter(id__in=wanted)}
    clips = await visible.clip_ids(principal, best.values())
    return [
        shown(
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
