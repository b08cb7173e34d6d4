"""What plugins find for who is asking. They are told what may be seen; what they find beyond it is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glimpser.identity.policy import Principal, abilities, can
from glimpser.plugins.rows import read_enabled
from glimpser.plugins.state import State
from glimpser_sdk.search import SearchHit, SearchQuestion

from . import visible

if TYPE_CHECKING:
    from glimpser.hub import Hub

RUNNING = (State.RUNNING, State.DEGRADED)
SECONDS, SUGGEST_SECONDS = 1.0, 0.3


async def by_plugins(
    hub: Hub, principal: Principal, text: str, limit: int, *, suggest: bool = False
) -> list[dict[str, Any]]:
    """Hits of all plugins, one after the other."""
    offers = [
        offer
        for offer in hub.plugins.registry.search
        if hub.plugins.plugins[offer.plugin].state in RUNNING and offer.spec.permission in principal.permissions
    ]
    # What plugins find is nothing that the core could tell the time of.
    if not offers or principal.restrictions.live_only or principal.restrictions.delay_minutes:
        return []
    # Where a list says which plugins there are, switches mean nothing.
    switched = await read_enabled() if hub.settings.plugins is None else {}
    streams: dict[str, frozenset[str]] = {}
    for needed in {offer.spec.permission for offer in offers}:
        ids: Any = await visible.streams(principal, needed).values_list("id", flat=True)
        streams[needed] = frozenset(str(i) for i in ids)
    asked = [
        (offer, SearchQuestion(text=text, limit=limit, streams=streams[needed], whole=can(principal, needed)))
        for offer in offers
        if switched.get(offer.plugin, True) and (streams[needed := offer.spec.permission] or can(principal, needed))
    ]
    found = await hub.plugin_search.find(asked, SUGGEST_SECONDS if suggest else SECONDS)
    on_streams = hub.identity.permissions.on_streams
    return [
        _out(offer.plugin, offer.spec.title, hit, abilities(principal, on_streams, hit.stream_id))
        for offer, hits in found
        for hit in hits
    ]


def _out(plugin: str, group: str, hit: SearchHit, can: list[str]) -> dict[str, Any]:
    return {
        "kind": "plugin", "id": hit.id, "title": hit.title, "detail": hit.detail, "stream_id": hit.stream_id,
        "at": hit.at, "can": can if hit.stream_id else [], "plugin": plugin, "group": group, "link": hit.link,
    }  # fmt: skip
