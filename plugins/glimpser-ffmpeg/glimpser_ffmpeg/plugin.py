"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import Cadence, EventTypeSpec, MetricSpec, PluginManifest, SourceSpec, hookimpl, lazy


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Video sources."""
    return PluginManifest(
        id="ffmpeg",
        title="FFmpeg",
        description="RTSP, RTMP, SRT, HTTP video, HLS, MJPEG, files looped as live and V4L2 devices.",
        capabilities=frozenset({"network:camera", "files", "devices:video"}),
    )


@hookimpl
def glimpser_sources() -> list[SourceSpec]:
    """One kind for every protocol that FFmpeg speaks."""
    return [
        SourceSpec(
            kind="ffmpeg",
            title="Video stream or file",
            description="A network camera, a video server, a file played as if live, or a local capture device.",
            config=lazy("glimpser_ffmpeg.config:FfmpegConfig"),
            factory=lazy("glimpser_ffmpeg.source:FfmpegSource"),
            cadence=Cadence(kind="continuous"),
            schemes=frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "srt", "http", "https", "file"}),
            feeds=("main", "sub"),
            icon="video",
        )
    ]


@hookimpl
def glimpser_event_types() -> list[EventTypeSpec]:
    """What the source tells people."""
    return [
        EventTypeSpec(
            type="ffmpeg.hwaccel_fallback",
            title="Decoding in software",
            severity="warning",
            text="{stream}: {device} cannot decode ({why}); decoding in software.",
            description="Hardware decoding was asked for and does not work here. Told once a connection.",
        )
    ]


@hookimpl
def glimpser_metrics() -> list[MetricSpec]:
    """What the source counts."""
    return [
        MetricSpec(name="connects_total", kind="counter", help="Connections that were tried.", labels=("scheme",)),
        MetricSpec(name="failures_total", kind="counter", help="Connections that failed, by code.", labels=("code",)),
        MetricSpec(name="corrupt_total", kind="counter", help="Packets that could not be decoded."),
    ]
