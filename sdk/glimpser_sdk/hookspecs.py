"""The hooks. Each is synchronous, called once at start-up, and returns frozen specs; nothing else happens in it.

Implement a hook in the module that the plugin's entry point names (group ``glimpser.plugins``), marked with
``@hookimpl``. Arguments you do not need may be left out. ``firstresult``, wrappers and async hooks are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from .contexts import HubContext
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

PROJECT = "glimpser"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def glimpser_manifest() -> PluginManifest:  # type: ignore[empty-body]
    """Who the plugin is. The only hook every plugin must implement; its id must be the entry point's name."""


@hookspec
def glimpser_config() -> ConfigSpec:  # type: ignore[empty-body]
    """The plugin's own settings, one document for the whole hub."""


@hookspec
def glimpser_sources() -> list[SourceSpec]:  # type: ignore[empty-body]
    """Kinds of streams the plugin can watch. Factories run in a worker."""


@hookspec
def glimpser_analyzers() -> list[AnalyzerSpec]:  # type: ignore[empty-body]
    """Analyzers that streams may use. Factories run in a worker."""


@hookspec
def glimpser_sinks() -> list[SinkSpec]:  # type: ignore[empty-body]
    """Sinks that streams may use. Factories run in a worker."""


@hookspec
def glimpser_auth_backends() -> list[AuthBackendSpec]:  # type: ignore[empty-body]
    """Ways to sign in. Factories run in the hub."""


@hookspec
def glimpser_routers() -> list[RouterSpec]:  # type: ignore[empty-body]
    """Routes of the plugin, each with its permission. A route that is not declared stops the plugin."""


@hookspec
def glimpser_front_ends() -> list[FrontEndSpec]:  # type: ignore[empty-body]
    """Web pages in place of the built-in ones: at most one."""


@hookspec
def glimpser_panels() -> list[PanelSpec]:  # type: ignore[empty-body]
    """Parts of the web pages, shown where the front end has a place for them."""


@hookspec
def glimpser_search() -> list[SearchSpec]:  # type: ignore[empty-body]
    """What the hub's search finds beside streams, events, users and settings."""


@hookspec
def glimpser_event_types() -> list[EventTypeSpec]:  # type: ignore[empty-body]
    """Types of events the plugin's analyzers emit or its code publishes."""


@hookspec
def glimpser_models() -> ModelsSpec:  # type: ignore[empty-body]
    """Tables of the plugin, with migrations. No relation may point to the core's tables."""


@hookspec
def glimpser_permissions() -> list[PermissionSpec]:  # type: ignore[empty-body]
    """Permissions that the plugin's routes need, beside the core's."""


@hookspec
def glimpser_metrics() -> list[MetricSpec]:  # type: ignore[empty-body]
    """Metrics the plugin counts through its context."""


@hookspec
def glimpser_commands() -> list[CommandSpec]:  # type: ignore[empty-body]
    """Commands added to ``glimpser``."""


@hookspec
def glimpser_setup(ctx: HubContext) -> None:
    """Start what the plugin needs in the hub; may be async. Has 30 s; NotReady is retried in the background."""


@hookspec
def glimpser_teardown(ctx: HubContext) -> None:
    """Stop what setup started; may be async. Has 5 s."""
