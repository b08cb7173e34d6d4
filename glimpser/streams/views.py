"""Streams as answers show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glimpser.database.models import Stream
from glimpser.identity.policy import Principal, abilities
from glimpser.redaction import mask_url

from .health import UNKNOWN

if TYPE_CHECKING:
    from glimpser.hub import Hub


def stream_view(
    hub: Hub, principal: Principal, row: Stream, groups: list[str], measured: dict[str, Any] | None
) -> dict[str, Any]:
    """All but what a principal may not see. Who cannot configure gets no configuration. ``measured``: its state, None =
    unknown."""
    measured = measured or UNKNOWN
    parts = hub.streams.masked(row)
    source = mask_url(str(parts["config"].get("url") or row.kind))
    can = abilities(principal, hub.identity.permissions.on_streams, row.id)
    if "streams.configure" not in can:
        parts = {
            "config": {},
            "analyzers": {i: {} for i in parts["analyzers"]},
            "sinks": {i: {} for i in parts["sinks"]},
        }
        source = source.split("?")[0]
    return {
        "id": row.id, "name": row.name, "kind": row.kind, "source": source, "enabled": row.desired == "running",
        **measured, "suspect": row.suspect or measured["suspect"], **parts, "regions": row.regions,
        "groups": groups, "tags": row.tags, "timezone": row.timezone, "location": row.location,
        "external_key": row.external_key, "unmasked_recording": row.unmasked_recording, "version": row.version,
        "created_at": row.created_at, "updated_at": row.updated_at, "can": can,
    }  # fmt: skip
