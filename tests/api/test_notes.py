"""Notes through a real hub: the routes, tables, permissions and the command of the plugin ``glimpser-notes``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import ApiHub, serving
from .test_people import Person

pytest.importorskip("glimpser_notes", reason="the plugin glimpser-notes is not installed")
URL = "/api/p/notes"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with the plugin."""
    with serving(tmp_path_factory.mktemp("notes"), "ffmpeg,notes,password", seconds=1) as made:
        yield made


def write(hub: ApiHub, stream: str, text: str = "That was the postman.") -> Any:
    return hub.call("POST", URL, {"stream_id": stream, "text": text})


def test_a_note_is_written_changed_and_deleted(hub: ApiHub, streams: tuple[str, str]) -> None:
    note = write(hub, streams[0], "line\nline")
    assert (note["author_name"], note["object_id"]) == ("ada", streams[0])
    answer = hub.api.patch(f"{URL}/{note['id']}", json={"text": "Better"}, headers={"If-Match": '"v1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"v2"')
    assert hub.get(f"{URL}?stream={streams[0]}") == [answer.json()]
    again = hub.api.patch(f"{URL}/{note['id']}", json={"text": "Late"}, headers={"If-Match": '"v1"'})
    assert (again.status_code, again.headers["Content-Type"]) == (412, "application/problem+json")
    hub.call("DELETE", f"{URL}/{note['id']}", **{"If-Match": "*"})
    assert hub.get(f"{URL}?stream={streams[0]}") == []


def test_pages_link_to_the_next(hub: ApiHub, streams: tuple[str, str]) -> None:
    for text in ("a", "b", "c"):
        write(hub, streams[1], text)
    first = hub.api.get(URL, params={"stream": streams[1], "limit": 2})
    assert ([n["text"] for n in first.json()], first.headers["X-Total-Count"]) == (["c", "b"], "3")
    second = hub.api.get(first.links["next"]["url"])
    assert ([n["text"] for n in second.json()], "next" in second.links) == (["a"], False)


def test_a_stream_says_what_one_may_do_with_it_by_plugins_too(hub: ApiHub, streams: tuple[str, str]) -> None:
    role = hub.call("POST", "/api/roles", {"name": "Reader", "base": "guest", "permissions": []})["id"]
    grants = [{"role": role, "permissions": ["streams.view", "streams.share", "notes.view"]}]
    hub.call("PUT", f"/api/streams/{streams[0]}/permissions", {"grants": grants})
    path = f"/api/streams/{streams[0]}"
    reader = Person(hub, role).api
    assert reader.get(path).json()["can"] == ["streams.view", "streams.share", "notes.view"]
    (hit,) = reader.get("/api/search?q=Door").json()
    assert hit["can"] == ["streams.view", "streams.share", "notes.view"]
    every = {p["id"] for p in hub.get("/api/roles")["permissions"] if p["per_stream"]}
    assert set(hub.get(path)["can"]) == every


def test_a_viewer_reads_and_does_not_write(hub: ApiHub, streams: tuple[str, str]) -> None:
    note = write(hub, streams[0])
    viewer = hub.client(hub.person("notes-viewer", "viewer"))
    assert note in viewer.get(URL, params={"stream": streams[0]}).json()
    answers = [
        viewer.post(URL, json={"stream_id": streams[0], "text": "Me too"}),
        viewer.patch(f"{URL}/{note['id']}", json={"text": "Me too"}, headers={"If-Match": "*"}),
        viewer.delete(f"{URL}/{note['id']}", headers={"If-Match": "*"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert hub.client().get(URL, params={"stream": streams[0]}).status_code == 401


def test_an_operator_changes_only_notes_of_its_own(hub: ApiHub, streams: tuple[str, str]) -> None:
    operator = hub.client(hub.person("notes-operator", "operator"))
    refused = operator.delete(f"{URL}/{write(hub, streams[0])['id']}", headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (403, "notes.not_yours")
    own = operator.post(URL, json={"stream_id": streams[0], "text": "Mine"}).json()
    hub.call("PATCH", f"{URL}/{own['id']}", {"text": "Said the administrator"}, **{"If-Match": "*"})
    assert operator.delete(f"{URL}/{own['id']}", headers={"If-Match": '"v2"'}).status_code == 204


def found(client: Any, q: str, *kinds: str, **more: Any) -> list[dict[str, Any]]:
    """What a search finds, of these kinds."""
    answer = client.get("/api/search", params={"q": q, "limit": 100, **more})
    assert answer.status_code == 200, answer.text
    return [hit for hit in answer.json() if not kinds or hit["kind"] in kinds]


@pytest.mark.attack("A51", "A73", "A75", control=True)
def test_notes_are_found_by_who_sees_their_stream(hub: ApiHub, streams: tuple[str, str]) -> None:
    notes = [write(hub, stream, "The heron stood there, 50% sure") for stream in streams]
    hits = found(hub.api, "HERON")
    assert [(h["id"], h["stream_id"]) for h in hits] == [(n["id"], n["stream_id"]) for n in reversed(notes)]
    assert hits[0] | {"can": []} == {
        "kind": "plugin", "plugin": "notes", "group": "Notes", "id": notes[1]["id"], "detail": "ada", "can": [],
        "title": "The heron stood there, 50% sure", "stream_id": streams[1], "at": notes[1]["created_at"],
        "link": f"streams/{streams[1]}?tab=notes-tab",
    }  # fmt: skip
    assert {"streams.view", "notes.write"} <= set(hits[0]["can"])
    assert [bool(found(hub.api, q)) for q in ("50%", "h%n", "h_ron")] == [True, False, False]
    viewer = {"role": "viewer", "streams": [streams[0]]}
    [mine] = found(Person(hub, **viewer).api, "heron")
    assert (mine["id"], "notes.write" in mine["can"]) == (notes[0]["id"], False)
    key = hub.client(hub.person("grey-key", "admin", streams=[streams[1]]))
    assert [h["id"] for h in found(key, "heron")] == [notes[1]["id"]]
    blind = hub.client(hub.person("grey-blind", "admin", scopes=["streams.view", "events.view"]))
    assert found(blind, "heron") == []
    role = hub.call("POST", "/api/roles", {"name": "Half", "base": "guest", "permissions": ["streams.view"]})["id"]
    hub.call(
        "PUT", f"/api/streams/{streams[0]}/permissions", {"grants": [{"role": role, "permissions": ["notes.view"]}]}
    )
    assert [h["id"] for h in found(Person(hub, role).api, "heron")] == [notes[0]["id"]]
    for restrictions in ({"live_only": True}, {"delay_minutes": 5}):
        assert found(Person(hub, "viewer", restrictions=restrictions).api, "heron") == []
    hub.call("DELETE", f"{URL}/{notes[0]['id']}", **{"If-Match": "*"})
    assert [h["id"] for h in found(hub.api, "heron", suggest=True)] == [notes[1]["id"]]


def test_users_and_settings_are_found_by_who_may_see_them(hub: ApiHub) -> None:
    made = Person(hub, "operator", display_name="Åsa Kranich")
    for q in ("kranich", made.name):
        [hit] = found(hub.api, q, "user")
        assert (hit["id"], hit["title"], hit["detail"], hit["can"]) == (
            made.id, "Åsa Kranich", f"{made.name}, operator", ["users.manage"]), q  # fmt: skip
    [ada] = found(hub.api, "ada", "user")
    assert (ada["title"], ada["detail"]) == ("ada", "admin")
    [days] = found(hub.api, "event retention", "setting")
    assert (days["id"], days["title"], days["detail"], days["can"]) == (
        "event_retention_days", "Event retention days", "Days after which events are deleted.",
        ["settings.view", "settings.change"])  # fmt: skip
    assert found(hub.api, "event_retention", "setting") == [days]
    assert [h["id"] for h in found(hub.api, "time zone", "setting")] == ["timezone"], "by what is said of it"
    assert found(hub.api, str(hub.folder), "setting") == [], "never by its value"
    scoped = {scope: hub.client(hub.person(f"scoped-{n}", "admin", scopes=[scope]))
              for n, scope in enumerate(("users.manage", "settings.view", "streams.view"))}  # fmt: skip
    kinds = {scope: {h["kind"] for q in ("kranich", "days") for h in found(key, q)} for scope, key in scoped.items()}
    assert kinds == {"users.manage": {"user"}, "settings.view": {"setting"}, "streams.view": set()}
    assert found(scoped["settings.view"], "days", "setting")[0]["can"] == ["settings.view"]
    for who in (made.api, Person(hub, "viewer").api):
        assert who.get("/api/users").status_code == who.get("/api/settings").status_code == 403
        assert found(who, "kranich") == found(who, "days", "setting") == []


def test_each_kind_gets_its_share(hub: ApiHub, streams: tuple[str, str]) -> None:
    for n in range(4):
        hub.watch(f"Kiosk {n}")
        write(hub, streams[0], f"kiosk {n}")
        Person(hub, "viewer", display_name=f"Kiosk {n}")
    kinds = [h["kind"] for h in found(hub.api, "kiosk", limit=8)]
    assert kinds == ["stream"] * 3 + ["user"] * 3 + ["plugin"] * 2
    assert [h["kind"] for h in found(hub.api, "kiosk", limit=2)] == ["stream", "user"]
    assert len(found(hub.api, "kiosk")) == 12


def test_a_key_for_another_stream_finds_nothing(hub: ApiHub, streams: tuple[str, str]) -> None:
    note = write(hub, streams[0], "Secret")
    limited = hub.client(hub.person("notes-limited", "admin", streams=[streams[1]]))
    answers = [
        limited.get(URL, params={"stream": streams[0]}),
        limited.post(URL, json={"stream_id": streams[0], "text": "Hello"}),
        limited.patch(f"{URL}/{note['id']}", json={"text": "Hello"}, headers={"If-Match": "*"}),
        limited.delete(f"{URL}/{note['id']}", headers={"If-Match": "*"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    absent = limited.delete(f"{URL}/{streams[0]}", headers={"If-Match": "*"}).json()
    for answer in answers[2:]:
        assert {**answer.json(), "trace_id": ""} == {**absent, "trace_id": ""}
    assert limited.get(URL, params={"stream": streams[1]}).status_code == 200


def test_the_field_that_is_wrong_is_named(hub: ApiHub, streams: tuple[str, str]) -> None:
    answer = hub.api.post(URL, json={"stream_id": streams[0], "text": "x" * 2001})
    assert (answer.status_code, answer.json()["params"]) == (422, {"field": "text"})


def test_the_routes_are_described(hub: ApiHub) -> None:
    described = hub.get("/api/openapi.json")["paths"]
    assert {f"{method} {path}" for path in described if path.startswith(URL) for method in described[path]} == {
        f"get {URL}/", f"post {URL}/", f"patch {URL}/{{note_id}}", f"delete {URL}/{{note_id}}",
    }  # fmt: skip


def test_the_command_exports_what_was_written(hub: ApiHub, streams: tuple[str, str]) -> None:
    note = write(hub, streams[0], "Exported: grün")
    lines = [json.loads(line) for line in hub.glimpser("notes", "export").splitlines()]
    assert note in lines
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)


def test_it_ends_cleanly(hub: ApiHub, streams: tuple[str, str]) -> None:
    """The last test of the file: it stops the hub, whose database must still be there for the plugin's teardown."""
    kept = len(hub.glimpser("notes", "export").splitlines())
    hub.stop()
    assert f"notes kept: {kept}" in hub.logged()
