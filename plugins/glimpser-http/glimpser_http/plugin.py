"""What the plugin registers."""

from __future__ import annotations

from glimpser_sdk import Cadence, MetricSpec, PluginManifest, SourceSpec, hookimpl, lazy


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Pictures from the web."""
    return PluginManifest(
        id="http",
        title="Pictures over HTTP",
        description="A still picture fetched from a web address at an interval.",
        capabilities=frozenset({"network:camera"}),
    )


@hookimpl
def glimpser_sources() -> list[SourceSpec]:
    """One kind. No schemes: an http address is more often a video, and nothing in it tells which."""
    return [
        SourceSpec(
            kind="http",
            title="Picture over HTTP",
            description="A camera's snapshot address, or any picture on the web that changes.",
            config=lazy("glimpser_http.config:HttpConfig"),
            factory=lazy("glimpser_http.source:HttpSource"),
            shape="async",
            cadence=Cadence(kind="interval", seconds=10.0, timeout_s=21.0),
            icon="image",
        )
    ]


@hookimpl
def glimpser_metrics() -> list[MetricSpec]:
    """What the source counts."""
    return [
        MetricSpec(name="fetches_total", kind="counter", help="Pictures, new and unchanged.", labels=("result",)),
        MetricSpec(name="failures_total", kind="counter", help="Fetches that failed, by code.", labels=("code",)),
    ]
