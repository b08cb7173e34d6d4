"""One box over streams and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from tortoise.expressions import Q, Subquery

from glimpser.identity.policy import Principal, abilities

from . import visible
from .answers import plain
from .events import event_outs
from .loaders import named_or_tagged
from .routing import SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("search")


class SearchQuery(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(min_length=1, max_length=200, description="Part of a name, tag, event type or event text.")
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
    titles = [t.type for t in hub.events.types if text.casefold() in t.title.casefold()]
    named = visible.streams(principal).filter(name__icontains=text).values("id")
    match = Q(type__icontains=text) | Q(type__in=titles) | Q(stream_id__in=Subquery(named))
    rows = await visible.events(principal).filter(match).order_by("-started_at", "-id").limit(limit)
    return [
        plain({"kind": "event", "id": e["id"], "title": e["text"], "detail": e["type"], "stream_id": e["stream_id"],
               "at": e["started_at"], "can": e["can"]})
        for e in await event_outs(hub, principal, list(rows))
    ]  # fmt: skip
