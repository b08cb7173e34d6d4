"""Pages, versions of answers, and requests that are sent twice."""

from __future__ import annotations

import base64
import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .conftest import ApiHub


def walk(hub: ApiHub, path: str, **while_at: Any) -> list[Any]:
    """All rows, page by page; ``while_at[page number]`` is called before the next one is asked for."""
    found, number = [], 0
    while path:
        answer = hub.api.get(path)
        assert answer.status_code == 200, answer.text
        found += answer.json()
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("Link", ""))
        path = link[1] if link else ""
        number += 1
        if f"p{number}" in while_at:
            while_at[f"p{number}"]()
    return found


def made_up(hub: ApiHub, path: str, value: Any, identifier: str) -> int:
    """The status of a page that somebody asks for with a cursor of their own making."""
    cursor = base64.urlsafe_b64encode(json.dumps([value, identifier]).encode()).decode().rstrip("=")
    return hub.api.get(f"/api/{path}", params={"cursor": cursor}).status_code


@pytest.fixture(scope="module")
def stream(hub: ApiHub) -> str:
    """A stream with 23 events, some of them at one and the same time."""
    made = hub.watch()
    for number in range(23):
        at = f"2026-03-0{1 + number // 5}T10:00:00Z"
        hub.call("POST", "/api/events", {"stream_id": made, "text": str(number), "started_at": at})
    return made


class TestPages:
    """Lists."""

    @pytest.mark.parametrize("limit", [1, 4, 23, 100])
    def test_all_pages_are_all_rows_in_order(self, hub: ApiHub, stream: str, limit: int) -> None:
        rows = walk(hub, f"/api/events?stream={stream}&limit={limit}")
        assert len(rows) == 23
        order = [(row["started_at"], row["id"]) for row in rows]
        assert order == sorted(order, reverse=True)
        assert len({row["id"] for row in rows}) == 23

    def test_a_page_says_how_many_there_are(self, hub: ApiHub, stream: str) -> None:
        answer = hub.api.get(f"/api/events?stream={stream}&limit=2")
        assert answer.headers["X-Total-Count"] == "23"
        assert len(answer.json()) == 2
        answer = hub.api.get(f"/api/events?stream={stream}&after=2026-03-02T00:00:00Z&before=2026-03-03T00:00:00Z")
        assert answer.headers["X-Total-Count"] == "5"

    def test_new_rows_move_nothing(self, hub: ApiHub) -> None:
        made = hub.watch()
        told = [hub.call("POST", "/api/events", {"stream_id": made, "text": str(n)})["id"] for n in range(9)]

        def more() -> None:
            hub.call("POST", "/api/events", {"stream_id": made, "text": "late"})

        rows = walk(hub, f"/api/events?stream={made}&limit=2", p1=more, p2=more, p3=more)
        assert [row["id"] for row in rows] == told[::-1]

    def test_streams_are_paged_by_name(self, hub: ApiHub) -> None:
        for name in ("b", "a", "a", "Ä", "%"):
            hub.watch(name)
        rows = walk(hub, "/api/streams?limit=2")
        assert [r["id"] for r in rows] == [r["id"] for r in walk(hub, "/api/streams?limit=500")]
        assert len(rows) == int(hub.api.get("/api/streams").headers["X-Total-Count"])

    def test_a_cursor_of_nobody_is_no_page(self, hub: ApiHub) -> None:
        for cursor in (
            "x",
            "WzEsMl0",
            "e30",
            "WyJcdTAwMDAiLCAieCJd",
            "WyIyMDI2LTAxLTAxIiwgIngiXQ",
            "WyJub3cgYSB0aW1lIiwieCJd",
        ):
            assert hub.api.get(f"/api/events?cursor={cursor}").status_code == 404, cursor

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            *(("events", at) for at in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59")),
            *((path, value) for path in ("streams", "users", "stream-groups") for value in ("\ud800", "x" * 301)),
            *(("audit-events", number) for number in (2**63, -1, 1.5, "\ud800")),
        ],
    )
    def test_a_made_up_cursor_fits_no_column(self, hub: ApiHub, path: str, value: Any) -> None:
        fits = {"events": "2026-01-01T00:00:00+00:00", "audit-events": 5}.get(path, "x")
        wrong = [(value, "x"), (fits, "\ud800"), (fits, "x" * 27)]
        assert [made_up(hub, path, *cursor) for cursor in wrong] == [404] * 3
        assert made_up(hub, path, fits, "x" * 26) == 200

    @pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "after=yesterday", "after=1", "nothing=1",
                                       "severity=bad", "limit=1&limit=2"])  # fmt: skip
    def test_a_wrong_parameter_is_named(self, hub: ApiHub, query: str) -> None:
        answer = hub.api.get(f"/api/events?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "/" + query.partition("=")[0]


class TestVersions:
    """ETag and 304."""

    def test_what_was_read_is_not_sent_again(self, hub: ApiHub, stream: str) -> None:
        for path in (f"/api/streams/{stream}", "/api/event-types", "/api/openapi.json", f"/api/events?stream={stream}"):
            first = hub.api.get(path)
            again = hub.api.get(path, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
            assert (again.status_code, again.content) == (304, b""), path
            assert again.headers["ETag"] == first.headers["ETag"]
            assert hub.api.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        before = hub.api.get(f"/api/streams/{stream}").headers["ETag"]
        hub.call("PATCH", f"/api/streams/{stream}", {"tags": ["new"]}, **{"If-Match": before})
        assert hub.api.get(f"/api/streams/{stream}", headers={"If-None-Match": before}).status_code == 200

    def test_what_is_private_is_stored_by_nobody(self, hub: ApiHub) -> None:
        answer = hub.api.get("/api/streams")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in answer.headers["Vary"]


class TestTwice:
    """Idempotency keys."""

    def test_the_first_answer_comes_again(self, hub: ApiHub, stream: str) -> None:
        key, body = {"Idempotency-Key": "one"}, {"name": "Once"}
        first, second = (hub.api.post("/api/stream-groups", json=body, headers=key) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert second.headers["Idempotency-Replayed"] == "true"
        assert second.headers["Location"] == first.headers["Location"]
        assert [g["name"] for g in hub.get("/api/stream-groups")].count("Once") == 1

    def test_another_request_with_it_is_refused(self, hub: ApiHub) -> None:
        key = {"Idempotency-Key": "two"}
        assert hub.api.post("/api/stream-groups", json={"name": "A"}, headers=key).status_code == 201
        answer = hub.api.post("/api/stream-groups", json={"name": "B"}, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency.key_reused")

    def test_many_at_once_do_it_once(self, hub: ApiHub) -> None:
        def post(_: int) -> int:
            headers = {"Idempotency-Key": "three", "Authorization": f"Bearer {hub.key}"}
            with hub.client() as client:
                return client.post("/api/stream-groups", json={"name": "Race"}, headers=headers).status_code

        with ThreadPoolExecutor(6) as pool:
            statuses = set(pool.map(post, range(6)))
        assert statuses <= {201, 409}
        assert [g["name"] for g in hub.get("/api/stream-groups?limit=500")].count("Race") == 1

    def test_a_failure_may_be_tried_again_and_keys_belong_to_their_owner(self, hub: ApiHub) -> None:
        key = {"Idempotency-Key": "four"}
        assert hub.api.post("/api/stream-groups", json={"name": ""}, headers=key).status_code == 422
        assert hub.api.post("/api/stream-groups", json={"name": "Four"}, headers=key).status_code == 201
        other = hub.client(hub.person("twice", "operator"))
        assert "Idempotency-Replayed" not in other.post("/api/stream-groups", json={"name": "F"}, headers=key).headers
        bad = hub.api.post("/api/stream-groups", json={"name": "F"}, headers={"Idempotency-Key": "x" * 201})
        assert bad.status_code == 400


class TestInbox:
    """Activities."""

    def test_are_reviewed_one_by_one_and_up_to_a_number(self, hub: ApiHub, stream: str) -> None:
        listed = hub.get("/api/activities?reviewed=false&limit=500")
        one = hub.api.get(f"/api/activities/{listed[0]['id']}")
        etag = {"If-Match": one.headers["ETag"]}
        path = f"/api/activities/{listed[0]['id']}"
        assert hub.api.patch(path, json={"reviewed": True}, headers=etag).json()["reviewed"] is True
        assert listed[0]["id"] not in {a["id"] for a in hub.get("/api/activities?reviewed=false&limit=500")}
        last = hub.call("POST", "/api/events", {"stream_id": stream, "text": "after", "started_at":
                                                "2026-04-01T00:00:00Z"})["activity_id"]  # fmt: skip
        many = hub.call("POST", "/api/activities", {"up_to_seq": 0})
        assert many == {"marked": 0, "ids": []}
        marked = hub.call("POST", "/api/activities", {"up_to_seq": 2**53 - 1, "streams": [stream]})["marked"]
        assert marked >= 1
        assert last in {a["id"] for a in hub.get(f"/api/activities?reviewed=true&stream={stream}")}
        # A whole number is an integer however it is written.
        assert hub.call("POST", "/api/activities", {"up_to_seq": float(2**53), "streams": [stream]})["marked"] == 0
