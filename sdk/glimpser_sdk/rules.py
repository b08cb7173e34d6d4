"""What one plugin's contribution must keep to by itself. What concerns several plugins is the core's business.
Core and test kit share it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from .contributions import ContractBroken, Contribution

NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
DOTTED = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*(\.[a-z][a-z0-9]*([_-][a-z0-9]+)*)+")
METRIC = re.compile(r"[a-z][a-z0-9_]*")
ELEMENT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
RESOURCE = re.compile(r"[A-Za-z_][\w.]*:[\w./-]+")
MATCHED = ("event.detail", "config.field")
"""Slots whose panels say what they are for."""
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
ACCESS_WITHOUT_PERMISSION = frozenset({"anonymous", "authenticated"})


def table_prefix(plugin_id: str) -> str:
    """What every table of the plugin starts with."""
    return plugin_id.replace("-", "_") + "_"


def check_contribution(plugin_id: str, contribution: Contribution) -> None:
    """ContractBroken with every fault that was found."""
    faults = list(_faults(plugin_id, contribution))
    if faults:
        raise ContractBroken("; ".join(faults))


def _faults(plugin_id: str, c: Contribution) -> Iterator[str]:
    if not NAME.fullmatch(plugin_id):
        yield f"its id {plugin_id!r} must match {NAME.pattern}"
    if c.manifest.id != plugin_id:
        yield f"its manifest says id {c.manifest.id!r}, its entry point {plugin_id!r}; they must be the same"
    if not c.manifest.title.strip():
        yield "its manifest has no title"
    yield from _names("source kind", (s.kind for s in c.sources), NAME)
    yield from _names("analyzer", (s.id for s in c.analyzers), NAME)
    yield from _names("sink", (s.id for s in c.sinks), NAME)
    yield from _names("auth backend", (s.id for s in c.auth_backends), NAME)
    yield from _names("command", (s.name for s in c.commands), NAME)
    yield from _names("metric", (s.name for s in c.metrics), METRIC)
    yield from _names("event type", (s.type for s in c.event_types), DOTTED, prefix=f"{plugin_id}.")
    yield from _names("permission", (s.id for s in c.permissions), DOTTED, prefix=f"{plugin_id}.")
    for source in c.sources:
        if not source.feeds:
            yield f"source kind {source.kind!r} has no feeds"
    for analyzer in c.analyzers:
        if analyzer.after == analyzer.id:
            yield f"analyzer {analyzer.id!r} cannot run after itself"
        if analyzer.max_batch < 1:
            yield f"analyzer {analyzer.id!r}: max_batch must be at least 1"
    for metric in c.metrics:
        kind: str = metric.kind  # nobody type-checks what was installed
        if kind != "counter":
            yield f"metric {metric.name!r} must be a counter, not {kind!r}"
    yield from _routes(c)
    yield from _web(plugin_id, c)
    own = {spec.id for spec in c.permissions}
    for found in c.search:
        if not found.title.strip() or len(found.title) > 60:
            yield f"what the search finds needs a title of at most 60 characters, not {found.title!r}"
        if not found.permission or (found.permission.startswith(f"{plugin_id}.") and found.permission not in own):
            yield f"search {found.title!r} must ask for a permission that is declared, not {found.permission!r}"


def _names(what: str, names: Iterable[str], pattern: re.Pattern[str], prefix: str = "") -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name!r} occurs {count} times"
        if not name.startswith(prefix):
            yield f"{what} {name!r} must start with {prefix!r}"
        elif not pattern.fullmatch(name):
            yield f"{what} {name!r} must match {pattern.pattern}"


def _routes(c: Contribution) -> Iterator[str]:
    for router in c.routers:
        for route in router.routes:
            shown = f"route {'/'.join(route.methods)} {route.path}"
            if not route.permission:
                yield f"{shown} declares no permission"
            if not route.path.startswith("/"):
                yield f"{shown} must start with '/'"
            if not route.methods or not METHODS.issuperset(route.methods):
                yield f"{shown} must use methods out of {', '.join(sorted(METHODS))}"


def _web(plugin_id: str, c: Contribution) -> Iterator[str]:
    if len(c.front_ends) > 1:
        yield f"it brings {len(c.front_ends)} front ends; a hub shows one"
    for front in c.front_ends:
        for name in (front.document, *front.beside):
            if "/" in name or not name:
                yield f"the front end's {name!r} must be a file of its folder"
        yield from (f"the front end's path {path!r} must start with '/'" for path in front.paths if path[:1] != "/")
        yield from _resource("the front end's files", front.files)
    yield from _names("panel element", (p.element for p in c.panels), ELEMENT, prefix=f"{plugin_id}-")
    for panel in c.panels:
        yield from _resource(f"panel {panel.element!r}: its module", panel.module)
        if bool(panel.match) != (panel.slot in MATCHED):
            yield f"panel {panel.element!r}: match goes with the slots {' and '.join(MATCHED)}, and they need it"


def _resource(what: str, reference: str) -> Iterator[str]:
    if not RESOURCE.fullmatch(reference) or ".." in reference:
        yield f"{what} {reference!r} must be written package:folder or package:folder/file.js"
