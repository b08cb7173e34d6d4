"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import EventTypeSpec, PluginManifest, SinkSpec, hookimpl, lazy


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Clips."""
    return PluginManifest(
        id="clips",
        title="Clips",
        description="A playable clip of every event that begins before it, copied without re-encoding.",
    )


@hookimpl
def glimpser_sinks() -> list[SinkSpec]:
    """One sink, on for streams that name none."""
    return [
        SinkSpec(
            id="clips",
            title="Clips of events",
            description="Writes a clip of every event, from some seconds before it to some seconds after.",
            config=lazy("glimpser_clips.config:ClipsConfig"),
            factory=lazy("glimpser_clips.sink:ClipSink"),
            wants="packets",
            pre_roll_s=5.0,
            default=True,
        )
    ]


@hookimpl
def glimpser_event_types() -> list[EventTypeSpec]:
    """What the sink tells people."""
    return [
        EventTypeSpec(
            type="clips.unsupported_codec",
            title="No clips of this stream",
            severity="notice",
            text="{stream}: browsers do not play {codec} in a clip; none are kept.",
            description="The stream's codec does not play in browsers. Told once while the stream runs.",
        ),
        EventTypeSpec(
            type="clips.write_failed",
            title="A clip could not be written",
            severity="warning",
            text="{stream}: a clip could not be written: {error}.",
            description="The disk is full or broken. The clip is dropped; told again only after one was written.",
        ),
    ]
