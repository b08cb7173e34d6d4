"""What the plugin registers, and its start and end in the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glimpser_sdk import (
    AnalyzerSpec,
    CommandSpec,
    ConfigSpec,
    EventTypeSpec,
    FrameWants,
    MetricSpec,
    ModelsSpec,
    PanelSpec,
    PermissionSpec,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    SourceSpec,
    hookimpl,
    lazy,
)

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Who the plugin is."""
    return PluginManifest(id="vane", title="Weather vane", description="Reads where the wind comes from.")


@hookimpl
def glimpser_config() -> ConfigSpec:
    """One setting for the whole hub."""
    return ConfigSpec(model=lazy("glimpser_vane.config:VaneConfig"))


@hookimpl
def glimpser_sources() -> list[SourceSpec]:
    """A picture of a vane."""
    return [
        SourceSpec(
            kind="vane",
            title="Weather vane",
            config=lazy("glimpser_vane.config:SourceConfig"),
            factory=lazy("glimpser_vane.source:VaneSource"),
            probe=False,
        )
    ]


@hookimpl
def glimpser_analyzers() -> list[AnalyzerSpec]:
    """What reads it."""
    return [
        AnalyzerSpec(
            id="vane",
            title="Weather vane",
            config=lazy("glimpser_vane.config:AnalyzerConfig"),
            factory=lazy("glimpser_vane.analyzer:VaneAnalyzer"),
            wants=FrameWants(format="gray", max_side=180, max_fps=2),
            emits=("vane.turned",),
        )
    ]


@hookimpl
def glimpser_event_types() -> list[EventTypeSpec]:
    """What people are told."""
    return [EventTypeSpec(type="vane.turned", title="The wind turned", text="{stream}: wind from {sector}.")]


@hookimpl
def glimpser_models() -> ModelsSpec:
    """A table of landmarks."""
    return ModelsSpec(modules=("glimpser_vane.models",), migrations="glimpser_vane.migrations")


@hookimpl
def glimpser_permissions() -> list[PermissionSpec]:
    """What the routes ask for."""
    return [
        PermissionSpec(id="vane.read", title="See landmarks", roles=frozenset({"admin", "operator", "viewer"})),
        PermissionSpec(id="vane.write", title="Add landmarks"),
    ]


@hookimpl
def glimpser_routers() -> list[RouterSpec]:
    """Routes to the landmarks."""
    return [
        RouterSpec(
            factory=lazy("glimpser_vane.routes:make"),
            routes=(
                RouteSpec(path="/landmarks", methods=("GET",), permission="vane.read"),
                RouteSpec(path="/landmarks", methods=("POST",), permission="vane.write"),
                RouteSpec(path="/landmarks/<float:bearing>", methods=("GET",), permission="vane.read"),
            ),
        )
    ]


@hookimpl
def glimpser_panels() -> list[PanelSpec]:
    """One panel in every slot that the dashboard has."""
    file = "glimpser_vane:panel/{}.js".format
    read = "vane.read"
    return [
        PanelSpec(
            slot="page", title="Landmarks", element="vane-page", module=file("page"), permission=read, icon="tag"
        ),
        PanelSpec(slot="wall.tile", title="Wind", element="vane-tile", module=file("tile"), permission=read),
        PanelSpec(slot="stream.tab", title="Wind", element="vane-tab", module=file("tab"), permission=read),
        PanelSpec(
            slot="event.detail",
            title="Compass",
            element="vane-event",
            module=file("event"),
            permission=read,
            match=("vane.turned",),
        ),
        PanelSpec(
            slot="config.field", title="Bearing", element="vane-field", module=file("field"), match=("vane-bearing",)
        ),
        PanelSpec(
            slot="settings.section", title="Landmarks", element="vane-section", module=file("section"), permission=read
        ),
        PanelSpec(
            slot="search.results", title="Landmarks", element="vane-found", module=file("found"), permission=read
        ),
        PanelSpec(slot="system.card", title="Weather vane", element="vane-card", module=file("card"), permission=read),
    ]


@hookimpl
def glimpser_metrics() -> list[MetricSpec]:
    """What is counted."""
    return [MetricSpec(name="pictures_total", kind="counter", help="Pictures that were drawn.")]


@hookimpl
def glimpser_commands() -> list[CommandSpec]:
    """``glimpser vane``."""
    return [CommandSpec(name="vane", help="Print the name of a bearing.", command=lazy("glimpser_vane.command:vane"))]


@hookimpl
async def glimpser_setup(ctx: HubContext) -> None:
    """North is a landmark from the first start on; who removes it is not given it again."""
    from .landmarks import add

    if not await ctx.kv.get("north_added", False):
        await add(ctx, "North", 0.0)
        await ctx.kv.set("north_added", True)


@hookimpl
async def glimpser_teardown(ctx: HubContext) -> None:
    """Leave a note of the last time the plugin ran."""
    await ctx.kv.set("stopped_at", ctx.clock.now().isoformat())
