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
