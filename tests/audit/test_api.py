"""Searching the log, taking it along, and what everybody may know of it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.hub import until

from tests.api.conftest import PASSWORD, ApiHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub in which a little happened."""
    made = ApiHub(tmp_path_factory.mktemp("audit") / "data")
    made.environment["GLIMPSER_PLUGINS"] = "ffmpeg,http,notes,password"
    made.start()
    for name in ("bob", "carol"):
        made.call("POST", "/api/users", {"name": name, "password": PASSWORD})
    yield made
    made.stop()


def seqs(hub: ApiHub, query: str) -> list[int]:
    """Numbers of the entries that a query finds."""
    return [e["seq"] for e in hub.get(f"/api/audit-events?limit=500&{query}")]


def test_it_is_searched_by_what_an_entry_says(hub: ApiHub) -> None:
    bob = next(u for u in hub.get("/api/users") if u["name"] == "bob")
    (made,) = hub.get(f"/api/audit-events?action=users.create_user&object={bob['id']}")
    assert (made["actor_name"], made["object_name"], made["result"]) == ("ada", "bob", "ok")
    seq = made["seq"]
    for query in ("actor=ada", f"actor={made['actor']}", "search=OB", "action=users.", "object_type=user", "result=ok",
                  f"after={made['at']}", "search=127.0"):  # fmt: skip
        assert seq in seqs(hub, query), query
    for query in ("actor=bob", "search=nobody", "action=keys.", "object_type=stream", "result=refused",
                  f"before={made['at']}", "search=%25"):  # fmt: skip
        assert seq not in seqs(hub, query), query


def test_it_says_whether_it_is_where_it_was(hub: ApiHub) -> None:
    state = hub.get("/api/audit-events/state")
    assert (set(state), state["trouble"]) == ({"seq", "marked_at", "trouble"}, None)
    hub.stop()  # at the end it is marked
    hub.start()
    state = hub.get("/api/audit-events/state")
    assert state["seq"] > 0
    assert state["marked_at"]
    head = hub.folder / "audit-head.json"
    kept = head.read_text()
    head.write_text(kept.replace('"seq": ', '"seq": 9'))
    assert "altered" in hub.get("/api/audit-events/state")["trouble"]
    head.write_text(kept)


def test_pages_go_through_all_of_it_once(hub: ApiHub) -> None:
    found, path = [], "/api/audit-events?limit=2&action=users."
    while path:
        answer = hub.api.get(path)
        found += [e["seq"] for e in answer.json()]
        path = answer.links.get("next", {}).get("url", "")
    assert found == sorted(found, reverse=True)
    assert found == seqs(hub, "action=users.")
    assert len(found) > 2
    assert hub.api.get("/api/audit-events?cursor=WyJ4IiwgInkiXQ").status_code == 404


def test_only_administrators_see_it(hub: ApiHub) -> None:
    for role in ("operator", "viewer"):
        client = hub.client(hub.person(f"a-{role}", role))
        assert client.get("/api/audit-events").json()["params"] == {"permission": "audit.view"}
        assert hub.sign_in(f"a-{role}").get("/api/audit-events").status_code == 403
        assert hub.sign_in(f"a-{role}").get("/api/me/audit-events").status_code == 200


STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def formulas(text: str) -> list[str]:
    """Cells that run in some spreadsheet, which splits cells where its country does."""
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    cells += re.split(r"[;\t\r\n]", text)
    return [cell for cell in cells if cell.strip(" \xa0").startswith(STARTS)]


@pytest.mark.attack("A55", control=True)
@pytest.mark.parametrize(
    "name",
    [*(f"{start}HYPERLINK(1)" for start in STARTS), "\t=1", "\r=1", "\n=1", " =1", "\xa0=1", "a;=1;b", "a\t=1", "a\n=1",
     'a";=1', "a; @SUM(1)", "=cmd|' /C calc'!A0"],
)  # fmt: skip
def test_no_cell_of_the_table_is_a_formula(hub: ApiHub, name: str) -> None:
    made = hub.api.post("/api/stream-groups", json={"name": name})
    kept = hub.get("/api/audit-events?limit=1&action=groups.")
    assert made.status_code == 422 or kept[0]["object_name"] == name
    answer = hub.api.get("/api/audit-events?format=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert formulas(answer.text) == []
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [int(r["seq"]) for r in rows[:-1]] == sorted(seqs(hub, ""))[: len(rows) - 1]
    # The control: written as it is kept, it is one.
    naive = io.StringIO()
    csv.writer(naive).writerow([1, "groups.create_group", name, "{}"])
    assert formulas(naive.getvalue()) != []


@pytest.mark.attack("A55", control=True)
def test_a_stranger_puts_no_formula_into_the_table(hub: ApiHub) -> None:
    name = '=HYPERLINK("http://evil.example/";"Sign in again")'
    assert hub.client().post("/api/auth/login", json={"name": name, "password": "wrong"}).status_code == 401
    kept = until(lambda: hub.get("/api/audit-events?action=auth.sign_in_failed"), 5)
    assert kept[0]["object_name"] == name, "the control: it is kept as it came"
    table = hub.api.get("/api/audit-events?format=csv").text
    assert formulas(table) == []
    assert "HYPERLINK" in table


@pytest.mark.control("A55")
def test_other_names_stay_as_they_are(hub: ApiHub) -> None:
    for name in ("a-b", "Tür; Flur", "x=1", "mail@home", 'a "quoted" one, and more'):
        hub.call("POST", "/api/stream-groups", {"name": name})
        answer = hub.api.get("/api/audit-events?format=csv&action=groups.")
        assert list(csv.DictReader(io.StringIO(answer.text, newline="")))[-1]["object_name"] == name


@pytest.fixture(scope="module")
def export(hub: ApiHub, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file."""
    path = tmp_path_factory.mktemp("export") / "audit.jsonl"
    answer = hub.api.get("/api/audit-events?format=signed&action=users.")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.jsonl"'
    path.write_bytes(answer.content)
    return path


class TestSignedExport:
    """It is checked without the hub, and no line of it can be changed."""

    def test_it_is_as_it_was_signed(self, hub: ApiHub, export: Path) -> None:
        lines = [json.loads(line) for line in export.read_text().splitlines()]
        assert lines[0]["query"] == {"action": "users.", "format": "signed"}
        assert [e["seq"] for e in lines[1:-1]] == sorted(seqs(hub, "action=users."))
        assert hub.glimpser("audit", "verify", str(export)).startswith(f"{len(lines) - 2} entries")

    @pytest.mark.parametrize("attack", ["change", "remove", "repeat", "swap", "cut", "empty", "other"])
    def test_what_was_done_to_it_is_found(self, hub: ApiHub, export: Path, tmp_path: Path, attack: str) -> None:
        lines = export.read_bytes().splitlines(keepends=True)
        changed = {
            "change": [*lines[:2], lines[2].replace(b'"ok"', b'"no"'), *lines[3:]],
            "remove": [*lines[:2], *lines[3:]],
            "repeat": [*lines[:2], lines[1], *lines[2:]],
            "swap": [lines[0], lines[2], lines[1], *lines[3:]],
            "cut": lines[:-1],
            "empty": [],
            "other": [b'{"entries": 1, "signature": "AAAA"}\n'],
        }[attack]
        assert changed != lines
        (tmp_path / "changed").write_bytes(b"".join(changed))
        with pytest.raises(AssertionError, match=r": 1 Error: .*(signed|signed export)"):
            hub.glimpser("audit", "verify", str(tmp_path / "changed"))

    def test_taking_it_along_is_an_entry(self, hub: ApiHub, export: Path) -> None:
        entries = hub.get("/api/audit-events?action=audit.exported")
        assert {"action": "users.", "format": "signed"} in [e["data"]["query"] for e in entries]


class TestOneself:
    """People see what is theirs, and take it along."""

    def test_own_entries_and_tries_to_be_oneself(self, hub: ApiHub) -> None:
        browser = hub.sign_in("bob")
        with hub.client() as stranger:
            stranger.post("/api/auth/login", json={"name": "bob", "password": "wrong wrong wrong"})
            stranger.post("/api/auth/login", json={"name": "carol", "password": "wrong wrong wrong"})
        me = browser.get("/api/me").json()["id"]

        def own() -> Any:
            found = browser.get("/api/me/audit-events").json()
            return len(found) >= 2 and found

        found = until(own, 10, "no entries")
        assert {e["action"] for e in found} >= {"auth.sign_in", "auth.sign_in_failed"}
        assert all(e["actor"] == me or e["object_id"] == me for e in found)
        assert not any(e["object_name"] == "carol" for e in found)
        assert {e["action"] for e in browser.get("/api/me/audit-events?action=auth.sign_in").json()} == {"auth.sign_in"}

    def test_own_data(self, hub: ApiHub) -> None:
        browser = hub.sign_in("bob")
        answer = browser.get("/api/me/export")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        data = answer.json()
        assert data["profile"]["name"] == "bob"
        assert data["sessions"][0]["address"] == "127.0.0.1"
        assert data["devices"][0]["trusted_until"] is None
        assert {"restrictions", "factor"} <= data["profile"].keys()
        assert (data["identities"], data["share_links"]) == ([], [])
        assert any(e["action"] == "auth.sign_in" for e in data["audit_events"])
        assert not any(word in answer.text for word in ("hash", "argon2", "token"))
        key = hub.client(hub.person("program", "viewer"))
        assert key.get("/api/me/export").json()["code"] == "auth.session_needed"


def test_a_plugins_changes_are_written_down_too(hub: ApiHub) -> None:
    stream = hub.add("Noted", "rtsp://127.0.0.1:1/x", enabled=False)
    before = len(hub.get("/api/audit-events?action=notes."))
    made = hub.api.post("/api/p/notes/", json={"stream_id": stream, "text": "seen"})
    assert made.status_code in (200, 201), made.text
    entries = hub.get("/api/audit-events?action=notes.")
    assert len(entries) == before + 1
    assert (entries[0]["actor_name"], entries[0]["result"]) == ("ada", "ok")
