"""The plugin catalogue: what each first-party plugin brings, with the schemas of its settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from glimpser_sdk.lazy import Lazy
from glimpser_sdk.schema import form_schema

from .shipped import Shipped, plugins
from .text import fields, table


def markdown() -> str:
    """A section for each plugin."""
    return "\n".join("\n\n".join(_parts(plugin)) + "\n" for plugin in plugins())


def _parts(plugin: Shipped) -> Iterator[str]:
    c = plugin.contribution
    yield f"## {c.manifest.title} {{ #{plugin.id} }}"
    yield f"`pip install {plugin.project['name']}` · {c.manifest.description}"
    if c.manifest.capabilities:
        yield "Asks for: " + ", ".join(f"`{name}`" for name in sorted(c.manifest.capabilities)) + "."
    if c.config is not None:
        yield f"### Settings of the plugin\n\n{_model(c.config.model)}"
    for source in c.sources:
        yield (
            f"### Source kind `{source.kind}`\n\n{source.description} Feeds: {_list(source.feeds)}. Cadence: "
            f"{source.cadence.kind}. URL schemes: {_list(sorted(source.schemes))}.\n\n{_model(source.config)}"
        )
    for analyzer in c.analyzers:
        default = " On for streams that name no analyzers." if analyzer.default else ""
        yield (
            f"### Analyzer `{analyzer.id}`\n\n{analyzer.description}{default} Runs: {analyzer.runs}. Emits: "
            f"{_list(analyzer.emits)}.\n\n{_model(analyzer.config)}"
        )
    for sink in c.sinks:
        default = " On for streams that name no sinks." if sink.default else ""
        yield f"### Sink `{sink.id}`\n\n{sink.description}{default} Takes {sink.wants}.\n\n{_model(sink.config)}"
    for backend in c.auth_backends:
        yield f"### Sign-in `{backend.id}`\n\n{backend.title}; kind {backend.kind}."
    if c.metrics:
        prefix = f"glimpser_{plugin.id.replace('-', '_')}_"
        rows = ((f"`{prefix}{m.name}`", m.kind, _list(m.labels), m.help) for m in c.metrics)
        yield "### Metrics\n\n" + table(("metric", "kind", "labels", "meaning"), rows)
    if c.event_types:
        rows = ((f"`{t.type}`", t.severity, t.description) for t in c.event_types)
        yield "### Event types\n\n" + table(("type", "severity", "meaning"), rows)


def _model(reference: Lazy) -> str:
    model: Any = reference.load()
    return fields(form_schema(model))


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
