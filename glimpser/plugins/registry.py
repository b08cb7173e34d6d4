"""Everything that plugins offer, by name. Made once at start-up and never changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from glimpser.plugins.claims import overlap, refusal, segments
from glimpser.plugins.state import Plugin
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.specs import (
    AnalyzerSpec,
    AuthBackendSpec,
    CommandSpec,
    EventTypeSpec,
    FrontEndSpec,
    MetricSpec,
    ModelsSpec,
    PanelSpec,
    PermissionSpec,
    RouterSpec,
    SearchSpec,
    SinkSpec,
    SourceSpec,
)

T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Offer(Generic[T]):
    """A spec and the id of the plugin that offers it."""

    plugin: str
    spec: T


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreNames:
    """Names that the core has taken. ``paths``: its routes, written as Quart does."""

    event_types: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Offers by name, in the order of plugin ids. ``auth_backends`` are in the order in which they are asked."""

    sources: Mapping[str, Offer[SourceSpec]] = field(default_factory=dict)
    analyzers: Mapping[str, Offer[AnalyzerSpec]] = field(default_factory=dict)
    sinks: Mapping[str, Offer[SinkSpec]] = field(default_factory=dict)
    auth_backends: Mapping[str, Offer[AuthBackendSpec]] = field(default_factory=dict)
    event_types: Mapping[str, Offer[EventTypeSpec]] = field(default_factory=dict)
    permissions: Mapping[str, Offer[PermissionSpec]] = field(default_factory=dict)
    commands: Mapping[str, Offer[CommandSpec]] = field(default_factory=dict)
    metrics: Mapping[str, tuple[MetricSpec, ...]] = field(default_factory=dict)
    """By plugin id: metric names are the plugin's own."""
    routers: tuple[Offer[RouterSpec], ...] = ()
    front_ends: Mapping[str, Offer[FrontEndSpec]] = field(default_factory=dict)
    """None, or one."""
    panels: tuple[Offer[PanelSpec], ...] = ()
    search: tuple[Offer[SearchSpec], ...] = ()
    models: Mapping[str, ModelsSpec] = field(default_factory=dict)
    """By plugin id."""


def pick(offers: Mapping[str, Offer[T]], name: str, what: str, field: str = "") -> Offer[T]:
    """The offer of that name. ConfigInvalid says which there are, and names the ``field`` that asked for it."""
    try:
        return offers[name]
    except KeyError:
        known = ", ".join(sorted(offers)) or "none is installed"
        message = f"no {what} {name!r}; available: {known}"
        raise ConfigInvalid(message, field=field, code="plugin.unknown_name", name=name) from None


# Per field of Registry: what people call it, and a spec's name.
_NAMED: dict[str, tuple[str, Callable[[Any], str]]] = {
    "sources": ("source kind", lambda s: s.kind),
    "analyzers": ("analyzer", lambda s: s.id),
    "sinks": ("sink", lambda s: s.id),
    "auth_backends": ("auth backend", lambda s: s.id),
    "event_types": ("event type", lambda s: s.type),
    "permissions": ("permission", lambda s: s.id),
    "commands": ("command", lambda s: s.name),
    "front_ends": ("front end", lambda s: "pages"),
}


def conflicts(plugins: Iterable[Plugin], core: CoreNames) -> dict[str, str]:
    """Plugins that cannot run beside the others, with a sentence each. Of two that want one name, the one whose id
    comes first keeps it; the core keeps its own."""
    taken: dict[tuple[str, str], str] = {
        (kind, name): "the core" for kind in ("event_types", "permissions", "commands") for name in getattr(core, kind)
    }
    claimed: list[tuple[str, str]] = []
    refused: dict[str, str] = {}
    for plugin in sorted(plugins, key=lambda p: p.id):
        if clash := next(_clashes(plugin, taken, claimed, core), None):
            refused[plugin.id] = clash
            continue
        taken |= dict.fromkeys(_names(plugin), f"plugin {plugin.id!r}")
        claimed += [(claim, plugin.id) for claim in _claims(plugin)]
    return refused


def unmet(plugins: Iterable[Plugin], core: CoreNames) -> dict[str, str]:
    """Plugins that name something which none of the others offers, with a sentence each."""
    present = list(plugins)
    names = {name for plugin in present for name in _names(plugin)}
    names |= {(kind, name) for kind in ("event_types", "permissions") for name in getattr(core, kind)}
    ids = {plugin.id for plugin in present}
    missing: dict[str, str] = {}
    for plugin in present:
        if not (c := plugin.contribution):
            continue
        wants = [(f"plugin {other!r}", other in ids) for other in sorted(c.manifest.requires)]
        for a in c.analyzers:
            wants += [(f"analyzer {a.after!r}, after which {a.id!r} runs", ("analyzers", a.after) in names)] * bool(
                a.after
            )
            wants += [(f"event type {e!r}, which {a.id!r} emits", ("event_types", e) in names) for e in a.emits]
        lacking = [what for what, there in wants if not there]
        if lacking:
            missing[plugin.id] = f"it needs {' and '.join(lacking)}; no running plugin offers that"
    return missing


def build(plugins: Iterable[Plugin]) -> Registry:
    """The registry of plugins among which there are no conflicts."""
    ordered = sorted(plugins, key=lambda p: p.id)

    def merged(kind: str, order: Callable[[Any], Any] | None = None) -> Mapping[str, Any]:
        key = _NAMED[kind][1]
        offers = [Offer(p.id, spec) for p in ordered for spec in getattr(p.contribution, kind)]
        if order:
            offers.sort(key=lambda offer: order(offer.spec))
        return MappingProxyType({key(offer.spec): offer for offer in offers})

    present = [(p.id, p.contribution) for p in ordered if p.contribution]
    return Registry(
        sources=merged("sources"),
        analyzers=merged("analyzers"),
        sinks=merged("sinks"),
        auth_backends=merged("auth_backends", lambda spec: spec.order),
        event_types=merged("event_types"),
        permissions=merged("permissions"),
        commands=merged("commands"),
        metrics=MappingProxyType({name: c.metrics for name, c in present if c.metrics}),
        routers=tuple(Offer(name, router) for name, c in present for router in c.routers),
        front_ends=merged("front_ends"),
        panels=tuple(Offer(name, panel) for name, c in present for panel in c.panels),
        search=tuple(Offer(name, found) for name, c in present for found in c.search),
        models=MappingProxyType({name: c.models for name, c in present if c.models}),
    )


def _names(plugin: Plugin) -> Iterator[tuple[str, str]]:
    for kind, (_, name) in _NAMED.items():
        for spec in getattr(plugin.contribution, kind):
            yield kind, name(spec)


def _claims(plugin: Plugin) -> list[str]:
    return [claim for router in plugin.contribution.routers for claim in router.claims] if plugin.contribution else []


def _clashes(
    plugin: Plugin, taken: Mapping[tuple[str, str], str], claimed: Iterable[tuple[str, str]], core: CoreNames
) -> Iterator[str]:
    for kind, name in _names(plugin):
        if owner := taken.get((kind, name)):
            yield f"plugin {plugin.id!r} and {owner} both offer the {_NAMED[kind][0]} {name!r}; the latter keeps it"
    for claim in _claims(plugin):
        if reason := refusal(claim, core.paths):
            yield reason
        for other, owner in claimed:
            if overlap(segments(claim), segments(other)):
                yield f"plugin {plugin.id!r} claims {claim!r}, which plugin {owner!r} has claimed as {other!r}"
