"""The timeline: buckets of any range, counted where the database looks nothing up in vain."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.postgres import new_database

from glimpser.database import Database, migrate_all
from glimpser.database.counting import Range, Ranges
from glimpser.database.models import Activity, MediaFile, Snapshot
from glimpser_sdk.ids import new_id

from .conftest import ApiHub

SIZES: dict[str, Any] = {"width": 1, "height": 1, "size_bytes": 1, "sha256": "x"}
START = datetime(2024, 1, 1, tzinfo=UTC)


def told(hub: ApiHub, **query: Any) -> dict[str, Any]:
    answer = hub.api.get("/api/timeline", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.fixture(scope="module")
def busy(hub: ApiHub) -> str:
    """A stream with an activity each hour of 1,000 hours, and a picture and a clip with every tenth of them."""
    stream = hub.watch()
    with sqlite3.connect(hub.database, timeout=30) as rows:

        def put(table: str, **values: Any) -> None:
            named, places = ", ".join(values), ", ".join("?" * len(values))
            rows.execute(f"INSERT INTO {table} ({named}) VALUES ({places})", list(values.values()))  # noqa: S608

        for hour in range(1000):
            at = (START + timedelta(hours=hour, minutes=7)).isoformat(sep=" ")
            severity, score = ("warning", 0.9) if hour == 500 else ("info", 0.25)
            put("activities", id=new_id(), node_id="", stream_id=stream, started_at=at, ended_at=at, last_at=at,
                severity=severity, score=score, event_count=1, types="[]", protected=0, version=1)  # fmt: skip
            if hour % 10 == 0:
                put("snapshots", id=new_id(), node_id="", stream_id=stream, feed="main", kind="best", captured_at=at,
                    path="x", data="{}", **SIZES)  # fmt: skip
                put("media_files", id=new_id(), node_id="", stream_id=stream, kind="clip", started_at=at, ended_at=at,
                    size_bytes=1, path="x", content_type="video/mp4", codec="h264",
                    state="ready" if hour % 20 else "writing")  # fmt: skip
    return stream


def test_what_is_much_is_counted(hub: ApiHub, busy: str) -> None:
    found = told(hub, stream=busy, after="2024-01-01T00:00:00Z", before="2024-02-15T00:00:00Z", buckets=100)
    assert (found["seconds"], found["entries"]) == (43200, None)
    assert (found["after"], found["before"]) == ("2024-01-01T00:00:00.000000Z", "2024-02-15T00:00:00.000000Z")
    assert {b["stream_id"] for b in found["buckets"]} == {busy}
    assert [b["activities"] for b in found["buckets"]] == [12] * 83 + [4]
    assert [sum(b[of] for b in found["buckets"]) for of in ("activities", "snapshots", "clips")] == [1000, 100, 50]
    graver = [b for b in found["buckets"] if b["severity"] != "info"]
    assert [(b["started_at"][:13], b["severity"], b["score"]) for b in graver] == [("2024-01-21T12", "warning", 0.9)]


def test_what_is_little_is_told_one_by_one(hub: ApiHub, busy: str) -> None:
    found = told(hub, stream=busy, after="2024-01-02T00:30:00Z", before="2024-01-02T06:30:00Z", buckets=3)
    assert (found["seconds"], found["after"][11:16], found["before"][11:16]) == (10800, "00:00", "09:00")
    assert [b["activities"] for b in found["buckets"]] == [3, 3, 3]
    assert [(e["kind"], e["started_at"][11:16]) for e in found["entries"] if e["kind"] != "activity"] == [
        ("snapshot", "06:07"), ("clip", "06:07")]  # fmt: skip
    assert [e["kind"] for e in found["entries"]].count("activity") == 9


def test_what_lasts_into_the_range_is_told(hub: ApiHub) -> None:
    stream = hub.watch()
    hub.call("POST", "/api/events", {"stream_id": stream, "text": "long", "started_at": "2024-05-01T10:00:00Z",
                                     "ended_at": "2024-05-01T12:00:00Z"})  # fmt: skip
    query = {"after": "2024-05-01T11:00:00Z", "before": "2024-05-01T11:30:00Z"}
    found = told(hub, stream=stream, **query)
    assert (found["buckets"], [e["kind"] for e in found["entries"]]) == ([], ["activity"])
    later = told(hub, stream=stream, after="2024-05-01T12:00:10Z", before="2024-05-01T13:00:00Z")
    assert later["entries"] == []


@pytest.mark.parametrize(
    "length", [timedelta(seconds=1), timedelta(minutes=61), *(timedelta(days=d) for d in (40, 800, 9000))]
)
def test_no_range_has_too_many_buckets(hub: ApiHub, busy: str, length: timedelta) -> None:
    before = (START + length).isoformat()
    for stream in ({"stream": busy}, {}):
        for most in (1, 7, 2000):
            found = told(hub, after=START.isoformat(), before=before, buckets=most, **stream)
            spans = datetime.fromisoformat(found["before"]) - datetime.fromisoformat(found["after"])
            assert spans >= length
            assert spans / timedelta(seconds=found["seconds"]) <= most
            assert len(found["buckets"]) <= 2000
            assert len({(b["stream_id"], b["started_at"]) for b in found["buckets"]}) == len(found["buckets"])


def test_a_range_that_ends_before_it_begins_is_empty(hub: ApiHub) -> None:
    found = told(hub, after="2026-03-05T00:00:00Z", before="2026-03-01T00:00:00Z")
    assert (found["buckets"], found["entries"]) == ([], [])


def test_clips_are_listed(hub: ApiHub, busy: str) -> None:
    answer = hub.api.get(f"/api/streams/{busy}/clips", params={"limit": 20, "after": "2024-01-10T00:00:00Z"})
    starts = [clip["started_at"] for clip in answer.json()]
    assert (len(starts), answer.headers["X-Total-Count"]) == (20, "39")
    assert starts == sorted(starts, reverse=True)
    assert "cursor=" in answer.headers["Link"]
    assert hub.get(f"/api/streams/{busy}/clips?before=2024-01-01T00:00:00Z") == []


def test_the_whole_calendar_is_a_range(hub: ApiHub, busy: str) -> None:
    calendar = {"after": "0001-01-01T00:00:00Z", "before": "9999-12-31T23:59:59Z"}
    for most in (1, 2000):
        found = told(hub, stream=busy, buckets=most, **calendar)
        assert sum(b["activities"] for b in found["buckets"]) == 1000


@pytest.mark.parametrize("query", ["buckets=0", "buckets=2001", "buckets=x", "nothing=1"])
def test_a_wrong_parameter_is_named(hub: ApiHub, query: str) -> None:
    answer = hub.api.get(f"/api/timeline?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "/" + query.partition("=")[0])


class TestPlans:
    """Each range is looked up in an index that holds all that is counted."""

    @pytest.fixture
    @classmethod
    async def db(cls, kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
        url = await new_database(request.getfixturevalue("postgres_server")) if kind == "postgres" else ""
        await migrate_all(url, tmp_path, {})
        database = Database(url, tmp_path)
        await database.open()
        yield database
        await database.close()

    async def test_use_an_index_alone(self, db: Database) -> None:
        stream = new_id()
        moments = [START + timedelta(minutes=n) for n in range(500)]

        async def fill(conn: Any) -> None:
            rows: list[Activity] = []
            pictures: list[Snapshot] = []
            clips: list[MediaFile] = []
            for s in (stream, new_id(), new_id()):
                for m in moments:
                    rows.append(Activity(stream_id=s, started_at=m, last_at=m, ended_at=m))
                    pictures.append(Snapshot(stream_id=s, captured_at=m, path="x", **SIZES))
                    clips.append(MediaFile(stream_id=s, kind="clip", started_at=m, path="x", state="ready",
                                           content_type="video/mp4"))  # fmt: skip
            await Activity.bulk_create(rows, using_db=conn)
            await Snapshot.bulk_create(pictures, using_db=conn)
            await MediaFile.bulk_create(clips, using_db=conn)

        await db.write(fill)
        sqlite = db.reader.capabilities.dialect == "sqlite"
        hour = timedelta(hours=1)
        ranges = Ranges(Range(stream, START + n * hour, START + (n + 1) * hour) for n in range(9))
        for rows, moment, more in (
            (Activity.all(), "started_at", ("max(score)",)),
            (Activity.filter(ended_at__lte=START + 2 * hour), "started_at", ("max(score)",)),
            (Snapshot.filter(stream_id__not_in=[new_id()]), "captured_at", ()),
            (MediaFile.filter(state="ready"), "started_at", ()),
        ):
            counts = await ranges.count(db.reader, rows, moment, more)
            assert [c[0] for c in counts][:3] in ([60, 60, 60], [60, 60, 1])
            statement, values = ranges.statement(db.reader.capabilities.dialect, rows, moment, more)
            explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
            plan = "\n".join(str(dict(row)) for row in await db.reader.execute_query_dict(explain + statement, values))
            assert "USING COVERING INDEX" in plan if sqlite else "Index" in plan, plan
            assert "SCAN s" not in plan, plan
            assert "Seq Scan" not in plan, plan
