"""Every hook: documented, used by a plugin of this repository, and tested here by its name."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from glimpser_sdk import (
    AnalyzerSpec,
    AuthBackendSpec,
    CommandSpec,
    ConfigSpec,
    EventTypeSpec,
    FrontEndSpec,
    MetricSpec,
    ModelsSpec,
    PanelSpec,
    PermissionSpec,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    SearchSpec,
    SinkSpec,
    SourceSpec,
    hookimpl,
    hookspec,
    hookspecs,
    lazy,
)
from glimpser_sdk.contributions import ContractBroken, Contribution, call, collect, new_manager, register
from glimpser_sdk.rules import check_contribution

ROOT = Path(__file__).parents[2]
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if hasattr(hook, "glimpser_spec")}
THING = lazy("package.module:Thing")

MANIFEST = PluginManifest(id="vane", title="Vane")
SOURCE = SourceSpec(kind="vane", title="Vane", config=THING, factory=THING)
ANALYZER = AnalyzerSpec(id="vane", title="Vane", config=THING, factory=THING)
SINK = SinkSpec(id="vane", title="Vane", config=THING, factory=THING)
BACKEND = AuthBackendSpec(id="vane", title="Vane", kind="password", factory=THING)
ROUTE = RouteSpec(path="/wind", methods=("GET",), permission="vane.read")


def plugin(**hooks: Callable[..., Any]) -> Any:
    """An entry module with a manifest and these hooks."""
    module = SimpleNamespace(glimpser_manifest=hookimpl(lambda: MANIFEST))
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def contribution(**results: Any) -> Contribution:
    """What a plugin contributes whose hooks return these."""
    module = plugin(**{f"glimpser_{name}": (lambda result=result: result) for name, result in results.items()})
    manager = new_manager()
    assert register(manager, "vane", module) == []
    return collect(manager, "vane")


def many(name: str, *items: Any) -> None:
    """A hook that returns a list: what it gives, that the list may be empty, and what else is refused."""
    found = contribution(**{name: list(items)})
    assert getattr(found, name) == items
    check_contribution("vane", found)
    assert getattr(contribution(**{name: []}), name) == ()
    for nonsense in (None, items[0], "text", [object()], [*items, None]):
        with pytest.raises(ContractBroken, match=f"glimpser_{name} must return a list of {type(items[0]).__name__}"):
            contribution(**{name: nonsense})


def one(name: str, item: Any) -> None:
    """A hook that returns one thing."""
    assert getattr(contribution(**{name: item}), name) == item
    with pytest.raises(ContractBroken, match=f"glimpser_{name} must return a {type(item).__name__}"):
        contribution(**{name: [item]})


def faults(**results: Any) -> str:
    """Why a contribution is refused."""
    with pytest.raises(ContractBroken) as caught:
        check_contribution("vane", contribution(**results))
    return str(caught.value)


def test_glimpser_manifest() -> None:
    one("manifest", MANIFEST)
    manager = new_manager()
    register(manager, "vane", SimpleNamespace())
    with pytest.raises(ContractBroken, match="it has no glimpser_manifest"):
        collect(manager, "vane")
    assert "must be the same" in faults(manifest=PluginManifest(id="other", title="Vane"))
    assert "no title" in faults(manifest=PluginManifest(id="vane", title=" "))


def test_glimpser_config() -> None:
    one("config", ConfigSpec(model=THING, version=2, migrate=lambda old, version: {**old, "from": version}))


def test_glimpser_sources() -> None:
    many("sources", SOURCE)
    assert "occurs 2 times" in faults(sources=[SOURCE, SOURCE])
    assert "has no feeds" in faults(sources=[SourceSpec(kind="a", title="A", config=THING, factory=THING, feeds=())])


def test_glimpser_analyzers() -> None:
    many("analyzers", ANALYZER)
    looped = AnalyzerSpec(id="vane", title="Vane", config=THING, factory=THING, after="vane", max_batch=0)
    assert "cannot run after itself" in faults(analyzers=[looped])
    assert "max_batch must be at least 1" in faults(analyzers=[looped])


def test_glimpser_sinks() -> None:
    many("sinks", SINK)
    assert "must match" in faults(sinks=[SinkSpec(id="No Name", title="", config=THING, factory=THING)])


def test_glimpser_auth_backends() -> None:
    many("auth_backends", BACKEND)


def test_glimpser_routers() -> None:
    many("routers", RouterSpec(factory=THING, routes=(ROUTE,)))
    bad = RouteSpec(path="wind", methods=("FETCH",), permission="")
    said = faults(routers=[RouterSpec(factory=THING, routes=(bad,))])
    assert "declares no permission" in said
    assert "must start with '/'" in said
    assert "must use methods out of" in said


def test_glimpser_event_types() -> None:
    many("event_types", EventTypeSpec(type="vane.turned", title="Turned"))
    assert "must start with 'vane.'" in faults(event_types=[EventTypeSpec(type="motion.detected", title="Motion")])


def test_glimpser_models() -> None:
    one("models", ModelsSpec(modules=("glimpser_vane.models",), migrations="glimpser_vane.migrations"))


def test_glimpser_permissions() -> None:
    many("permissions", PermissionSpec(id="vane.read", title="See"))
    assert "must start with 'vane.'" in faults(permissions=[PermissionSpec(id="users.manage", title="All")])


def test_glimpser_metrics() -> None:
    many("metrics", MetricSpec(name="turns_total", kind="counter", help="Turns."))
    gauge: Any = "gauge"
    assert "must be a counter" in faults(metrics=[MetricSpec(name="angle", kind=gauge, help="Degrees.")])


def test_glimpser_front_ends() -> None:
    front = FrontEndSpec(files="glimpser_vane:static", paths=("/review",), beside=("sw.js",))
    many("front_ends", front)
    assert "a hub shows one" in faults(front_ends=[front, front])
    assert "must be written package:folder" in faults(front_ends=[FrontEndSpec(files="../static")])
    assert "must be a file of its folder" in faults(front_ends=[FrontEndSpec(files="x:y", beside=("a/sw.js",))])
    assert "must start with '/'" in faults(front_ends=[FrontEndSpec(files="x:y", paths=("review",))])


def test_glimpser_panels() -> None:
    panel = PanelSpec(slot="stream.tab", title="Vane", element="vane-tab", module="glimpser_vane:panels/tab.js")
    many("panels", panel)
    assert "must start with 'vane-'" in faults(panels=[replace(panel, element="other-tab")])
    assert "occurs 2 times" in faults(panels=[panel, panel])
    assert "must be written" in faults(panels=[replace(panel, module="x:../tab.js")])
    assert "match goes with" in faults(panels=[replace(panel, slot="config.field")])


def test_glimpser_search() -> None:
    spec = SearchSpec(title="Winds", permission="streams.view", find=THING)
    many("search", spec)
    assert "needs a title" in faults(search=[replace(spec, title=" ")])
    for permission in ("", "vane.read"):
        assert "must ask for a permission that is declared" in faults(search=[replace(spec, permission=permission)])


def test_glimpser_commands() -> None:
    many("commands", CommandSpec(name="vane", help="Turn.", command=THING))


@pytest.mark.parametrize("name", ["glimpser_setup", "glimpser_teardown"])
def test_glimpser_setup_and_glimpser_teardown(name: str) -> None:
    ran: list[Any] = []

    async def later(ctx: Any) -> None:
        ran.append(ctx)

    manager = new_manager()
    register(manager, "now", plugin(**{name: lambda ctx: ran.append(ctx)}))
    register(manager, "later", plugin(**{name: later}))
    register(manager, "alone", plugin(**{name: lambda: ran.append("no argument")}))
    call(collect(manager, "now").hooks[name], ctx="context")
    asyncio.run(call(collect(manager, "later").hooks[name], ctx="context"))
    call(collect(manager, "alone").hooks[name], ctx="context")
    assert ran == ["context", "context", "no argument"]


def test_hooks_that_are_no_plain_functions_are_refused() -> None:
    async def later() -> PluginManifest:
        return MANIFEST

    def endless() -> Any:
        yield MANIFEST

    for function, complaint in ((later, "cannot be async"), (endless, "cannot yield")):
        with pytest.raises(ContractBroken, match=complaint):
            register(new_manager(), "vane", SimpleNamespace(glimpser_manifest=hookimpl(function)))
    wrapper = hookimpl(wrapper=True)(endless)
    with pytest.raises(ContractBroken, match="wrappers are not allowed"):
        register(new_manager(), "vane", SimpleNamespace(glimpser_manifest=wrapper))
    with pytest.raises(ContractBroken, match="cannot add hooks"):
        register(new_manager(), "vane", SimpleNamespace(glimpser_new=hookspec(firstresult=True)(lambda: None)))


def test_a_hook_of_another_version_is_told_and_ignored() -> None:
    module = plugin(glimpser_future=lambda: None)
    assert register(new_manager(), "vane", module) == ["glimpser_future is no hook of this version and is ignored"]


def test_an_argument_that_a_hook_does_not_have_is_refused() -> None:
    with pytest.raises(ContractBroken):
        register(new_manager(), "vane", plugin(glimpser_sources=lambda hub: []))


def test_specs_are_frozen_and_named_by_keyword() -> None:
    for spec in (MANIFEST, SOURCE, ANALYZER, SINK, BACKEND, ROUTE):
        first = fields(spec)[0].name
        with pytest.raises(FrozenInstanceError):
            setattr(spec, first, "changed")
        with pytest.raises(TypeError):
            type(spec)("by position")


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_documented(name: str) -> None:
    assert name.startswith("glimpser_")
    assert inspect.getdoc(HOOKS[name])
    assert "return" in HOOKS[name].__annotations__


def test_every_hook_is_tested_by_name() -> None:
    tested = " ".join(name for name in globals() if name.startswith("test_glimpser"))
    assert [name for name in HOOKS if name not in tested] == []


def test_every_hook_is_used_by_a_plugin_of_this_repository() -> None:
    entry_modules = [*ROOT.glob("plugins/*/glimpser_*/plugin.py"), *ROOT.glob("examples/*/glimpser_*/plugin.py")]
    if not entry_modules:
        pytest.skip("the plugins are not beside the SDK")
    used = {
        node.name
        for path in entry_modules
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert sorted(HOOKS.keys() - used) == []
