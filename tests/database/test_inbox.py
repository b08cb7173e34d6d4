"""The inbox's queries go by an index, whatever is asked, and count by the days of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tortoise.connection import get_connection

from glimpser.api.activity_days import DaysQuery, list_activity_days
from glimpser.api.activity_export import exported
from glimpser.api.activity_filters import ActivityQuery, chosen
from glimpser.database import Database
from glimpser.database.models import Activity, ActivityReview, ActivityType, Event
from glimpser.database.target import READ
from glimpser.events import entries
from glimpser.identity.policy import Principal
from glimpser_sdk.ids import new_id

BASE = datetime(2026, 3, 1, tzinfo=UTC)


def somebody(**more: Any) -> Principal:
    held = frozenset({"streams.view", "events.view"})
    return Principal(
        **{"id": "A" * 26, "name": "a", "role": "viewer", "kind": "user", "session_id": "", "hubwide": held} | more
    )


async def fill(db: Database, count: int = 600) -> list[str]:
    """Activities an hour apart, every second of them reviewed by somebody and all of them by another."""
    ids = [new_id() for _ in range(count)]
    streams = [new_id() for _ in range(3)]

    async def write(conn: Any) -> None:
        at = [BASE + timedelta(hours=n) for n in range(count)]
        rows = [
            Activity(
                id=i,
                stream_id=streams[n % 3],
                started_at=at[n],
                last_at=at[n],
                ended_at=at[n],
                severity="critical" if n % 100 == 0 else "info",
                types=["a.b"],
            )
            for n, i in enumerate(ids)
        ]
        events = [
            Event(
                id=new_id(),
                stream_id=streams[n % 3],
                activity_id=i,
                type="a.b" if n % 10 else "c.d",
                started_at=at[n],
                ended_at=at[n],
                state="ended",
            )
            for n, i in enumerate(ids)
        ]
        reviews = [entries.review(row, user) for user, every in (("A" * 26, 2), ("B" * 26, 1)) for row in rows[::every]]
        types = [
            ActivityType(activity_id=row.id, type=event.type, stream_id=row.stream_id, severity=row.severity,
                         started_at=row.started_at)
            for row, event in zip(rows, events, strict=True)
        ]  # fmt: skip
        await Activity.bulk_create(rows, using_db=conn)
        await Event.bulk_create(events, using_db=conn)
        await ActivityReview.bulk_create(reviews, using_db=conn)
        await ActivityType.bulk_create(types, using_db=conn)
        await conn.execute_script("ANALYZE")  # fmt: skip

    await db.write(write)
    return streams


FILTERS = ({}, {"severity": "critical"}, {"type": "c.d"}, {"reviewed": False}, {"reviewed": True},
           {"type": "a.b", "reviewed": False, "severity": "info"}, {"after": "2026-03-03T00:00:00Z"},
           {"stream": "S"})  # fmt: skip


@pytest.mark.parametrize("limited", [False, True])
async def test_every_query_goes_by_an_index(sqlite_db: Database, limited: bool) -> None:
    streams = await fill(sqlite_db)
    few = {s: frozenset({"streams.view", "events.view"}) for s in streams[:2]}
    who = somebody(hubwide=frozenset(), grants=few) if limited else somebody()
    for given in FILTERS:
        asked = ActivityQuery.model_validate({k: streams[0] if v == "S" else v for k, v in given.items()})
        rows, key = chosen(who, asked)
        day = rows.filter(started_at__gte=BASE, started_at__lt=BASE + timedelta(days=1))
        for query in (rows.order_by("-started_at", f"-{key}").limit(51).values("started_at", key), day.values(key)):
            statement = f"EXPLAIN QUERY PLAN {query.sql()}"
            plan = [
                str(step["detail"])
                for step in await get_connection(READ).execute_query_dict(statement, ["x"] * statement.count("?"))
            ]
            steps = [s for s in plan if s.startswith(("SCAN", "SEARCH"))]
            assert steps
            # Not even the rows themselves are read before it is known which ones are shown.
            assert all("COVERING INDEX" in s for s in steps), (given, plan)


async def test_filters_choose_what_they_say(db: Database) -> None:
    await fill(db)
    counts = [
        await chosen(somebody(), ActivityQuery.model_validate(given)).rows.count()
        for given in FILTERS
        if "stream" not in given
    ]
    assert counts == [600, 6, 60, 300, 300, 300, 552]
    assert await chosen(somebody(id="B" * 26), ActivityQuery(reviewed=False)).rows.count() == 0
    assert await chosen(somebody(hubwide=frozenset()), ActivityQuery()).rows.count() == 0


async def test_days_are_those_of_the_zone(db: Database) -> None:
    await fill(db)

    hub: Any = SimpleNamespace(settings=SimpleNamespace(timezone="UTC"), db=db)

    async def days(**asked: Any) -> dict[str, tuple[int, int]]:
        query = DaysQuery.model_validate({"first": "2026-03-01", "last": "2026-04-01"} | asked)
        return {d["day"]: (d["total"], d["unreviewed"]) for d in await list_activity_days(hub, somebody(), query)}

    utc = await days()
    assert set(utc.values()) == {(24, 12)}
    assert len(utc) == 25
    # The clocks go forward on the 8th, which has 23 hours; the first hours of UTC's month are of the day before.
    york = await days(first="2026-02-28", timezone="America/New_York")
    assert (york["2026-02-28"], york["2026-03-08"][0], york["2026-03-09"]) == ((5, 2), 23, (24, 12))
    assert sum(total for total, _ in york.values()) == 600
    assert set((await days(reviewed=True)).values()) == {(12, 0)}
    assert set((await days(reviewed=False)).values()) == {(12, 12)}
    assert [d[:1] for d in (await days(severity="critical")).values()] == [(1,)] * 6
    assert await days(first="0001-01-01", last="0001-01-02") == {}
    assert await days(first=date.max.isoformat(), last=date.max.isoformat()) == {}


async def test_an_export_has_them_all_once(db: Database) -> None:
    await fill(db, 1100)
    response = exported(somebody(), ActivityQuery(format="csv"))
    lines = (await response.get_data(as_text=True)).splitlines()
    times = [line.split(",")[0] for line in lines[1:]]
    assert lines[0].startswith("started_at,ended_at,stream,")
    assert len(set(times)) == len(times) == 1100
    assert times == sorted(times, reverse=True)
