"""Streams: made, read, changed, taken along and removed."""

from __future__ import annotations

import json
import sqlite3
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glimpser.api import tools

from .conftest import ApiHub

REGION = {"id": "0" * 26, "name": "Zone", "kind": "zone", "polygon": [[0, 0], [1, 0], [1, 1]]}
ANY = {"If-Match": "*"}
SQUARE = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]


def problem(answer: Any, status: int) -> Any:
    """The problem of a refusal."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["code"]
    assert body["trace_id"] == answer.headers["X-Trace-Id"]
    return body


class TestOneStream:
    """Its life."""

    def test_is_made_shown_and_removed(self, hub: ApiHub) -> None:
        body = {"name": " Door ", "kind": "ffmpeg", "config": {"url": str(hub.film)}, "enabled": False}
        made = hub.api.post("/api/streams", json=body)
        assert made.status_code == 201
        path = made.headers["Location"]
        shown = hub.get(path)
        assert shown["name"] == "Door"
        assert (shown["status"], shown["enabled"], shown["version"]) == ("inactive", False, 1)
        assert path == f"/api/streams/{shown['id']}"
        assert hub.api.delete(path, headers=ANY).status_code == 204
        assert problem(hub.api.get(path), 404)["code"] == "stream.not_found"
        assert shown["id"] not in hub.streams()

    def test_starts_and_stops_also_by_the_older_paths(self, hub: ApiHub) -> None:
        stream = hub.watch()
        for method, path, enabled in (
            ("POST", f"/api/streams/{stream}/start", True), ("POST", f"/api/streams/{stream}/stop", False),
            ("POST", f"/api/stream/{stream}/start", True), ("DELETE", f"/api/streams/{stream}/stop", False),
            ("POST", f"/api/settings/streams/{stream}/start", True), ("POST", f"/api/stream/{stream}/stop", False),
        ):  # fmt: skip
            assert hub.call(method, path)["enabled"] is enabled, path
        assert hub.get(f"/api/stream/{stream}") == hub.get(f"/api/streams/{stream}")

    def test_a_picture_of_one_that_does_not_run_is_refused_at_once(self, hub: ApiHub) -> None:
        stream = hub.watch()
        assert problem(hub.api.get(f"/api/stream/{stream}/snapshot"), 409)["code"] == "stream.not_running"

    def test_pictures_have_an_etag(self, hub: ApiHub) -> None:
        stream = hub.add("Pictures", str(hub.film))
        hub.active(stream)
        taken = hub.call("POST", f"/api/streams/{stream}/snapshots", {})
        first = hub.api.get(taken["image"])
        assert first.headers["Content-Type"] == "image/jpeg"
        assert first.content[:2] == b"\xff\xd8"
        again = hub.api.get(taken["image"], headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        hub.remove(stream)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "/name"), ({"name": "a\nb"}, "/name"), ({"kind": "nothing"}, ""), ({"more": 1}, "/more"),
            ({"config": {}}, "/config/url"), ({"config": {"url": 7}}, "/config/url"), ({"enabled": "yes"}, "/enabled"),
            ({"timezone": "Mars/Olympus"}, "/timezone"), ({"tags": [""]}, "/tags/0"),
            ({"regions": [{"name": "z", "kind": "zone", "polygon": SQUARE[:2]}]}, "/regions/0/polygon"),
            ({"regions": [{"name": "z", "kind": "zone", "polygon": [[0, 0], [2, 0], [0, 1]]}]},
             "/regions/0/polygon/1/0"),
            ({"regions": [{"name": "z", "kind": "door", "polygon": SQUARE}]}, "/regions/0/kind"),
            ({"regions": [{"name": "z", "kind": "zone", "polygon": [*SQUARE, SQUARE[0]]}]}, "/regions/0/polygon"),
        ],
    )  # fmt: skip
    def test_a_wrong_field_is_named(self, hub: ApiHub, change: dict[str, Any], field: str) -> None:
        body = {"name": "x", "kind": "ffmpeg", "config": {"url": str(hub.film)}, "enabled": False} | change
        before = len(hub.streams())
        errors = problem(hub.api.post("/api/streams", json=body), 422)["errors"]
        assert any(e["field"] == field and e["message"] for e in errors) or not field, errors
        assert len(hub.streams()) == before


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"url": ""}, 422), ({"url": None}, 422), ({"kind": "", "url": "rtsp://h/1"}, 422),
     ({"url": "http://["}, 409), ({"url": "gopher://h"}, 409)],
)  # fmt: skip
def test_what_cannot_be_tried_is_refused_by_field(hub: ApiHub, body: dict[str, Any], status: int) -> None:
    errors = problem(hub.api.post("/api/streams/test", json=body), status)["errors"]
    assert errors[0]["field"] in ("/url", "/kind")


class TestMergePatch:
    """Changing a stream."""

    def test_needs_the_version_that_was_read(self, hub: ApiHub) -> None:
        path = f"/api/streams/{hub.watch()}"
        read = hub.api.get(path)
        assert problem(hub.api.patch(path, json={"name": "B"}), 428)
        changed = hub.api.patch(path, json={"name": "B"}, headers={"If-Match": read.headers["ETag"]})
        assert (changed.status_code, changed.json()["name"], changed.json()["version"]) == (200, "B", 2)
        late = hub.api.patch(path, json={"name": "C"}, headers={"If-Match": read.headers["ETag"]})
        assert problem(late, 412)["params"] == {"version": 2}
        assert hub.get(path)["name"] == "B"
        assert problem(hub.api.delete(path), 428)
        assert problem(hub.api.delete(path, headers={"If-Match": '"v1"'}), 412)

    def test_keeps_what_is_left_out_and_null_returns_to_the_default(self, hub: ApiHub) -> None:
        path = f"/api/streams/{hub.watch(tags=['a', 'b'], timezone='Europe/Berlin')}"
        changed = hub.call("PATCH", path, {"timezone": None}, **ANY)
        assert (changed["timezone"], changed["tags"]) == (None, ["a", "b"])
        assert hub.call("PATCH", path, {"tags": None}, **ANY)["tags"] == []
        for body in ({"name": None}, {"nothing": 1}, {"tags": "a"}):
            problem(hub.api.patch(path, json=body, headers=ANY), 422)
        problem(hub.api.patch(path, json=[], headers=ANY), 422)
        problem(hub.api.patch(path, content="{}", headers=ANY | {"Content-Type": "text/plain"}), 415)

    def test_a_masked_secret_stays_and_goes_with_its_host(self, hub: ApiHub) -> None:
        url = "rtsp://root:hunter2-canary@127.0.0.1:1/a"
        path = f"/api/streams/{hub.add('Secret', url, enabled=False)}"
        shown = hub.get(path)
        assert "hunter2" not in str(shown)
        assert "********" in shown["config"]["url"]
        same = hub.call("PATCH", path, {"name": "Other", "config": shown["config"]}, **ANY)
        assert same["config"] == shown["config"]
        moved = shown["config"]["url"].replace("127.0.0.1:1", "10.1.2.3:1")
        gone = hub.call("PATCH", path, {"config": {"url": moved}}, **ANY)
        assert "********" not in gone["config"]["url"]

    def test_a_copy_has_the_secrets_and_does_not_run(self, hub: ApiHub) -> None:
        url = "rtsp://root:hunter2-canary@127.0.0.1:1/a"
        more = {"enabled": False, "tags": ["out"], "external_key": "one", "regions": [REGION]}
        kept = hub.get(f"/api/streams/{hub.add('Secret', url, **more)}")
        copy = hub.call("POST", f"/api/streams/{kept['id']}/clone", {"name": " Copy "})
        different = {"id", "name", "version", "created_at", "updated_at", "external_key", "since"}
        assert {k: v for k, v in copy.items() if k not in different} == {
            k: v for k, v in kept.items() if k not in different}  # fmt: skip
        assert (copy["name"], copy["external_key"], copy["enabled"]) == ("Copy", None, False)
        assert "********" in copy["config"]["url"]
        with sqlite3.connect(hub.database) as rows:
            found = rows.execute("SELECT config FROM streams WHERE id IN (?, ?)", (kept["id"], copy["id"])).fetchall()
        assert len(set(found)) == 2
        assert "hunter2" not in str(found)
        same = hub.call("PATCH", f"/api/streams/{copy['id']}", {"config": copy["config"]}, **ANY)
        assert same["config"] == copy["config"]

    def test_another_kind_needs_its_configuration(self, hub: ApiHub) -> None:
        path = f"/api/streams/{hub.watch()}"
        assert problem(hub.api.patch(path, json={"kind": "http"}, headers=ANY), 409)["errors"][0]["field"] == "/config"
        body = {"kind": "http", "config": {"url": "http://127.0.0.1:1/a.jpg"}}
        assert hub.call("PATCH", path, body, **ANY)["kind"] == "http"


class TestTakingAlong:
    """Export and import."""

    @given(
        name=st.text(min_size=1, max_size=50).filter(lambda t: t.strip() and all(ord(c) > 31 for c in t)),
        tags=st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20),
            max_size=4,
            unique=True,
        ),
        corners=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=6, unique=True),
        key=st.none() | st.from_regex(r"[a-z]{1,20}", fullmatch=True),
    )
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    def test_what_comes_out_goes_in_again(
        self, hub: ApiHub, name: str, tags: list[str], corners: list[Any], key: str | None
    ) -> None:
        region = {"name": "Zone", "kind": "zone", "polygon": corners}
        stream = hub.watch(name, tags=tags, regions=[region], external_key=key)
        taken = hub.get(f"/api/streams/export?stream={stream}")
        hub.remove(stream)
        (done,) = hub.call("POST", "/api/streams/import", taken)
        assert (done["result"], done["errors"]) == ("created", [])
        again = hub.get(f"/api/streams/export?stream={done['id']}")["streams"][0]
        assert again | {"id": ""} == taken["streams"][0] | {"id": ""}
        hub.remove(done["id"])

    def test_conflicts_are_decided_as_asked(self, hub: ApiHub) -> None:
        stream = hub.watch("Here", external_key="door")
        taken = hub.get(f"/api/streams/export?stream={stream}")
        taken["streams"][0]["name"] = "From elsewhere"

        def take_in(how: str) -> Any:
            return hub.call("POST", "/api/streams/import", taken | {"on_conflict": how})[0]

        assert take_in("skip")["result"] == "skipped"
        assert hub.stream(stream)["name"] == "Here"
        assert take_in("overwrite")["result"] == "overwritten"
        assert hub.stream(stream)["name"] == "From elsewhere"
        copy = take_in("create_new")
        assert copy["result"] == "created"
        assert copy["id"] != stream

    def test_a_bad_entry_leaves_the_others_alone(self, hub: ApiHub) -> None:
        good = {"name": "Good", "kind": "ffmpeg", "config": {"url": str(hub.film)}, "enabled": False}
        done = hub.call("POST", "/api/streams/import", {"streams": [good, good | {"kind": "nothing"}, {"name": 3}]})
        assert [d["result"] for d in done] == ["created", "failed", "failed"]
        assert all(d["errors"] for d in done[1:])


class TestGroups:
    """Streams in groups."""

    def test_hold_streams_in_order_and_go_without_them(self, hub: ApiHub) -> None:
        one, two = hub.watch("One"), hub.watch("Two")
        made = hub.api.post("/api/stream-groups", json={"name": "House", "streams": [two, one, two]})
        assert made.status_code == 201
        path = made.headers["Location"]
        assert made.json()["streams"] == [two, one]
        assert [s["id"] for s in hub.get(f"/api/streams?group={made.json()['id']}")] == [one, two]
        etag = {"If-Match": made.headers["ETag"]}
        assert hub.api.patch(path, json={"name": "Home"}, headers=etag).json()["version"] == 2
        problem(hub.api.patch(path, json={"name": "H"}, headers=etag), 412)
        wrong = hub.api.patch(path, json={"streams": [one, "0" * 26]}, headers=ANY)
        assert problem(wrong, 409)["errors"][0]["field"] == "/streams/1"
        assert hub.api.delete(path, headers=ANY).status_code == 204
        assert hub.stream(one)["groups"] == []

    def test_private_ones_are_for_those_who_manage_them(self, hub: ApiHub) -> None:
        made = hub.call("POST", "/api/stream-groups", {"name": "Private", "private": True})
        viewer = hub.client(hub.person("groupie", "viewer"))
        assert viewer.get(f"/api/stream-groups/{made['id']}").status_code == 404
        assert made["id"] not in viewer.get("/api/stream-groups").text


@pytest.mark.parametrize("count", [0, 1, 2, 5])
async def test_an_export_is_written_in_parts(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    class Rows(list[Any]):
        def filter(self, id__gt: str) -> Rows:
            return Rows(row for row in self if row.id > id__gt)

        def order_by(self, _: str) -> Rows:
            return self

        async def limit(self, most: int) -> Rows:
            return Rows(self[:most])

    monkeypatch.setattr(tools, "AT_A_TIME", 2)
    monkeypatch.setattr(tools, "_as_exported", lambda hub, row: json.dumps({"id": row.id}).encode())
    rows: Any = Rows(SimpleNamespace(id=f"s{number}") for number in range(count))
    parts = [part async for part in tools._exported(cast("Any", None), rows)]
    assert [s["id"] for s in json.loads(b"".join(parts))["streams"]] == [row.id for row in rows]
    assert len(parts) == (count + 1) // 2 + 1
