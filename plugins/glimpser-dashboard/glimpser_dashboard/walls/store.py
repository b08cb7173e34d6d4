"""Reading and changing saved walls. Changes go through the hub's one writer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from glimpser_dashboard.filters.models import Filters
from glimpser_sdk.ids import is_id
from glimpser_sdk.web import Problem

from .hooks import MANAGE, SAVE
from .inputs import Layout
from .models import Wall

if TYPE_CHECKING:
    from glimpser_sdk import HubContext
    from glimpser_sdk.web import Match, Principal

    from .inputs import ListQuery, WallIn

MOST_OF_ONE, MOST = 100, 1000
"""Walls that one person and the whole hub may keep."""

Sees = Callable[[str], bool]
"""Whether the asker sees a stream."""


def manages(principal: Principal) -> bool:
    """Whether somebody changes shared walls of others."""
    return MANAGE in principal.permissions


def shown(wall: Wall, asking: Principal, sees: Sees) -> dict[str, Any]:
    """A wall as JSON, without tiles of streams that the asker does not see; times in RFC 3339."""
    layout = json.loads(wall.layout)
    layout["tiles"] = [tile for tile in layout["tiles"] if sees(tile["stream_id"])]
    names = ("id", "name", "visibility", "owner_id", "owner_name", "version")
    mine = wall.owner_id == asking.id
    return {
        **{name: getattr(wall, name) for name in names},
        **layout,
        "role": wall.role or None,
        "mine": mine,
        "can": ["change", "delete"] if SAVE in asking.permissions and (mine or manages(asking)) else [],
        **{name: getattr(wall, name).isoformat().replace("+00:00", "Z") for name in ("created_at", "updated_at")},
    }


async def page_of(query: ListQuery, asking: Principal, sees: Sees) -> tuple[list[dict[str, Any]], str | None, int]:
    """One page, oldest first: the walls, the cursor of the next page, and how many there are on all pages.

    A shared wall of which the asker would see nothing at all is left out, but for who manages walls.
    """
    shared = Q(visibility="shared")
    if not manages(asking):
        shared &= Q(role__in=["", asking.role])
    rows = await Wall.filter(Q(owner_id=asking.id) | shared).order_by("id")
    walls = [shown(row, asking, sees) for row in rows]
    walls = [wall for wall in walls if wall["mine"] or manages(asking) or wall["tiles"]]
    rest = [wall for wall in walls if query.cursor is None or wall["id"] > query.cursor]
    found = rest[: query.limit]
    return found, found[-1]["id"] if len(rest) > query.limit else None, len(walls)


async def put(ctx: HubContext, wall_id: str, new: WallIn, author: Principal, match: Match | None) -> Wall:
    """Keep a wall under an id: replace the one that is there, or make it."""
    now = ctx.clock.now()
    layout = json.dumps(new.model_dump(include=set(Layout.model_fields)), separators=(",", ":"))
    values = {"name": new.name, "visibility": new.visibility, "role": new.role or "", "layout": layout}

    async def change(connection: Any) -> Wall:
        wall = await Wall.filter(id=wall_id).using_db(connection).first()
        if wall is None:
            if match is not None:
                raise not_found()
            await _check_room(author, connection)
            return await Wall.create(
                using_db=connection, id=wall_id, owner_id=author.id, owner_name=author.name, created_at=now,
                updated_at=now, **values,
            )  # fmt: skip
        _check_owner(wall, author)
        if match is None:
            raise Problem(428, "match.needed", "there is a wall with this id: send its ETag as If-Match")
        match(wall.version)
        if wall.owner_id != author.id and new.visibility == "private":
            raise Problem(409, "dashboard.not_yours", "only who owns a wall may make it private")
        wall.update_from_dict({**values, "version": wall.version + 1, "updated_at": now})
        await wall.save(using_db=connection)
        return wall

    kept: Wall = await ctx.write(change)
    return kept


async def delete(ctx: HubContext, wall_id: str, author: Principal, match: Match) -> None:
    """Delete a wall. Problem 404 when there is none (any more)."""

    async def change(connection: Any) -> None:
        wall = await Wall.filter(id=wall_id).using_db(connection).first() if is_id(wall_id) else None
        if wall is None:
            raise not_found()
        _check_owner(wall, author)
        match(wall.version)
        await wall.delete(using_db=connection)

    await ctx.write(change)


async def forget(ctx: HubContext, user_id: str) -> None:
    """Somebody's account is gone: their private walls and filters go with it, and the walls that others see stay, which
    from then on belong to nobody: who manages walls changes and deletes them."""

    async def change(connection: Any) -> None:
        await Filters.filter(id=user_id).using_db(connection).delete()
        theirs = Wall.filter(owner_id=user_id).using_db(connection)
        await theirs.filter(visibility="private").delete()
        await theirs.update(owner_id="", owner_name="")

    await ctx.write(change)


async def _check_room(author: Principal, connection: Any) -> None:
    if await Wall.filter(owner_id=author.id).using_db(connection).count() >= MOST_OF_ONE:
        raise Problem(409, "dashboard.too_many", f"one person may keep {MOST_OF_ONE} walls", limit=MOST_OF_ONE)
    if await Wall.all().using_db(connection).count() >= MOST:
        raise Problem(409, "dashboard.too_many", f"a hub keeps {MOST} walls", limit=MOST)


def _check_owner(wall: Wall, author: Principal) -> None:
    """Problem 404 for who does not know of the wall, 403 for who may only look at it."""
    if wall.owner_id == author.id:
        return
    shared = wall.visibility == "shared"
    if shared and manages(author):
        return
    if shared and wall.role in ("", author.role):
        raise Problem(403, "dashboard.not_yours", "somebody else owns this wall: save a copy under another name")
    raise not_found()


def not_found() -> Problem:
    """The same for what is not there and for what may not be seen."""
    return Problem(404, "dashboard.not_found", "there is no such wall")
