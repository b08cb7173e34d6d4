"""Routes of saved walls. Whether one may use them at all is declared in ``hooks.py``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from quart import Blueprint, request

from glimpser_sdk.ids import is_id
from glimpser_sdk.web import Problem, body, current_principal, matcher, page, read, require, versioned

from . import store
from .inputs import ListQuery, WallIn, invalid

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes = Blueprint("glimpser_dashboard_walls", __name__)

    @routes.get("/dashboards")
    async def walls() -> Any:
        """One's own walls and those that are shared with one, oldest first."""
        query = read(ListQuery, request.args.to_dict(), invalid)
        found, cursor, total = await store.page_of(query, current_principal(), sees())
        return page(found, cursor=cursor, total=total)

    @routes.put("/dashboards/<wall_id>")
    async def save(wall_id: str) -> Any:
        """Replace a wall, which needs If-Match, or make one under a new id."""
        if not is_id(wall_id):
            raise store.not_found()
        wanted = read(WallIn, await body(), invalid)
        seen = sees()
        for number, tile in enumerate(wanted.tiles):
            if not seen(tile.stream_id):
                raise invalid(f"/tiles/{number}/stream_id", "there is no such stream")
        author = current_principal()
        match = matcher("wall") if request.headers.get("If-Match") else None
        wall = await store.put(ctx, wall_id, wanted, author, match)
        return versioned(store.shown(wall, author, seen), wall.version)

    @routes.delete("/dashboards/<wall_id>")
    async def delete(wall_id: str) -> Any:
        """Delete a wall. Needs If-Match."""
        await store.delete(ctx, wall_id, current_principal(), matcher("wall"))
        return "", 204

    return routes


def sees() -> store.Sees:
    """Whether the asker sees a stream, asked once for each."""

    @cache
    def ask(stream_id: str) -> bool:
        try:
            require("streams.view", stream_id)
        except Problem:
            return False
        return True

    return ask
