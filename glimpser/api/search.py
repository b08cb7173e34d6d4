"""One box over streams, events, users, settings, and what plugins find."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from glimpser.database import words
from glimpser.database.lookups import event_types, newest_of_each
from glimpser.identity.policy import Principal, abilities, can, only_on

from . import visible
from .answers import plain
from .events import event_outs
from .loaders import named_or_tagged
from .plugin_search import by_plugins
from .routing import SIGNED_IN, Routes
from .users import named, user_outs

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
        description="Part of a name, tag, event type or setting, or beginnings of an event's words.",
    )
    suggest: bool = Field(False, description="Few, fast, for completion.")
    limit: int = Field(20, ge=1, le=100)


class Hit(BaseModel):
    """Something found."""

    kind: Literal["stream", "event", "user", "setting", "plugin"]
    id: str = Field(description="Of the object; a setting's key.")
    title: str
    detail: str = Field(description="More words: a stream's or an event's kind, a user's role, what a setting is for.")
    stream_id: str | None
    at: str | None
    can: list[str] = Field(description="Permissions the principal has on it.")
    plugin: str | None = Field(None, description="The plugin that found it.")
    group: str | None = Field(None, description="What the plugin calls such things.")
    link: str | None = Field(None, description="The page of what a plugin found, below the hub's root.")


@route("GET", "/api/search", permission=SIGNED_IN, query=SearchQuery, answer=list[Hit])
async def search(hub: Hub, principal: Principal, query: SearchQuery) -> Any:
    """Streams, events, users, settings, and what plugins find, each with its best first. Where there is more than may
    be answered, each kind gets its share."""
    limit = min(query.limit, 8) if query.suggest else query.limit
    found: list[list[dict[str, Any]]] = []
    if "streams.view" in principal.permissions:
        found.append(await _streams(hub, principal, query.q, limit))
    if "events.view" in principal.permissions:
        found.append(await _events(hub, principal, query.q, limit))
    if can(principal, "users.manage"):
        found.append(await _users(hub, principal, query.q, limit))
    if can(principal, "settings.view"):
        found.append(_settings(hub, principal, query.q)[:limit])
    found.append(await by_plugins(hub, principal, query.q, limit, suggest=query.suggest))
    return shared_out(found, limit)


def shared_out(found: list[list[dict[str, Any]]], limit: int) -> list[dict[str, Any]]:
    """At most so many of all, in their order: no kind takes more than its share while another has more to show."""
    taken = [0] * len(found)
    while sum(taken) < limit and any(len(hits) > n for hits, n in zip(found, taken, strict=True)):
        for place, hits in enumerate(found):
            taken[place] += len(hits) > taken[place] and sum(taken) < limit
    return [hit for hits, n in zip(found, taken, strict=True) for hit in hits[:n]]


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
        batch = await words.find(hub.db.reader, text, streams, limit + AHEAD, before, principal.hidden)
        ids = [event_id for _, event_id in batch]
        seen: Any = await visible.events(principal).filter(id__in=ids).values_list("id", flat=True) if ids else []
        found += seen
        if len(found) >= limit or len(batch) < limit + AHEAD:
            break
        before = batch[-1][0]
    return found


async def _users(hub: Hub, principal: Principal, text: str, limit: int) -> list[dict[str, Any]]:
    rows = await named(text).order_by("name_key").limit(limit)
    return [
        {
            "kind": "user",
            "id": user["id"],
            "title": user["display_name"] or user["name"],
            "detail": f"{user['name']}, {user['role_name']}" if user["display_name"] else user["role_name"],
            "stream_id": None,
            "at": None,
            "can": user["can"],
        }
        for user in await user_outs(hub, principal, rows)
    ]


def _settings(hub: Hub, principal: Principal, text: str) -> list[dict[str, Any]]:
    """By their names and what is said of them, never by their values."""
    wanted = text.casefold()
    able = abilities(principal, ("settings.view", "settings.change"))
    rows = [(row["key"], str(row["schema"].get("description", ""))) for row in hub.settings.explain()]
    found = [
        (wanted not in _spoken(key), key, words)
        for key, words in rows
        if wanted in key or wanted in _spoken(key) or wanted in words.casefold()
    ]
    return [
        {"kind": "setting", "id": key, "title": _spoken(key).capitalize(), "detail": words, "stream_id": None,
         "at": None, "can": able}
        for _, key, words in sorted(found)
    ]  # fmt: skip


def _spoken(key: str) -> str:
    return key.replace("_", " ")
