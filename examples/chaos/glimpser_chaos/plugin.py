"""What the plugin registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glimpser_sdk import (
    AnalyzerSpec,
    EventTypeSpec,
    FrameWants,
    MetricSpec,
    PluginManifest,
    SinkSpec,
    SourceSpec,
    hookimpl,
    lazy,
)

from .demands import asked, misbehave

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

misbehave("import")


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Chaos."""
    return PluginManifest(id="chaos", title="Chaos", description="Misbehaves on demand.")


@hookimpl
def glimpser_sources() -> list[SourceSpec]:
    """Generated pictures. The hook is the one that misbehaves."""
    misbehave("hook")
    if asked("wrong-hook"):
        return ["nonsense"]  # type: ignore[list-item]
    return [
        SourceSpec(
            kind="chaos",
            title="Chaos",
            config=lazy("glimpser_chaos.config:SourceConfig"),
            factory=lazy("glimpser_chaos.source:ChaosSource"),
        )
    ]


@hookimpl
def glimpser_analyzers() -> list[AnalyzerSpec]:
    """One in each place where analyzers run."""
    return [
        AnalyzerSpec(
            id=f"chaos-{runs}",
            title=f"Chaos ({runs})",
            config=lazy("glimpser_chaos.config:AnalyzerConfig"),
            factory=lazy("glimpser_chaos.analyzer:ChaosAnalyzer"),
            runs=runs,
            wants=FrameWants(format="gray", max_side=160),
            emits=("chaos.seen",),
        )
        for runs in ("inline", "thread", "process")
    ]


@hookimpl
def glimpser_sinks() -> list[SinkSpec]:
    """A sink of frames."""
    return [
        SinkSpec(
            id="chaos",
            title="Chaos",
            config=lazy("glimpser_chaos.config:SinkConfig"),
            factory=lazy("glimpser_chaos.sink:ChaosSink"),
            wants="frames",
        )
    ]


@hookimpl
def glimpser_event_types() -> list[EventTypeSpec]:
    """What the analyzer sees and what floods the hub."""
    return [
        EventTypeSpec(type="chaos.seen", title="Chaos", text="Chaos on {stream}"),
        EventTypeSpec(type="chaos.flood", title="Flood", text="Flood number {number}"),
    ]


@hookimpl
def glimpser_metrics() -> list[MetricSpec]:
    """What is counted."""
    return [MetricSpec(name="pictures_total", kind="counter", help="Pictures that were made.")]


@hookimpl
def glimpser_setup(ctx: HubContext) -> None:
    """Misbehave in the hub, or start what will."""
    from .hub import start

    misbehave("setup")
    start(ctx)


@hookimpl
def glimpser_teardown() -> None:
    """Misbehave at the end."""
    misbehave("teardown")
