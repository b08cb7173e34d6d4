"""What one plugin contributes: its hooks checked, called, and what they return gathered. Core and test kit share it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pluggy

from . import hookspecs
from .errors import GlimpserError
from .specs import (
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
    SearchSpec,
    SinkSpec,
    SourceSpec,
)

ASYNC_ALLOWED = frozenset({"glimpser_setup", "glimpser_teardown"})

_MANY: dict[str, type] = {
    "sources": SourceSpec,
    "analyzers": AnalyzerSpec,
    "sinks": SinkSpec,
    "auth_backends": AuthBackendSpec,
    "routers": RouterSpec,
    "front_ends": FrontEndSpec,
    "panels": PanelSpec,
    "search": SearchSpec,
    "event_types": EventTypeSpec,
    "permissions": PermissionSpec,
    "metrics": MetricSpec,
    "commands": CommandSpec,
}
_ONE: dict[str, type] = {"manifest": PluginManifest, "config": ConfigSpec, "models": ModelsSpec}

Hook = Callable[..., Any]


class ContractBroken(GlimpserError):
    """The plugin does not keep to what the SDK asks of it. The message names what and where."""

    default_code = "plugin.contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """All that one plugin's registration hooks returned."""

    manifest: PluginManifest
    config: ConfigSpec | None = None
    models: ModelsSpec | None = None
    sources: tuple[SourceSpec, ...] = ()
    analyzers: tuple[AnalyzerSpec, ...] = ()
    sinks: tuple[SinkSpec, ...] = ()
    auth_backends: tuple[AuthBackendSpec, ...] = ()
    routers: tuple[RouterSpec, ...] = ()
    front_ends: tuple[FrontEndSpec, ...] = ()
    panels: tuple[PanelSpec, ...] = ()
    search: tuple[SearchSpec, ...] = ()
    event_types: tuple[EventTypeSpec, ...] = ()
    permissions: tuple[PermissionSpec, ...] = ()
    metrics: tuple[MetricSpec, ...] = ()
    commands: tuple[CommandSpec, ...] = ()
    hooks: dict[str, pluggy.HookImpl] = field(default_factory=dict, repr=False, compare=False)


def new_manager() -> pluggy.PluginManager:
    """pluggy with the SDK's hooks. Hooks are never called through it, because there the first error ends the call for
    all plugins; it is used to check implementations."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def register(manager: pluggy.PluginManager, plugin_id: str, module: Any) -> list[str]:
    """Check and register the hooks of an imported plugin; returns warnings. ContractBroken when one is not allowed."""
    _refuse_new_hooks(module)
    try:
        manager.register(module, name=plugin_id)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise ContractBroken(str(error)) from error
    warnings = []
    for hook in vars(manager.hook).values():
        for implementation in _of_plugin(hook, plugin_id):
            _refuse_kind(hook.name, implementation)
            if not hook.has_spec():
                warnings.append(f"{hook.name} is no hook of this version and is ignored")
    return warnings


def collect(manager: pluggy.PluginManager, plugin_id: str) -> Contribution:
    """Call every registration hook of one plugin. Its exceptions come through; ContractBroken for wrong results."""
    hooks = {
        name: implementation
        for name, hook in vars(manager.hook).items()
        if isinstance(hook, pluggy.HookCaller) and hook.has_spec()
        for implementation in _of_plugin(hook, plugin_id)
    }
    found: dict[str, Any] = {}
    for name, kind in _ONE.items():
        if implementation := hooks.get(f"glimpser_{name}"):
            found[name] = _one(implementation, f"glimpser_{name}", kind)
    for name, kind in _MANY.items():
        if implementation := hooks.get(f"glimpser_{name}"):
            found[name] = _many(implementation, f"glimpser_{name}", kind)
    if found.get("manifest") is None:
        raise ContractBroken("it has no glimpser_manifest; implement it with @hookimpl in the entry module")
    return Contribution(hooks=hooks, **found)


def call(implementation: pluggy.HookImpl, **arguments: Any) -> Any:
    """Call one hook implementation with those of the arguments it wants."""
    return implementation.function(*(arguments[name] for name in implementation.argnames))


def _of_plugin(hook: Any, plugin_id: str) -> list[pluggy.HookImpl]:
    if not isinstance(hook, pluggy.HookCaller):
        return []
    return [i for i in hook.get_hookimpls() if i.plugin_name == plugin_id]


def _refuse_new_hooks(module: Any) -> None:
    marker = f"{hookspecs.PROJECT}_spec"
    for name in dir(module):
        function = inspect.getattr_static(module, name)
        if inspect.isfunction(function) and hasattr(function, marker) and not hasattr(hookspecs, name):
            raise ContractBroken(f"{name}: a plugin cannot add hooks (firstresult or other)")


def _refuse_kind(name: str, implementation: pluggy.HookImpl) -> None:
    function = implementation.function
    if implementation.hookwrapper or implementation.wrapper:
        raise ContractBroken(f"{name}: hook wrappers are not allowed")
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        raise ContractBroken(f"{name}: a hook returns its result; it cannot yield")
    if inspect.iscoroutinefunction(function) and name not in ASYNC_ALLOWED:
        raise ContractBroken(f"{name}: this hook cannot be async; only {' and '.join(sorted(ASYNC_ALLOWED))} can")


def _one(implementation: pluggy.HookImpl, name: str, kind: type) -> Any:
    result = call(implementation)
    if result is not None and not isinstance(result, kind):
        raise ContractBroken(f"{name} must return a {kind.__name__}, not {type(result).__name__}")
    return result


def _many(implementation: pluggy.HookImpl, name: str, kind: type) -> tuple[Any, ...]:
    result = call(implementation)
    if not isinstance(result, list | tuple):
        raise ContractBroken(f"{name} must return a list of {kind.__name__}, not {type(result).__name__}")
    for item in cast("list[Any]", result):
        if not isinstance(item, kind):
            raise ContractBroken(f"{name} must return a list of {kind.__name__}; one item is {type(item).__name__}")
    return tuple(result)
