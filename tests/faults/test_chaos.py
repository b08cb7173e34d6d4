"""Plugins that misbehave in every way that we know stop themselves or their own worker, and nothing else."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import chaos
from support.film import film
from support.hub import Hub, running, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]

IN_HUB = {
    "hang-import": "import_error", "exit-import": "import_error", "raise-import": "import_error",
    "hang-hook": "import_error", "exit-hook": "import_error", "raise-hook": "import_error",
    "wrong-hook": "incompatible", "hang-setup": "setup_retry", "exit-setup": "setup_retry",
    "raise-setup": "setup_retry", "not-ready-setup": "setup_retry", "fail-task": "degraded",
    "hang-thread": "running", "leak": "running", "flood": "running",
    "hang-teardown": "running", "raise-teardown": "running",
}  # fmt: skip
"""What is asked of a plugin in the hub, and the state that it comes to."""


def name_of(demand: str) -> str:
    return "chaos" + demand.replace("-", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chaos")


@pytest.fixture(scope="module")
def still(folder: Path) -> Path:
    return film(folder / "still.mp4", seconds=5, size=(160, 96))


def on_path(site: Path) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))}


@pytest.fixture(scope="module")
def broken(folder: Path) -> dict[str, str]:
    """An environment in which a plugin is installed for each way of failing in the hub."""
    site = folder / "broken"
    for demand in IN_HUB:
        chaos.install(site, name_of(demand), demand)
    return on_path(site)


# --- in the hub ----------------------------------------------------------------------------------------------------


def test_a_hub_full_of_broken_plugins_serves_names_each_and_stops(
    folder: Path, still: Path, broken: dict[str, str]
) -> None:
    hub = Hub(folder / "broken-hub", **broken)
    hub.key = Hub(folder / "broken-hub").enrol()  # with these plugins, each command that loads them waits for them
    began = time.monotonic()
    try:
        hub.start(timeout_s=110)
        print(f"ready after {time.monotonic() - began:.0f} s with {len(IN_HUB)} broken plugins")
        stream = hub.add("still", str(still), analyzers={"motion": {}})
        hub.active(stream)
        wrong = {}

        def states() -> dict[str, tuple[str, str]]:
            known = {plugin["id"]: plugin for plugin in hub.get("/api/plugins")}
            wrong.clear()
            for demand, state in IN_HUB.items():
                found = known[name_of(demand)]["state"]
                trying = found == "starting" and state == "setup_retry"
                if found != state and not trying:
                    wrong[demand] = known[name_of(demand)]["state"], known[name_of(demand)]["reason"]
            return wrong

        until(lambda: not states(), 10, lambda: wrong)
        for plugin in hub.get("/api/plugins"):
            if plugin["state"] in ("import_error", "incompatible", "setup_retry", "degraded"):
                assert plugin["reason"]["code"], plugin
                assert plugin["reason"]["params"] or plugin["reason"].get("text"), plugin
                assert plugin["stage"], plugin
            elif plugin["first_party"]:
                assert plugin["state"] == "running", plugin
        failed = {event["data"]["plugin"] for event in hub.events(type="plugin.failed")}
        assert {name_of(demand) for demand, state in IN_HUB.items() if state == "import_error"} <= failed
        flooded = hub.events(type="chaosflood.flood")
        assert flooded
        assert flooded[0]["data"]["plugin"] == "chaosflood"
        assert hub.stream(stream)["status"] == "active"
        began = time.monotonic()
        hub.get("/api/streams")
        print(f"a list of streams took {time.monotonic() - began:.2f} s while one plugin floods and one leaks")
        assert time.monotonic() - began < 2
        took = hub.stop()
        print(f"stopped after {took:.1f} s")
        assert took < 10
        assert hub.check_database() == "ok"
    finally:
        hub.kill()


@pytest.mark.serial
def test_the_list_is_quick_and_imports_nothing(folder: Path, broken: dict[str, str]) -> None:
    hub = Hub(folder / "listed", **broken)
    taken = []
    for _ in range(3):
        began = time.monotonic()
        said = hub.glimpser("plugins", "list")
        taken.append(time.monotonic() - began)
    print(f"glimpser plugins list: {min(taken):.2f} s with {len(IN_HUB)} broken plugins")
    assert min(taken) < 0.5
    for demand in IN_HUB:
        assert name_of(demand) in said


def test_safe_mode_starts_with_first_party_plugins_alone(folder: Path, broken: dict[str, str]) -> None:
    hub = Hub(folder / "safe", "--safe", **broken)
    hub.key = Hub(folder / "safe").enrol()  # as above
    try:
        hub.start()
        known = {plugin["id"]: plugin for plugin in hub.get("/api/plugins")}
        assert {known[name_of(demand)]["state"] for demand in IN_HUB} == {"disabled"}
        assert known["ffmpeg"]["state"] == "running"
    finally:
        hub.kill()


def test_each_command_works_beside_broken_plugins(folder: Path, broken: dict[str, str]) -> None:
    hub = Hub(folder / "commands", **broken)
    for arguments in (["--version"], ["--help"], ["plugins", "show", name_of("hang-import")],
                      ["plugins", "disable", name_of("hang-import")]):  # fmt: skip
        hub.glimpser(*arguments)
    done = subprocess.run([*hub.command, "plugins", "check", name_of("raise-import")], env=hub.environment,
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode != 0
    assert "chaosraiseimport" in done.stdout + done.stderr


# --- in a worker ---------------------------------------------------------------------------------------------------

APART = {
    "hang": ["source", "inline", "thread", "process", "sink"],
    "segfault": ["source", "inline", "sink"],
    "exit": ["source", "thread", "process"],
    "memory": ["source"],
    "hang-gil": ["source"],
}
"""Where a stream may misbehave so that its worker ends, by how: each as a plugin of its own, so in its own worker."""
TOGETHER = {
    "sys-exit": ["source", "inline", "thread", "process", "sink"],
    "raise": ["source", "inline", "thread", "process", "sink"],
    "raise-make": ["source", "inline", "thread", "process", "sink"],
    "wrong": ["inline", "thread", "process"],
}
"""The same where the worker goes on."""


def parts(plugin: str, place: str, mode: str) -> dict[str, Any]:
    """What makes a stream misbehave. A process that runs for a while is no failing one, so that begins at once."""
    if place == "source":
        return {"config": {"mode": mode}}
    if place == "sink":
        return {"sinks": {plugin: {"mode": mode}}}
    return {"analyzers": {f"{plugin}-{place}": {"mode": mode, "after_s": 0 if place == "process" else 1}}}


@pytest.fixture(scope="module")
def hub(folder: Path) -> Iterator[Hub]:
    site = folder / "well"
    chaos.install(site)
    for mode, places in APART.items():
        for place in places:
            chaos.install(site, name_of(place + mode))
    with running(folder / "hub", **on_path(site)) as started:
        yield started


@pytest.fixture(scope="module")
def healthy(hub: Hub, still: Path) -> Callable[[], None]:
    """Call it to check that a first-party stream did not notice anything."""
    stream = hub.add("healthy", str(still), analyzers={"motion": {}})
    until(lambda: hub.counters(stream)["connects"] == 1, 20, lambda: hub.stream(stream))
    generation, connects = hub.diagnostics(stream)["generation"], hub.counters(stream)["connects"]

    def check() -> None:
        assert hub.stream(stream)["status"] == "active"
        assert hub.diagnostics(stream)["generation"] == generation
        assert hub.counters(stream)["connects"] == connects, hub.events(stream=stream)

    return check


@pytest.fixture(autouse=True)
def clear(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves streams that misbehave to the next one."""
    yield
    if "healthy" in request.fixturenames:
        hub: Hub = request.getfixturevalue("hub")
        hub.remove(*(stream for stream, shown in hub.streams().items() if shown["name"] != "healthy"))


def add(hub: Hub, name: str, plugin: str = "chaos", **parts: Any) -> str:
    body = {"name": name, "kind": plugin, "config": {}, "analyzers": {}, "sinks": {}}
    return str(hub.call("POST", "/api/streams", body | parts)["id"])


def blamed(hub: Hub, stream: str) -> str:
    """How the hub says that the plugin is at fault on this stream; '' while it says nothing."""
    shown = hub.stream(stream)
    reason = shown["reason"] or {"code": "", "params": {}}
    if shown["suspect"]:
        return "stream.suspect"
    if reason["params"].get("plugin") == shown["kind"] or reason["code"] in ("stream.silent", "stream.no_frames"):
        return str(reason["code"])
    for event in hub.events(stream=stream):
        if event["data"].get("plugin") == shown["kind"]:
            return str(event["data"].get("code", event["type"]))
    return "suspect plugin" if hub.diagnostics(stream)["suspect_plugin"] == shown["kind"] else ""


@pytest.mark.timeout(240)
def test_misbehaviour_in_a_worker_is_told_and_harms_no_other_stream(hub: Hub, healthy: Callable[[], None]) -> None:
    ways = [(name_of(place + mode), place, mode) for mode, places in APART.items() for place in places]
    ways += [("chaos", place, mode) for mode, places in TOGETHER.items() for place in places]
    streams = {way: add(hub, " ".join(way[1:]), way[0], **parts(*way)) for way in ways}
    said: dict[tuple[str, str, str], str] = {}

    def told() -> bool:
        for way, stream in streams.items():
            if way not in said and (how := blamed(hub, stream)):
                said[way] = how
        return len(said) == len(ways)

    def waiting() -> list[Any]:
        return [(way[1:], hub.stream(stream)["status"], hub.stream(stream)["reason"])
                for way, stream in streams.items() if way not in said]  # fmt: skip

    began = time.monotonic()
    try:
        until(told, 200, waiting)
    finally:
        for (_, place, mode), how in said.items():
            print(f"{place} {mode}: {how}")
        print(f"all told after {time.monotonic() - began:.0f} s")
        hub.remove(*streams.values())
    healthy()
    crashed = [event for event in hub.events(type="worker.crashed") if event["data"]["code"] != "worker.stuck"]
    assert {event["data"]["code"] for event in crashed} >= {"worker.crashed", "worker.memory", "worker.silent"}
    assert all("chaos" in event["data"]["group"] for event in crashed)


def test_a_source_that_ignores_being_closed_stops_all_the_same(hub: Hub, healthy: Callable[[], None]) -> None:
    good = add(hub, "good")
    bad = add(hub, "stubborn", config={"mode": "ignore-stop", "after_s": 0})
    hub.active(good, bad)
    generation = hub.diagnostics(good)["generation"]
    hub.call("POST", f"/api/streams/{bad}/stop")
    until(lambda: hub.stream(bad)["status"] == "inactive", 15, lambda: hub.stream(bad))
    assert hub.diagnostics(good)["generation"] == generation
    hub.active(good)
    healthy()


def test_floods_drown_nobody(hub: Hub, healthy: Callable[[], None]) -> None:
    good = add(hub, "good")
    hub.active(good)
    flooding = [
        add(hub, "pictures", config={"mode": "flood", "after_s": 0}),
        add(hub, "observations", analyzers={"chaos-inline": {"mode": "flood", "after_s": 0}}),
        add(hub, "threads", config={"mode": "threads", "after_s": 0}),
    ]
    slowest = 0.0
    for _ in range(20):
        began = time.monotonic()
        hub.get("/api/streams")
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.25)
    print(f"the slowest list of streams took {slowest:.2f} s")
    assert slowest < 3
    healthy()
    hub.remove(*flooding)
    hub.active(good, timeout_s=45)
