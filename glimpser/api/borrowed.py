"""What a stream's configuration takes from the hub's environment and files by ``$env`` and ``$file``.

A stream goes to an address that whoever configures it chose, and would take along whatever it names: that is the hub's
own, and for those to give away who may change its settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from glimpser.identity.policy import Principal, can
from glimpser.plugins.config import references_in
from glimpser.streams.inputs import StreamIn
from glimpser_sdk.web import Problem

if TYPE_CHECKING:
    from glimpser.hub import Hub

NEEDED = "settings.change"


def check(hub: Hub, principal: Principal, given: StreamIn, before: StreamIn | None = None) -> None:
    """Problem 403 for a reference that was not there before, or that goes elsewhere now, from those who may not change
    the hub's settings. ``before``: the stream as it is kept, its secrets in clear."""
    if can(principal, NEEDED):
        return
    kept = {name: (spec, document) for name, spec, document in _documents(hub, before)} if before else {}
    for name, spec, document in _documents(hub, given):
        if not (found := references_in(document)):
            continue
        known_spec, old = kept.get(name, (None, {}))
        same = spec is not None and spec is known_spec
        stays = old == document or (same and not hub.streams.documents.moved(spec, old, document))
        known = references_in(old) if stays else {}
        for pointer, reference in found.items():
            if known.get(pointer) != reference:
                what = f"{name}{pointer}: what is in the hub's environment or files"
                text = f"{what} goes to another address only with the permission {NEEDED}"
                raise Problem(403, "permission.missing", text, permission=NEEDED)


def _documents(hub: Hub, given: StreamIn) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Each configuration with its place, and the model of it where its plugin runs."""
    registry = hub.plugins.registry

    def model(offers: Any, name: str) -> Any:
        return offers[name].spec.config if name in offers else None

    yield "/config", model(registry.sources, given.kind), given.config
    for name, document in (given.analyzers or {}).items():
        yield f"/analyzers/{name}", model(registry.analyzers, name), document
    for name, document in (given.sinks or {}).items():
        yield f"/sinks/{name}", model(registry.sinks, name), document
