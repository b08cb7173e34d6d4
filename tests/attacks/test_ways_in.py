"""What comes in is judged alike whichever way it comes: values, kinds and names of streams, and settings."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner
from support.film import film
from support.hub import until
from websockets.sync.client import connect

from glimpser.cli import cli
from glimpser.origins import Origins
from glimpser.plugins.config import DocumentInvalid, References
from glimpser.plugins.rows import StoredConfig
from glimpser.plugins.sections import load_section
from glimpser.settings import Settings
from glimpser_proxyauth.plugin import glimpser_config

from .ways import CAMERA, WAYS, InHub, Refusal, create, stream, tried


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InHub]:
    """A hub with all plugins; its environment holds an address that is none."""
    folder = tmp_path_factory.mktemp("ways")
    made = InHub(folder / "data")
    made.environment["CAMERA_ADDRESS"] = "exec:id"
    made.film = film(folder / "film.mp4", seconds=6, moving=(1, 3))
    made.start()
    made.victim = str(made.call("POST", "/api/streams", stream(external_key="victim"))["id"])
    yield made
    made.stop()


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a command": ({"config": {"url": "exec:id"}}, "/config/url"),
    "a command, by reference": ({"config": {"url": {"$env": "CAMERA_ADDRESS"}}}, "/config/url"),
    "a list of files": ({"config": CAMERA | {"sub_url": "concat:/etc/hostname"}}, "/config/sub_url"),
    "options of FFmpeg": ({"config": CAMERA | {"options": {"vf": "movie=/etc/passwd"}}}, "/config/options"),
    "a format that writes": ({"config": CAMERA | {"format": "tee"}}, "/config/format"),
    "a transport with more": ({"config": CAMERA | {"transport": "tcp -y /tmp/x"}}, "/config/transport"),
    "text for a number": ({"config": CAMERA | {"timeout_s": "6"}}, "/config/timeout_s"),
    "a header that decides": ({"kind": "http", "config": {"url": "http://cam/", "headers": {"Host": "x"}}},
                              "/config/headers"),
    "a folder for clips": ({"sinks": {"clips": {"folder": "/etc"}}}, "/sinks/clips/folder"),
    "an analyzer's code": ({"analyzers": {"motion": {"factory": "os:system"}}}, "/analyzers/motion/factory"),
    "text for a truth": ({"enabled": "yes"}, "/enabled"),
    "a corner outside": ({"regions": [{"name": "x", "kind": "zone", "polygon": [[0, 0], [1, 0], [2, 1]]}]},
                         "/regions/0/polygon/2/0"),
    "a name with a new line": ({"name": "a\nb"}, "/name"),
    "what is encrypted": ({"config": CAMERA | {"password": {"$enc": "x"}}}, "/config/password"),
}  # fmt: skip


@pytest.mark.attack("A02", control=True)
@pytest.mark.parametrize("what", WRONG)
def test_what_is_refused_is_refused_alike_on_every_way(hub: InHub, what: str) -> None:
    wrong, field = WRONG[what]
    before = hub.kept()
    first = create(hub, wrong)
    assert {pointer for pointer, _ in first} == {field}
    assert {way.__name__: way(hub, wrong) for way in WAYS} == {way.__name__: first for way in WAYS}
    if field.startswith("/config"):
        assert tried(hub, wrong) == first
    assert hub.kept() == before


@pytest.mark.control("A02")
def test_what_is_right_is_taken_on_every_way(hub: InHub) -> None:
    """The same requests without the fault."""
    for way in WAYS:
        with pytest.raises(AssertionError):
            way(hub, {})
    found = list(hub.streams().values())
    assert sorted(s["name"] for s in found) == ["Door"] * 5 + ["Good"] * 8
    assert {s["external_key"] for s in found} >= {"victim", "from a file"}
    assert hub.call("POST", "/api/streams/test", {"kind": "ffmpeg", "config": {"url": str(hub.film)}})["ok"]
    hub.remove(*(s["id"] for s in found if s["id"] != hub.victim))


@pytest.mark.attack("A02", control=True)
def test_settings_of_a_plugin_are_refused_alike_wherever_they_are_written(hub: InHub, tmp_path: Path) -> None:
    for networks, good in (["0.0.0.0/0"], False), (["0.0.0.0/1", "128.0.0.0/1"], False), (["10.0.0.1"], True):
        (tmp_path / "glimpser.toml").write_text(f"[plugins.proxyauth]\nnetworks = {json.dumps(networks)}\n")
        written = Origins.read({"data_dir": tmp_path}, {})
        (tmp_path / "glimpser.toml").unlink()
        variable = Origins.read({"data_dir": tmp_path}, {"GLIMPSER_PROXYAUTH__NETWORKS": json.dumps(networks)})
        said = [_of_section(written), _of_section(variable),
                _of_section(Origins(), StoredConfig({"networks": networks}, 1, 1))]  # fmt: skip
        config = {"config": {"networks": networks}}
        for method, path in (("POST", "/api/plugins/proxyauth/test"), ("PATCH", "/api/plugins/proxyauth")):
            answer = hub.api.request(method, path, json=config, headers={"If-Match": "*"})
            assert answer.is_success == good, answer.text
            errors = () if good else answer.json()["errors"]
            said.append(frozenset((e["field"].removeprefix("/config"), e["message"]) for e in errors))
        assert said == [said[0]] * 5
        assert {field for field, _ in said[0]} == (set() if good else {"/networks"})


def _of_section(origins: Origins, stored: StoredConfig | None = None) -> Refusal:
    """What a start of the hub finds wrong with the settings of a plugin."""
    box: Any = None  # nothing in them is secret
    try:
        load_section("proxyauth", glimpser_config(), origins, stored, box, References())
    except DocumentInvalid as error:
        return frozenset((fault.pointer, fault.message) for fault in error.errors)
    return frozenset()


@pytest.mark.attack("A02", control=True)
def test_a_socket_takes_no_streams(hub: InHub) -> None:
    before = hub.kept()
    messages = [
        {"type": kind, "id": 1, **stream(config={"url": "exec:id"})} for kind in ("create", "test", "import", "")
    ]
    messages.append({"type": "subscribe", "id": 2, "stream": hub.victim, "config": {"url": "exec:id"}, "kind": "x"})
    headers = {"Authorization": f"Bearer {hub.key}"}
    with connect(hub.url.replace("http", "ws") + "/api/ws", additional_headers=headers) as socket:
        assert json.loads(socket.recv(10))["type"] == "hello", "the control: it does listen"
        for message in messages[:-1]:
            socket.send(json.dumps(message))
            assert json.loads(socket.recv(10))["code"] == "message.invalid"
        socket.send(json.dumps(messages[-1]))
        socket.send(json.dumps({"type": "feed", "topics": [], "after": 0}))
    assert hub.kept() == before


@pytest.mark.attack("A02", control=True)
@pytest.mark.parametrize("what", ["a command", "options of FFmpeg", "a folder for clips", "an analyzer's code"])
def test_what_got_into_the_database_past_the_hub_is_not_opened(hub: InHub, what: str) -> None:
    """As a plugin could write it, or whoever has the file."""
    identifier = hub.watch("Past the hub", analyzers={}, sinks={})
    try:
        hub.call("POST", f"/api/streams/{identifier}/start")
        hub.active(identifier)  # the control: as it was checked, it runs
        hub.call("POST", f"/api/streams/{identifier}/stop")
        until(lambda: hub.stream(identifier)["status"] == "inactive", 10)
        wrong, field = WRONG[what]
        with closing(sqlite3.connect(hub.database, timeout=30)) as rows, rows:
            for column, value in wrong.items():
                rows.execute(f"UPDATE streams SET {column} = ? WHERE id = ?", (json.dumps(value), identifier))  # noqa: S608
        hub.call("POST", f"/api/streams/{identifier}/start")
        seen = until(
            lambda: (s := hub.stream(identifier))["status"] == "error" and s, 10, lambda: hub.stream(identifier)
        )
        assert seen["reason"]["code"] == "config_invalid"
        assert seen["reason"]["params"]["field"].endswith(field.rpartition("/")[2])
    finally:
        hub.remove(identifier)


# --- kinds that are paths

PATHS = ("../../x", "/etc/passwd", "..", "clips/../../x", "%2e%2e%2fx", "..\\x", "file:///etc/passwd", "")


@pytest.mark.attack("A34", control=True)
@pytest.mark.parametrize("path", PATHS)
def test_a_name_that_is_a_path_is_refused_on_every_way(hub: InHub, path: str) -> None:
    before, step = hub.kept(), path.replace("~", "~0").replace("/", "~1")
    for wrong, field in (({"kind": path}, "/kind"), ({"sinks": {path: {}}}, f"/sinks/{step}"),
                         ({"analyzers": {path: {}}}, f"/analyzers/{step}")):  # fmt: skip
        first = create(hub, wrong)
        assert {pointer for pointer, _ in first} == {field}
        ways = WAYS if path in PATHS[:2] else WAYS[:-2]
        assert {way.__name__: way(hub, wrong) for way in ways} == {way.__name__: first for way in ways}
    assert hub.kept() == before
    (entry, *_) = until(lambda: hub.get("/api/audit-events?action=streams.import_refused&limit=1"), 5)
    assert (entry["result"], entry["data"]["entries"]) == ("refused", 1)
    out = hub.folder / "work" / hub.victim / "out"
    if path in PATHS[:4]:
        assert not (out / path).resolve().is_relative_to(out), "the control: as a folder of the sink it leads elsewhere"


@pytest.mark.attack("A34")
@pytest.mark.parametrize("path", PATHS[:-1])
def test_a_plugin_that_is_a_path_is_not_found(hub: InHub, path: str) -> None:
    quoted = path.replace("/", "%2F").replace("%2e", "%252e")
    for method, body in (("GET", None), ("PATCH", {"enabled": True})):
        answer = hub.api.request(method, f"/api/plugins/{quoted}", json=body, headers={"If-Match": "*"})
        assert answer.status_code == 404, answer.text
    assert hub.api.post(f"/api/plugins/{quoted}/test", json={}).status_code == 404
    assert CliRunner().invoke(cli, ["plugins", "enable", path], env=hub.environment).exit_code != 0


@pytest.mark.control("A34")
def test_a_plugin_that_is_there_is_found(hub: InHub) -> None:
    assert hub.get("/api/plugins/clips")["id"] == "clips"
    assert hub.api.post("/api/plugins/notes/test", json={}).json() == {"ok": True}


# --- names that are words for programs


@pytest.mark.attack("A03", control=True)
def test_a_name_is_no_word_for_a_program(hub: InHub) -> None:
    folder, marks = hub.folder.parent, [hub.folder.parent / f"mark{number}" for number in range(3)]
    paths = [
        Path(f'{folder}/a" -y {marks[0]} "b.mp4'),
        Path(f"{folder}/$(touch {marks[1]})'; touch {marks[2]} #%d.mp4"),
    ]
    names = [str(paths[0]), str(paths[1]), "-vf movie=/etc/passwd", "--config=/etc/passwd", "%(title)s {0} %d $HOME"]
    # The control: pasted into a line, the first is an option of FFmpeg and the others are run.
    assert shlex.split(f'ffmpeg -i "{paths[0]}"')[3:5] == ["-y", str(marks[0])]
    for quote in "\"'":
        subprocess.run(["/bin/sh", "-c", f"true -i {quote}{paths[1]}{quote}"], check=True)
    assert [mark.exists() for mark in marks] == [False, True, True]
    for mark in marks[1:]:
        mark.unlink()

    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(hub.film, path)
    settled = {"analyzers": {"motion": {}}, "sinks": {"clips": {"pre_roll_s": 0, "post_roll_s": 0}}, "enabled": True}
    streams = [hub.add(name, str(paths[n % 2]), external_key=name, tags=[name[:64]], **(settled if n < 2 else {}))
               for n, name in enumerate(names)]  # fmt: skip
    hub.active(*streams)
    for identifier, name in zip(streams, names, strict=True):
        assert hub.stream(identifier)["name"] == name
        made = hub.call("POST", f"/api/streams/{identifier}/snapshots", {"fresh": False})
        headers = hub.api.get(f"/api/snapshots/{made['id']}/image").headers
        assert not any(word in str(headers) for word in ("mp4", "movie", "config", "title"))
    until(lambda: all(any(e["clip_id"] for e in hub.events(stream=s)) for s in streams[:2]), 30, hub.events)
    running = [psutil.Process(hub.pid), *hub.children()]
    assert len(running) > 2
    assert not [p.cmdline() for p in running if any(name in word for word in p.cmdline() for name in names)]
    hub.remove(*streams)
    assert not any(mark.exists() for mark in marks)
    stored = [str(p.relative_to(hub.folder)) for kind in ("media", "work") for p in (hub.folder / kind).rglob("*.*")]
    ours = [path for path in stored if path.endswith((".jpg", ".mp4"))]
    assert {path.rpartition(".")[2] for path in ours} == {"jpg", "mp4"}
    assert [
        p for p in ours if not re.fullmatch(r"media/\w+/\d{4}/\d\d/\d\d/[0-9A-HJKMNP-TV-Z]{26}\.(jpg|mp4)", p)
    ] == []
    assert not [path for path in stored if any(word in path for word in ("mark", "movie", "title", "etc"))]


# --- settings that name programs

CODE = ("/tmp/evil.sh", "os:system", "$(id)", {"$file": "/etc/passwd"}, {"$env": "HOME"}, ["/bin/sh", "-c", "id"], True)
MADE_UP = ("ffmpeg", "ffmpeg_path", "python", "PATH", "LD_PRELOAD", "PYTHONPATH", "GLIMPSER_KEY_FILE", "plugins.ffmpeg",
           "ffmpeg.binary", "/key_file", "Key_File", "__class__", "_origins", "")  # fmt: skip
HARMLESS = {("access", "/geoip_file"): "a database that is read as one, and of which nothing but countries comes out"}
"""Settings of plugins that name a file."""
NAMING = re.compile(r"path|file|folder|command|cmd|exec|program|binary|script|argument|python|module|factory|template")


@pytest.mark.attack("A41", control=True)
def test_settings_name_no_program(hub: InHub) -> None:
    before = hub.get("/api/settings")
    fixed = [row["key"] for row in before if not row["changeable"]]
    assert {"key_file", "data_dir", "media_roots", "plugins", "egress_allow", "tls_key", "database_url"} <= set(fixed)
    for number, key in enumerate((*fixed, *MADE_UP)):
        for value in (CODE[0], CODE[1 + number % (len(CODE) - 1)]):
            answer = hub.api.patch("/api/settings", json={"event_retention_days": 7, key: value})
            assert answer.status_code in (409, 422), (key, value, answer.text)
    assert hub.get("/api/settings") == before, "nothing of it, and nothing that came with it"
    changed = hub.call("PATCH", "/api/settings", {"event_retention_days": 7})
    assert {row["key"]: row["value"] for row in changed}["event_retention_days"] == 7, "the control"


@pytest.mark.attack("A41", control=True)
def test_no_setting_that_can_be_changed_has_room_for_one(hub: InHub) -> None:
    rows = [row for row in hub.get("/api/settings") if row["changeable"]]
    assert len(rows) > 5
    for row in rows:
        assert "enum" in row["schema"] or row["schema"]["type"] in ("integer", "number", "boolean"), row
        for value in CODE:
            assert hub.api.patch("/api/settings", json={row["key"]: value}).status_code == 422, (row["key"], value)
        assert hub.api.patch("/api/settings", json={row["key"]: row["value"]}).status_code == 200, "the control"


@pytest.mark.attack("A41", control=True)
def test_what_was_written_into_the_database_is_no_setting_either(hub: InHub) -> None:
    with closing(sqlite3.connect(hub.database, timeout=30)) as rows, rows:
        rows.executemany("REPLACE INTO settings (key, value, version, updated_at) VALUES (?, ?, 1, '2026-01-01')",
                         [("key_file", '"/tmp/evil"'), ("media_roots", '["/"]'),
                          ("timezone", '"Europe/Berlin"')])  # fmt: skip
    hub.call("PATCH", "/api/settings", {"event_retention_days": 9})
    now = {row["key"]: row for row in hub.get("/api/settings")}
    assert (now["timezone"]["value"], now["timezone"]["source"]) == ("Europe/Berlin", "database"), "the control"
    assert (now["key_file"]["value"], now["key_file"]["source"]) == (None, "default")
    assert now["media_roots"]["value"] == [str(hub.folder.parent)]
    assert Settings.load(environment={"GLIMPSER_KEY_FILE": "/x", "GLIMPSER_DATA_DIR": "/y"}).key_file == Path("/x")


@pytest.mark.attack("A41", control=True)
def test_no_settings_of_plugins_and_streams_name_a_program(hub: InHub) -> None:
    schemas = {p["id"]: hub.get(f"/api/plugins/{p['id']}")["schema"] for p in hub.get("/api/plugins")}
    for kind in hub.get("/api/source-kinds"):
        schemas |= {kind["kind"]: kind["config"]}
        schemas |= {part["id"]: part["config"] for part in (*kind["analyzers"], *kind["sinks"])}
    found = {(name, pointer) for name, schema in schemas.items() if schema for pointer in _naming(schema)}
    assert found == set(HARMLESS)
    assert set(_naming({"properties": {"ffmpeg_binary": {"type": "string"}}})) == {"/ffmpeg_binary"}
    for field in ("factory", "model", "plugin", "program"):
        answer = hub.api.post("/api/streams", json=stream(**{field: "os:system"}))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, f"/{field}")


def _naming(schema: Any, pointer: str = "") -> Iterator[str]:
    """Fields that are text and sound as if they named a file or a program."""
    for name, inner in (schema.get("properties") or {}).items():
        options = [inner, *inner.get("anyOf", ())]
        free = any(o.get("type") in ("string", "array") and "enum" not in o for o in options)
        if (free and NAMING.search(name.lower())) or any("path" in o.get("format", "") for o in options):
            yield f"{pointer}/{name}"
        for option in (*options, inner.get("items", {})):
            yield from _naming(option, f"{pointer}/{name}")
