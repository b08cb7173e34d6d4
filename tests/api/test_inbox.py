"""The inbox: its calendar, what is taken along, and marking many, here and wherever else one has it open."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from support.hub import until
from support.kept import Heard

from tests.api.conftest import ApiHub


@pytest.fixture(scope="module")
def stream(hub: ApiHub) -> str:
    """A stream with three activities on two days, whose name is a formula."""
    made = hub.watch("=cmd|' /C calc'!A0")
    for at in ("2026-03-01T08:00:00Z", "2026-03-01T23:30:00Z", "2026-03-02T12:00:00Z"):
        hub.call("POST", "/api/events", {"stream_id": made, "text": "seen", "started_at": at})
    return made


def ids(hub: ApiHub, stream: str, **query: Any) -> list[str]:
    found = hub.api.get("/api/activities", params={"stream": stream, **query}).json()
    return [a["id"] for a in found]


class TestDays:
    """The calendar."""

    def days(self, hub: ApiHub, stream: str, **query: Any) -> dict[str, tuple[int, int]]:
        asked = {"stream": stream, "first": "2026-03-01", "last": "2026-03-31", **query}
        answer = hub.api.get("/api/activities/days", params=asked)
        assert answer.status_code == 200, answer.text
        return {d["day"]: (d["total"], d["unreviewed"]) for d in answer.json()}

    def test_counts_what_began_and_what_waits(self, hub: ApiHub, stream: str) -> None:
        assert self.days(hub, stream) == {"2026-03-01": (2, 2), "2026-03-02": (1, 1)}
        assert self.days(hub, stream, timezone="Europe/Berlin") == {"2026-03-01": (1, 1), "2026-03-02": (2, 2)}
        assert self.days(hub, stream, severity="critical") == {}
        newest = ids(hub, stream)[0]
        hub.call("POST", "/api/activities", {"ids": [newest]})
        assert self.days(hub, stream)["2026-03-02"] == (1, 0)
        assert self.days(hub, stream, reviewed="false") == {"2026-03-01": (2, 2)}
        hub.call("POST", "/api/activities", {"ids": [newest], "reviewed": False})
        assert self.days(hub, stream)["2026-03-02"] == (1, 1)

    def test_the_zone_is_ones_own(self, hub: ApiHub, stream: str) -> None:
        hub.create_user("zoned", "viewer")
        browser = hub.sign_in("zoned")
        path = f"/api/activities/days?stream={stream}&first=2026-03-01&last=2026-03-02"
        before = browser.get(path).json()
        me = browser.get("/api/me")
        browser.patch("/api/me", json={"timezone": "Asia/Tokyo"}, headers={"If-Match": me.headers["ETag"]})
        assert browser.get("/api/me").json()["timezone"] == "Asia/Tokyo"
        assert [[d["total"] for d in found] for found in (before, browser.get(path).json())] == [[2, 1], [1, 2]]

    @pytest.mark.parametrize(("query", "status"), [
        ("first=2026-01-01&last=2026-03-04", 409), ("first=2026-03-02&last=2026-03-01", 409), ("first=yesterday", 422),
        ("timezone=Mars/Olympus", 422), ("last=0001-01-01", 409),
    ])  # fmt: skip
    def test_at_most_62_days(self, hub: ApiHub, query: str, status: int) -> None:
        assert hub.api.get(f"/api/activities/days?{query}").status_code == status
        assert hub.api.get("/api/activities/days?first=2026-01-01&last=2026-03-03").status_code == 200


class TestExport:
    """What is taken along."""

    def test_a_table_holds_no_formula(self, hub: ApiHub, stream: str) -> None:
        answer = hub.api.get(f"/api/activities?stream={stream}&format=csv&limit=1")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="activities.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [r["id"] for r in rows] == ids(hub, stream)
        assert {r["stream"] for r in rows} == {"'=cmd|' /C calc'!A0"}
        assert {r["types"] for r in rows} == {"external.reported"}

    def test_lines_are_what_the_list_shows(self, hub: ApiHub, stream: str) -> None:
        answer = hub.api.get(f"/api/activities?stream={stream}&format=jsonl&after=2026-03-02T00:00:00Z")
        (row,) = [json.loads(line) for line in answer.text.splitlines()]
        (listed,) = hub.get(f"/api/activities?stream={stream}&after=2026-03-02T00:00:00Z")
        del listed["can"]
        assert row == listed | {"stream": "=cmd|' /C calc'!A0"}

    def test_it_is_written_down_and_holds_what_one_sees(self, hub: ApiHub, stream: str) -> None:
        other = hub.watch("Other")
        limited = hub.client(hub.person("taker", "viewer", streams=[other]))
        assert len(limited.get("/api/activities?format=csv").text.splitlines()) == 1
        (entry,) = [e for e in hub.get("/api/audit-events?action=activities.exported") if e["actor_name"] == "taker"]
        assert entry["data"]["query"] == {"format": "csv"}


class TestMarking:
    """Many at once."""

    def test_is_idempotent_and_taken_back_exactly(self, hub: ApiHub, stream: str) -> None:
        first, second, third = ids(hub, stream)
        assert hub.call("POST", "/api/activities", {"ids": [first]}) == {"marked": 1, "ids": [first]}
        both = hub.call("POST", "/api/activities", {"ids": [first, second, second, "0" * 26]})
        assert both == {"marked": 1, "ids": [second]}
        assert ids(hub, stream, reviewed="false") == [third]
        back = {"ids": both["ids"], "reviewed": False}
        assert hub.call("POST", "/api/activities", back) == {"marked": 1, "ids": [second]}
        assert hub.call("POST", "/api/activities", back) == {"marked": 0, "ids": []}
        assert ids(hub, stream, reviewed="true") == [first]
        hub.call("POST", "/api/activities", {"ids": [first], "reviewed": False})

    @pytest.mark.parametrize(("body", "status"), [
        ({}, 409), ({"ids": [], "up_to_seq": 1}, 409), ({"up_to_seq": 1, "reviewed": False}, 409),
        ({"ids": [], "streams": []}, 409), ({"ids": ["0" * 26] * 501}, 422),
    ])  # fmt: skip
    def test_says_what_it_does_not_understand(self, hub: ApiHub, body: dict[str, Any], status: int) -> None:
        assert hub.api.post("/api/activities", json=body).status_code == status

    def test_of_others_marks_nothing(self, hub: ApiHub, stream: str) -> None:
        other = hub.client(hub.person("blinkered", "viewer", streams=[hub.watch("Elsewhere")]))
        assert other.post("/api/activities", json={"ids": ids(hub, stream)}).json() == {"marked": 0, "ids": []}

    def test_is_heard_where_one_has_it_open_and_nowhere_else(self, hub: ApiHub, stream: str) -> None:
        mine, other = Heard(hub, hub.key, "socket"), Heard(hub, hub.person("neighbour", "admin"), "sse")
        try:
            chosen = ids(hub, stream)[1:]
            hub.call("POST", "/api/activities", {"ids": chosen})
            until(lambda: '"reviewed":true' in mine.said and chosen[1] in mine.said, 5, "the mark was not told")
            path = f"/api/activities/{chosen[0]}"
            hub.call("PATCH", path, {"reviewed": False}, **{"If-Match": "*"})
            until(lambda: '"change":"unreviewed"' in mine.said, 5, "the one mark was not told")
            hub.call("PATCH", path, {"protected": True}, **{"If-Match": "*"})
            until(lambda: '"protected":true' in mine.said and '"protected":true' in other.said, 5, "nothing of it told")
            assert '"topic":"review"' not in other.said
        finally:
            mine.close()
            other.close()
            hub.call("POST", "/api/activities", {"ids": ids(hub, stream), "reviewed": False})


def test_marks_go_with_who_made_them(hub: ApiHub, stream: str) -> None:
    gone = hub.client(hub.person("gone", "viewer"))
    user = gone.get("/api/me").json()["id"]
    [newest, *_] = ids(hub, stream)
    hub.call("POST", "/api/activities", {"ids": [newest]})
    assert gone.post("/api/activities", json={"ids": [newest]}).json()["marked"] == 1

    def marks() -> tuple[int, int]:
        with closing(sqlite3.connect(hub.database)) as rows:
            found = [who for (who,) in rows.execute("SELECT user_id FROM activity_reviews")]
        return found.count(user), len(found)

    theirs, before = marks()
    hub.call("DELETE", f"/api/users/{user}", **{"If-Match": "*"})
    assert (theirs, marks()) == (1, (0, before - 1)), "those of others stay"
    hub.call("POST", "/api/activities", {"ids": [newest], "reviewed": False})
