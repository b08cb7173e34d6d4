{%- set kinds = cookiecutter.__kinds.split() -%}
{%- set id = cookiecutter.id -%}
{%- set package = cookiecutter.__package -%}
"""What the plugin registers. The hub imports this whenever it starts, so nothing heavy is imported here."""

from __future__ import annotations

from glimpser_sdk import (
{%- if "analyzer" in kinds %}
    AnalyzerSpec,
{%- endif %}
{%- if "auth" in kinds %}
    AuthBackendSpec,
    ConfigSpec,
{%- endif %}
{%- if "analyzer" in kinds %}
    EventTypeSpec,
    FrameWants,
{%- endif %}
{%- if "router" in kinds %}
    PermissionSpec,
{%- endif %}
    PluginManifest,
{%- if "router" in kinds %}
    RouterSpec,
    RouteSpec,
{%- endif %}
{%- if "sink" in kinds %}
    SinkSpec,
{%- endif %}
{%- if "source" in kinds %}
    SourceSpec,
{%- endif %}
    hookimpl,
    lazy,
)


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Who the plugin is."""
    return PluginManifest(
        id="{{ id }}",
        title="{{ cookiecutter.title }}",
    )
{%- if "auth" in kinds %}


@hookimpl
def glimpser_config() -> ConfigSpec:
    """The plugin's own settings."""
    return ConfigSpec(model=lazy("{{ package }}.config:ScryptConfig"))


@hookimpl
def glimpser_auth_backends() -> list[AuthBackendSpec]:
    """A way to sign in."""
    return [
        AuthBackendSpec(
            id="{{ id }}",
            title="{{ cookiecutter.title }}",
            kind="password",
            factory=lazy("{{ package }}.backend:ScryptBackend"),
        )
    ]
{%- endif %}
{%- if "source" in kinds %}


@hookimpl
def glimpser_sources() -> list[SourceSpec]:
    """A kind of stream."""
    return [
        SourceSpec(
            kind="{{ id }}",
            title="{{ cookiecutter.title }}",
            config=lazy("{{ package }}.config:BarConfig"),
            factory=lazy("{{ package }}.source:BarSource"),
        )
    ]
{%- endif %}
{%- if "analyzer" in kinds %}


@hookimpl
def glimpser_analyzers() -> list[AnalyzerSpec]:
    """An analyzer that streams may use."""
    return [
        AnalyzerSpec(
            id="{{ id }}",
            title="{{ cookiecutter.title }}",
            config=lazy("{{ package }}.config:DarknessConfig"),
            factory=lazy("{{ package }}.analyzer:DarknessAnalyzer"),
            wants=FrameWants(format="gray", max_side=160, max_fps=2),
            emits=("{{ id }}.dark",),
        )
    ]


@hookimpl
def glimpser_event_types() -> list[EventTypeSpec]:
    """What the analyzer reports."""
    return [
        EventTypeSpec(
            type="{{ id }}.dark",
            title="Dark picture",
            severity="notice",
            text="{stream} is dark.",
        )
    ]
{%- endif %}
{%- if "sink" in kinds %}


@hookimpl
def glimpser_sinks() -> list[SinkSpec]:
    """A sink that streams may use."""
    return [
        SinkSpec(
            id="{{ id }}",
            title="{{ cookiecutter.title }}",
            config=lazy("{{ package }}.config:PictureConfig"),
            factory=lazy("{{ package }}.sink:PictureSink"),
            wants="frames",
        )
    ]
{%- endif %}
{%- if "router" in kinds %}


@hookimpl
def glimpser_routers() -> list[RouterSpec]:
    """Routes below /api/p/{{ id }}."""
    return [
        RouterSpec(
            factory=lazy("{{ package }}.routes:make"),
            routes=(
                RouteSpec(
                    path="/visits",
                    methods=("GET",),
                    permission="{{ id }}.read",
                ),
                RouteSpec(
                    path="/visits",
                    methods=("POST",),
                    permission="{{ id }}.write",
                ),
            ),
        )
    ]


@hookimpl
def glimpser_permissions() -> list[PermissionSpec]:
    """What the routes ask for."""
    return [
        PermissionSpec(
            id="{{ id }}.read",
            title="See visits",
            roles=frozenset({"admin", "viewer"}),
        ),
        PermissionSpec(id="{{ id }}.write", title="Record visits"),
    ]
{%- endif %}
