"""One box over streams and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from glimpser.database import words
from glimpser.database.lookups import event_types, newest_of_each
from glimpser.identity.policy import Principal, abilities, only_on

from . import visible
from .answers import plain
from .events import event_outs
from .loaders import named_or_tagged
from .routing import SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("search")

FIRST = 2**62
AHEAD, ROUNDS = 400, 50
"""How many events that have the words are looked at a time, and how often, until enough of them are ones to be seen."""


class SearchQuery(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1,
        max_length=200,
        description="Part of a name, tag or event type, or beginnings of an event's words.",
    )
    suggest: bool = Field(False, description="Few, fast, for completion.")
    limit: int = Field(20, ge=1, le=100)


class Hit(BaseModel):
    """Something found."""

    kind: Literal["stream", "event"]
    id: str
    title: str
    detail: str
    stream_id: str | None
    at: str | None
    can: list[str] = Field(description="Permissions the principal has on it.")


@route("GET", "/api/search", permission=SIGNED_IN, query=SearchQuery, answer=list[Hit])
async def search(hub: Hub, principal: Principal, query: SearchQuery) -> Any:
    """Streams first, then events, newest first."""
    limit = min(query.limit, 8) if query.suggest else query.limit
    hits: list[dict[str, Any]] = []
    if "streams.view" in principal.permissions:
        hits += await _streams(hub, principal, query.q, limit)
    if "events.view" in principal.permissions and len(hits) < limit:
        hits += await _events(hub, principal, query.q, limit - len(hits))
    return hits


async def _streams(hub: Hub, principal: Principal, text: str, limit: int) -> list[dict[str, Any]]:
    rows = visible.streams(principal).filter(await named_or_tagged(principal, text))
    return [
        {
            "kind": "stream",
            "id": r.id,
            "title": r.name,
            "detail": r.kind,
            "stream_id": r.id,
            "at": None,
            "can": abilities(principal, hub.identity.permissions.on_streams, r.id),
        }
        for r in await rows.order_by("name", "id").limit(limit)
    ]


async def _events(hub: Hub, principal: Principal, text: str, limit: int) -> list[dict[str, Any]]:
    rows, reader = visible.events(principal), hub.db.reader
    ids = set(await _said(hub, principal, text, limit))
    for kind in await _kinds(hub, text):
        newest = rows.filter(type=kind).order_by("-started_at", "-id").limit(limit)
        ids |= {str(i) for i in await newest.values_list("id", flat=True)}
    named: Any = await visible.streams(principal).filter(name__icontains=text).values_list("id", flat=True)
    if named:
        ids |= set(await newest_of_each(reader, rows, list(named), limit))
    found = await rows.filter(id__in=sorted(ids)).order_by("-started_at", "-id").limit(limit) if ids else []
    return [
        plain({"kind": "event", "id": e["id"], "title": e["text"], "detail": e["type"], "stream_id": e["stream_id"],
               "at": e["started_at"], "can": e["can"]})
        for e in await event_outs(hub, principal, list(found))
    ]  # fmt: skip


async def _kinds(hub: Hub, text: str) -> list[str]:
    """Types with the text in their name or title."""
    wanted = text.casefold()
    return [
        kind
        for kind in await event_types(hub.db.reader)
        if wanted in kind.casefold() or wanted in hub.events.types.get(kind).title.casefold()
    ]


async def _said(hub: Hub, principal: Principal, text: str, limit: int) -> list[str]:
    """Events that the principal sees whose own words begin as asked, the last recorded first."""
    streams = only_on(principal, "events.view")
    found: list[str] = []
    before = FIRST
    for _ in range(ROUNDS):
        batch = await words.find(hub.db.reader, text, streams, limit + AHEAD, before)
        ids = [event_id for _, event_id in batch]
        seen: Any = await visible.events(principal).filter(id__in=ids).values_list("id", flat=True) if ids else []
        found += seen
        if len(found) >= limit or len(batch) < limit + AHEAD:
            break
        before = batch[-1][0]
    return found
