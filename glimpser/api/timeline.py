"""The timeline: what happened when, counted, and one by one where it is little."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from glimpser.database.counting import Range, Ranges
from glimpser.events.types import SEVERITIES
from glimpser.identity.policy import Principal

from . import visible
from .answers import plain
from .events import Id
from .inputs import EARLIEST, LATEST, Moment
from .routing import Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("activities")

DAY = timedelta(days=1)
MOST = 2000
"""Buckets of an answer, of all streams together."""
FEW = 500
"""Up to so many entries are told one by one."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LENGTHS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800),
    *(7 * 86400 * 2**n for n in range(20)),
)
"""Seconds a bucket may last: of what people read off a clock, then weeks."""
WORST = "max(CASE severity " + " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(SEVERITIES)) + " END)"


class TimelineQuery(BaseModel):
    """A range of any length."""

    model_config = ConfigDict(extra="forbid")

    after: Moment | None = Field(None, description="Start; a day before the end when left out.")
    before: Moment | None = Field(None, description="End; now when left out.")
    stream: Id | None = Field(None, description="Only this stream.")
    buckets: int = Field(
        MOST, ge=1, le=MOST, description="At most so many for each stream; for all streams together at most 2,000."
    )


class TimelineBucket(BaseModel):
    """What began on a stream in one bucket. Buckets in which nothing did are left out."""

    stream_id: str
    started_at: str
    activities: int
    snapshots: int
    clips: int
    severity: str | None = Field(description="The gravest of its activities.")
    score: float | None = Field(description="The highest of its activities, 0..1.")


class TimelineEntry(BaseModel):
    """Something on the timeline of a stream."""

    stream_id: str
    kind: Literal["activity", "snapshot", "clip"]
    id: str
    started_at: str
    ended_at: str | None
    severity: str | None
    score: float | None


class TimelineOut(BaseModel):
    """A range in buckets, by time and stream."""

    after: str = Field(description="Start of the first bucket.")
    before: str = Field(description="End of the last bucket.")
    seconds: int = Field(description="How long each bucket lasts.")
    buckets: list[TimelineBucket]
    entries: list[TimelineEntry] | None = Field(
        description="One by one, oldest first, where they are at most 500; an activity of the one stream asked for that"
        " began before the range and lasts into it as well. Else null: ask for a shorter range."
    )


@route("GET", "/api/timeline", permission="events.view", per_stream=True, query=TimelineQuery, answer=TimelineOut)
async def timeline(hub: Hub, principal: Principal, query: TimelineQuery) -> Any:
    """Activities, snapshots and clips of a range: how many in each bucket, and the gravest; at most 2,000 buckets
    however long it is. Buckets begin at whole multiples of their length in UTC, and the range is widened to them."""
    end = query.before or datetime.now(UTC)
    start = query.after or end - min(DAY, end - EARLIEST)
    streams = [query.stream] if query.stream is not None else await _streams(principal)
    if start >= end:
        return {"after": plain(start), "before": plain(end), "seconds": 1, "buckets": [], "entries": []}
    starts, seconds = _starts(start, end, min(query.buckets, MOST // max(1, len(streams))))
    ends = [*starts[1:], _at(starts[-1], seconds)]
    ranges = Ranges(Range(s, *pair) for s in streams for pair in zip(starts, ends, strict=True))
    rows = _rows(principal)
    activities = await ranges.count(hub.db.reader, rows["activity"], "started_at", (WORST, "max(score)"))
    snapshots = await ranges.count(hub.db.reader, rows["snapshot"], "captured_at")
    clips = await ranges.count(hub.db.reader, rows["clip"], "started_at")
    buckets = [
        {"stream_id": r.stream_id, "started_at": r.start, "activities": a, "snapshots": s, "clips": c,
         "severity": None if worst is None else SEVERITIES[worst], "score": score}
        for r, (a, worst, score), (s,), (c,) in zip(ranges.ranges, activities, snapshots, clips, strict=True)
        if a or s or c
    ]  # fmt: skip
    buckets.sort(key=lambda b: (b["started_at"], b["stream_id"]))
    few = sum(b["activities"] + b["snapshots"] + b["clips"] for b in buckets) <= FEW
    seen = await _entries(rows, query.stream, streams, starts[0], ends[-1]) if few else None
    return plain({"after": starts[0], "before": ends[-1], "seconds": seconds, "buckets": buckets, "entries": seen})


def _rows(principal: Principal) -> dict[str, Any]:
    """What the principal may see of each kind."""
    return {
        "activity": visible.activities(principal),
        "snapshot": visible.snapshots(principal, "events.view"),
        "clip": visible.clips(principal),
    }


async def _streams(principal: Principal) -> list[str]:
    """All of them; of more than there are buckets those that were made last."""
    rows = visible.streams(principal, "events.view").order_by("-id").limit(MOST)
    return [str(i) for i in await rows.values_list("id", flat=True)]


def _starts(start: datetime, end: datetime, most: int) -> tuple[list[datetime], int]:
    """Where buckets begin, at most so many, and how long they last."""
    first, last = ((moment - EPOCH) / timedelta(seconds=1) for moment in (start, end))
    seconds = next(n for n in LENGTHS if -(-last // n) - first // n <= most or n == LENGTHS[-1])
    numbers = range(int(first // seconds), int(-(-last // seconds)))
    return [_at(EPOCH, number * seconds) for number in numbers], seconds


def _at(moment: datetime, seconds: int) -> datetime:
    """So many seconds later, within the calendar."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return LATEST if seconds > 0 else EARLIEST


async def _entries(
    rows: dict[str, Any], stream: str | None, streams: list[str], start: datetime, end: datetime
) -> list[dict[str, Any]]:
    """What the range has, one by one."""
    found: list[dict[str, Any]] = []
    if stream is not None:
        # Activities of one stream follow each other: only the one before the range may last into it.
        earlier = rows["activity"].filter(stream_id=stream, started_at__lt=start).order_by("-started_at")
        found += [_entry("activity", a) for a in await earlier.limit(1) if a.last_at >= start]
    of_streams = {"stream_id__in": streams}
    for kind, by in (("activity", "started_at"), ("snapshot", "captured_at"), ("clip", "started_at")):
        within = rows[kind].filter(**{f"{by}__gte": start, f"{by}__lt": end}, **of_streams).order_by(by)
        found += [_entry(kind, row) for row in await within.limit(FEW)]
    return sorted(found, key=lambda e: (e["started_at"], e["id"]))


def _entry(kind: str, row: Any) -> dict[str, Any]:
    return {
        "stream_id": row.stream_id, "kind": kind, "id": row.id,
        "started_at": row.captured_at if kind == "snapshot" else row.started_at,
        "ended_at": None if kind == "snapshot" else row.ended_at,
        "severity": row.severity if kind == "activity" else None,
        "score": row.score if kind == "activity" else None,
    }  # fmt: skip
