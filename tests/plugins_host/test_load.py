"""Broken plugins as they come: each stops only itself, and says why."""

from __future__ import annotations

import time
from typing import Any

import pytest

from glimpser.plugins.decide import Policy
from glimpser.plugins.discover import discover
from glimpser.plugins.host import PluginHost
from glimpser.plugins.registry import CoreNames
from glimpser.plugins.state import Plugin, Stage, State

LAZY = 'lazy("a.b:C")'
SINK = f"""
@hookimpl
def glimpser_sinks():
    return [SinkSpec(id="{{}}", title="t", config={LAZY}, factory={LAZY})]
"""
NEEDS = """
@hookimpl
def glimpser_manifest():
    return PluginManifest(id={!r}, title="t", requires=frozenset({!r}))
"""


@pytest.fixture
def load(site: Any) -> Any:
    """Load what the site holds and return the plugins by id; the good neighbour must always survive."""

    def go(core: CoreNames | None = None, seconds: float = 10, **policy: Any) -> PluginHost:
        names = {path.name for path in site.folder.iterdir()}
        if "glimpser_neighbour" not in names:
            site.add("neighbour")
        search = lambda: [i for i in discover() if str(site.folder) in str(i.entry.dist._path)]  # noqa: E731
        host = PluginHost(Policy(**policy), core=core, search=search, import_seconds=seconds)
        host.load()
        assert policy or host.plugins["neighbour"].alive
        return host

    return go


def failed(host: PluginHost, plugin_id: str, state: State, *words: str) -> Plugin:
    plugin = host.plugins[plugin_id]
    assert plugin.state is state, plugin
    for word in words:
        assert word in plugin.message, plugin.message
    assert plugin.reason is not None
    assert "." in plugin.reason.code
    return plugin


def test_a_good_plugin_offers_what_it_declares(site: Any, load: Any) -> None:
    site.add(
        "good",
        site.manifest(
            "good",
            f"""
            @hookimpl
            def glimpser_sources():
                return [SourceSpec(kind="good", title="Good", config={LAZY}, factory={LAZY})]
            @hookimpl
            def glimpser_event_types():
                return [EventTypeSpec(type="good.seen", title="Seen")]
            """,
        ),
    )
    host = load()
    assert host.plugins["good"].state is None
    assert host.registry.sources["good"].plugin == "good"
    assert host.registry.event_types["good.seen"].spec.title == "Seen"
    with pytest.raises(TypeError):
        host.registry.sources["x"] = None


@pytest.mark.parametrize(
    ("source", "state", "stage", "words"),
    [
        ("raise RuntimeError('no luck')", State.IMPORT_ERROR, Stage.IMPORT, ["RuntimeError", "no luck"]),
        ("import sys; sys.exit(3)", State.IMPORT_ERROR, Stage.IMPORT, ["SystemExit"]),
        ("raise KeyboardInterrupt", State.IMPORT_ERROR, Stage.IMPORT, ["KeyboardInterrupt"]),
        ("import nothing_like_it", State.IMPORT_ERROR, Stage.IMPORT, ["nothing_like_it"]),
        ("def f(:", State.IMPORT_ERROR, Stage.IMPORT, ["SyntaxError"]),
        ("x = 1", State.INCOMPATIBLE, Stage.COLLECT, ["glimpser_manifest"]),
    ],
)
def test_broken_entry_modules(site: Any, load: Any, source: str, state: State, stage: Stage, words: list[str]) -> None:
    site.add("broken", source)
    plugin = failed(load(), "broken", state, *words)
    assert plugin.stage is stage
    assert plugin.traceback
    assert plugin.durations[Stage.IMPORT] >= 0


@pytest.mark.parametrize(
    ("hook", "state", "words"),
    [
        ("@hookimpl\ndef glimpser_sources():\n    raise ValueError('in a hook')", State.IMPORT_ERROR, ["in a hook"]),
        ("@hookimpl\ndef glimpser_sources():\n    raise SystemExit(1)", State.IMPORT_ERROR, ["SystemExit"]),
        ("@hookimpl\nasync def glimpser_sources():\n    return []", State.INCOMPATIBLE, ["async", "glimpser_sources"]),
        ("@hookimpl\ndef glimpser_sources():\n    yield 1", State.INCOMPATIBLE, ["yield"]),
        ("@hookimpl(wrapper=True)\ndef glimpser_sources():\n    return (yield)", State.INCOMPATIBLE, ["wrapper"]),
        ("@hookimpl(hookwrapper=True)\ndef glimpser_sources():\n    yield", State.INCOMPATIBLE, ["wrapper"]),
        (
            "from glimpser_sdk import hookspec\n@hookspec(firstresult=True)\ndef glimpser_mine(): ...",
            State.INCOMPATIBLE,
            ["firstresult", "glimpser_mine"],
        ),
        ("@hookimpl\ndef glimpser_sources(camera):\n    return []", State.INCOMPATIBLE, ["camera"]),
        ("@hookimpl\ndef glimpser_sources():\n    return None", State.INCOMPATIBLE, ["list of SourceSpec", "NoneType"]),
        ("@hookimpl\ndef glimpser_sources():\n    return [1]", State.INCOMPATIBLE, ["int"]),
        ("@hookimpl\ndef glimpser_config():\n    return {}", State.INCOMPATIBLE, ["ConfigSpec", "dict"]),
        (
            "@hookimpl\ndef glimpser_event_types():\n    return [EventTypeSpec(type='other.seen', title='')]",
            State.INCOMPATIBLE,
            ["other.seen", "'bad.'"],
        ),
        (
            "@hookimpl\ndef glimpser_permissions():\n    return [PermissionSpec(id='users.delete', title='')]",
            State.INCOMPATIBLE,
            ["users.delete"],
        ),
        (
            "@hookimpl\ndef glimpser_routers():\n    return [RouterSpec(factory=lazy('a:b'), "
            "routes=(RouteSpec(path='/x', methods=('GET',), permission=''),))]",
            State.INCOMPATIBLE,
            ["GET /x", "no permission"],
        ),
    ],
)
def test_broken_hooks(site: Any, load: Any, hook: str, state: State, words: list[str]) -> None:
    site.add("bad", site.manifest("bad") + hook + "\n")
    failed(load(), "bad", state, *words)


def test_an_unknown_hook_is_a_warning(site: Any, load: Any) -> None:
    site.add("future", site.manifest("future", "@hookimpl\ndef glimpser_holograms():\n    return []\n"))
    plugin = load().plugins["future"]
    assert plugin.state is None
    assert any("glimpser_holograms" in warning for warning in plugin.warnings)


def test_a_hang_at_import_is_left_behind_and_its_place_named(site: Any, load: Any) -> None:
    site.add("hang", "import threading\nthreading.Event().wait(60)\n")
    started = time.monotonic()
    plugin = failed(load(seconds=0.3), "hang", State.IMPORT_ERROR, "0.3 s", "glimpser_hang/plugin.py:2")
    assert time.monotonic() - started < 5
    assert plugin.stage is Stage.IMPORT


def test_the_manifest_must_agree_with_the_entry_point(site: Any, load: Any) -> None:
    site.add("one", site.manifest("two"))
    failed(load(), "one", State.INCOMPATIBLE, "'one'", "'two'")


@pytest.mark.parametrize("plugin_id", ["Upper", "core", "a_b", "x" * 41])
def test_ids_that_are_none(site: Any, load: Any, plugin_id: str) -> None:
    site.add(plugin_id, dist="glimpser-strange")
    failed(load(), plugin_id, State.INCOMPATIBLE, "glimpser-strange", "plugin id")


def test_two_distributions_of_one_id_are_both_named(site: Any, load: Any) -> None:
    site.add("twin", dist="glimpser-twin-a")
    site.add("twin", dist="glimpser-twin-b")
    failed(load(), "twin", State.BLOCKED, "glimpser-twin-a", "glimpser-twin-b")


@pytest.mark.parametrize("wanted", [">=9", "<0.1", "!=0.1.0"])
def test_another_sdk_range_is_refused_before_the_import(site: Any, load: Any, wanted: str) -> None:
    package = site.add("old", "raise RuntimeError('imported')", requires=(f"glimpser-sdk{wanted}",))
    plugin = failed(load(), "old", State.INCOMPATIBLE, wanted, "0.1.0")
    assert plugin.stage is Stage.DECIDE
    import sys

    assert f"{package}.plugin" not in sys.modules


def test_no_sdk_range_is_a_warning(site: Any, load: Any) -> None:
    site.add("vague", requires=())
    plugin = load().plugins["vague"]
    assert plugin.state is None
    assert plugin.warnings


def test_requires_is_followed_through(site: Any, load: Any) -> None:
    site.add("a", site.manifest("a") + NEEDS.format("a", {"b"}))
    site.add("b", site.manifest("b") + NEEDS.format("b", {"absent"}))
    site.add("c", site.manifest("c") + NEEDS.format("c", {"neighbour"}))
    host = load()
    failed(host, "a", State.BLOCKED, "'b'")
    failed(host, "b", State.BLOCKED, "'absent'")
    assert host.plugins["c"].alive
    order = [plugin.id for plugin in host.alive()]
    assert order.index("neighbour") < order.index("c")


def test_a_taken_name_blocks_the_later_plugin_and_names_both(site: Any, load: Any) -> None:
    hook = SINK.format("clips")
    site.add("first", site.manifest("first") + hook)
    site.add("later", site.manifest("later") + hook)
    host = load()
    failed(host, "later", State.BLOCKED, "'first'", "'later'", "sink 'clips'")
    assert host.registry.sinks["clips"].plugin == "first"


def test_the_core_keeps_its_names(site: Any, load: Any) -> None:
    hook = f"@hookimpl\ndef glimpser_commands():\n    return [CommandSpec(name='run', help='h', command={LAZY})]\n"
    site.add("rude", site.manifest("rude") + hook)
    failed(load(CoreNames(commands=frozenset({"run"}))), "rude", State.BLOCKED, "the core", "command 'run'")


def test_an_analyzer_needs_what_it_names(site: Any, load: Any) -> None:
    hook = (
        "@hookimpl\ndef glimpser_analyzers():\n    return [AnalyzerSpec(id='ocr', title='t', "
        f"config={LAZY}, factory={LAZY}, after='motion', emits=('ocr.text',))]\n"
    )
    site.add("ocr", site.manifest("ocr") + hook)
    failed(load(), "ocr", State.BLOCKED, "analyzer 'motion'", "event type 'ocr.text'")


def test_a_failed_migration_takes_the_plugin_and_its_dependents_out(site: Any, load: Any) -> None:
    needs = NEEDS.format("top", {"base"})
    hook = SINK.format("s")
    site.add("base", site.manifest("base") + hook)
    site.add("top", site.manifest("top") + needs)
    host = load()
    assert "s" in host.registry.sinks
    host.fail("base", Stage.MIGRATE, RuntimeError("no such column"))
    failed(host, "base", State.MIGRATION_ERROR, "no such column")
    failed(host, "top", State.BLOCKED, "'base'")
    assert "s" not in host.registry.sinks


def test_policies(site: Any, load: Any) -> None:
    site.add("motion", dist="glimpser-motion")
    site.add("other")
    states = lambda host: {p.id: p.state for p in host.plugins.values() if p.state}  # noqa: E731
    disabled = State.DISABLED
    assert states(load(safe=True)) == {"other": disabled, "neighbour": disabled}
    assert states(load(enabled={"other": False})) == {"other": disabled}
    assert states(load(allow=frozenset({"other"}), enabled={"other": False})) == {
        "motion": disabled,
        "neighbour": disabled,
    }


def test_messages_stay_on_one_line(site: Any, load: Any) -> None:
    site.add("broken", r"raise RuntimeError('a\nready http://x\x1b[31m')")
    plugin = failed(load(), "broken", State.IMPORT_ERROR)
    assert plugin.message == r"RuntimeError: a ready http://x\x1b[31m"
