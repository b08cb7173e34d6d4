"""From a stream's row and the registry to what a worker runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from glimpser.plugins.documents import escape
from glimpser.plugins.registry import Registry, pick
from glimpser.protocol.messages import AnalyzerPart, Component, RegionPart, SinkPart, SourcePart, StreamPart


def component(plugin: str, spec: Any, identifier: str, config: dict[str, Any]) -> Component:
    """An instance to make in a worker; ``config`` with its secrets in clear."""
    return Component(plugin=plugin, id=identifier, factory=str(spec.factory), model=str(spec.config), config=config)


def source_part(registry: Registry, kind: str, config: dict[str, Any]) -> SourcePart:
    """The source of a kind. ConfigInvalid when no running plugin offers the kind."""
    offer = pick(registry.sources, kind, "source kind")
    spec = offer.spec
    return SourcePart(
        component=component(offer.plugin, spec, kind, config),
        shape=spec.shape,
        cadence=spec.cadence.kind,
        feeds=list(spec.feeds),
        cadence_s=spec.cadence.seconds,
        cadence_timeout_s=spec.cadence.timeout_s,
        host=host_of(config),
    )


def host_of(config: dict[str, Any]) -> str:
    """The host that connections of this source are paced by, '' for none."""
    url = config.get("url")
    if not isinstance(url, str):
        return ""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def stream_part(
    registry: Registry,
    *,
    stream_id: str,
    name: str,
    kind: str,
    config: dict[str, Any],
    analyzers: dict[str, dict[str, Any]],
    sinks: dict[str, dict[str, Any]],
    regions: list[dict[str, Any]],
    unmasked_recording: bool,
    max_idle_gap_s: float,
    media_roots: list[str],
    folder: Path,
) -> StreamPart:
    """All that a worker needs; parts of plugins that are gone are left out, the source's absence is an error."""
    return StreamPart(
        id=stream_id,
        name=name,
        source=source_part(registry, kind, config),
        regions=[RegionPart(id=r["id"], name=r["name"], kind=r["kind"],
                            polygon=[(p[0], p[1]) for p in r["polygon"]]) for r in regions],
        analyzers=[analyzer_part(registry, i, c) for i, c in sorted(analyzers.items()) if i in registry.analyzers],
        sinks=[_sink(registry, i, c, folder) for i, c in sorted(sinks.items()) if i in registry.sinks],
        unmasked_recording=unmasked_recording,
        max_idle_gap_s=max_idle_gap_s,
        media_roots=media_roots,
        folder=str(folder),
    )  # fmt: skip


def analyzer_part(registry: Registry, identifier: str, config: dict[str, Any]) -> AnalyzerPart:
    """One analyzer with a checked configuration. KeyError when no running plugin offers it."""
    offer = registry.analyzers[identifier]
    spec = offer.spec
    return AnalyzerPart(
        component=component(offer.plugin, spec, identifier, config),
        runs=spec.runs,
        format=spec.wants.format,
        max_side=spec.wants.max_side,
        max_fps=spec.wants.max_fps,
        after=spec.after,
        max_batch=spec.max_batch,
        idle_trigger=spec.idle_trigger,
        gap_s=spec.gap_s,
    )


def _sink(registry: Registry, identifier: str, config: dict[str, Any], folder: Path) -> SinkPart:
    offer = registry.sinks[identifier]
    spec = offer.spec
    return SinkPart(
        component=component(offer.plugin, spec, identifier, config),
        wants=spec.wants,
        folder=str(folder / "out" / identifier),
        feed=spec.feed,
        pre_roll_s=float(config.get("pre_roll_s", spec.pre_roll_s)),
    )


def defaults(registry: Registry) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Analyzers and sinks of streams that name none."""
    return (
        {name: {} for name, offer in registry.analyzers.items() if offer.spec.default},
        {name: {} for name, offer in registry.sinks.items() if offer.spec.default},
    )


def check_known(registry: Registry, names: list[str], field: str) -> None:
    """ConfigInvalid, naming the field, for a part that no running plugin offers."""
    known: Mapping[str, Any] = registry.analyzers if field == "analyzers" else registry.sinks
    for name in names:
        pick(known, name, field[:-1], f"/{field}/{escape(name)}")
