"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import AnalyzerSpec, EventTypeSpec, FrameWants, PluginManifest, hookimpl, lazy


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Motion detection."""
    return PluginManifest(
        id="motion",
        title="Motion",
        description="Finds motion in any stream's picture, with zones and masks, from 1 to 30 pictures a second.",
    )


@hookimpl
def glimpser_analyzers() -> list[AnalyzerSpec]:
    """One analyzer, cheap enough to run beside the decoder, that can wake an idle stream."""
    return [
        AnalyzerSpec(
            id="motion",
            title="Motion",
            description="Tells where the picture moves; on keyframes alone while nothing happens.",
            config=lazy("glimpser_motion.config:MotionConfig"),
            factory=lazy("glimpser_motion.analyzer:MotionAnalyzer"),
            runs="inline",
            wants=FrameWants(format="gray"),
            emits=("motion.detected",),
            idle_trigger=True,
            gap_s=3.0,
            default=True,
        )
    ]


@hookimpl
def glimpser_event_types() -> list[EventTypeSpec]:
    """What the analyzer reports."""
    return [
        EventTypeSpec(
            type="motion.detected",
            title="Motion",
            severity="info",
            text="Motion on {stream}",
            description="Something moved. Score: how large the moving part was; regions: share of each zone.",
        )
    ]
