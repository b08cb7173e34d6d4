"""The calendar of the inbox: how many activities each day has, and how many of them wait to be reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from glimpser.database.counting import Range, Ranges
from glimpser.database.models import User
from glimpser.identity.policy import Principal
from glimpser.timezones import TimeZone
from glimpser_sdk.web import Problem

from .activity_filters import ActivityFilter, chosen
from .inputs import EARLIEST, LATEST
from .routing import Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("activities")

MOST_DAYS = 62


class DaysQuery(ActivityFilter):
    """Which days, and filters; all of them must hold."""

    first: date | None = Field(None, description="First day, such as 2026-11-01; 30 days before the last if left out.")
    last: date | None = Field(None, description="Last day, counted too; today when left out.")
    timezone: TimeZone | None = Field(None, description="Whose days; the principal's own when left out.")


class DayOut(BaseModel):
    """A day on which something began."""

    day: str = Field(description="Such as 2026-11-22.")
    total: int
    unreviewed: int = Field(description="By the principal.")


async def _zone(hub: Hub, principal: Principal, asked: str | None) -> ZoneInfo:
    user = None if asked else await User.filter(id=principal.id).first()
    return ZoneInfo(asked or (user.timezone if user else None) or hub.settings.timezone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return EARLIEST if day.year == 1 else LATEST


def _days(query: DaysQuery, zone: ZoneInfo) -> Iterator[date]:
    try:
        last = query.last or max(datetime.now(zone).date(), query.first or date.min)
        first = query.first or last - timedelta(days=30)
        count = (last - first).days + 1
    except OverflowError:
        count = 0
    if not 0 < count <= MOST_DAYS:
        raise Problem(409, "activity.days", f"ask for 1 to {MOST_DAYS} days, the first one first", most=MOST_DAYS)
    return (first + timedelta(days=n) for n in range(count))


@route("GET", "/api/activities/days", permission="events.view", per_stream=True, query=DaysQuery, answer=list[DayOut])
async def list_activity_days(hub: Hub, principal: Principal, query: DaysQuery) -> Any:
    """How many activities began on each of at most 62 days, for a calendar; a day without any is left out."""
    zone = await _zone(hub, principal, query.timezone)
    days = list(_days(query, zone))
    ends = [LATEST if day == date.max else _midnight(day + timedelta(days=1), zone) for day in days]
    # A range of an index a day: no database has to know what a day is in a zone.
    ranges = Ranges(Range("", _midnight(day, zone), end) for day, end in zip(days, ends, strict=True))
    of_all, of_seen = (chosen(principal, query.model_copy(update={"reviewed": r})).rows for r in (None, True))
    total = await ranges.count(hub.db.reader, of_all, "started_at")
    seen = await ranges.count(hub.db.reader, of_seen, "started_at")
    counts = [(_wanted(query, t, s), t - s) for (t,), (s,) in zip(total, seen, strict=True)]
    return [
        {"day": day.isoformat(), "total": count, "unreviewed": 0 if query.reviewed else waiting}
        for day, (count, waiting) in zip(days, counts, strict=True)
        if count
    ]


def _wanted(query: DaysQuery, total: int, seen: int) -> int:
    return total if query.reviewed is None else seen if query.reviewed else total - seen
