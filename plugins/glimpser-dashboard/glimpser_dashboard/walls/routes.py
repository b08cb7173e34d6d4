"""Routes of saved walls. Whether one may use them at all is declared in ``hooks.py``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from quart import Blueprint, jsonify, request

from glimpser_sdk.ids import is_id
from glimpser_sdk.web import Problem, current_principal, page, require

from . import store
from .inputs import ListQuery, WallIn, invalid, read

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes = Blueprint("glimpser_dashboard_walls", __name__)

    @routes.get("/dashboards")
    async def walls() -> Any:
        """One's own walls and those that are shared with one, oldest first."""
        query = read(ListQuery, request.args.to_dict())
        found, cursor, total = await store.page_of(query, current_principal(), sees())
        return page(found, cursor=cursor, total=total)

    @routes.put("/dashboards/<wall_id>")
    async def save(wall_id: str) -> Any:
        """Replace a wall, which needs If-Match, or make one under a new id."""
        if not is_id(wall_id):
            raise store.not_found()
        raw = await request.get_data(as_text=False)
        wanted = read(WallIn, raw if isinstance(raw, bytes) else raw.encode())
        seen = sees()
        for number, tile in enumerate(wanted.tiles):
            if not seen(tile.stream_id):
                raise invalid(f"/tiles/{number}/stream_id", "there is no such stream")
        author = current_principal()
        wall = await store.put(ctx, wall_id, wanted, author, _matcher())
        answer = jsonify(store.shown(wall, author, seen))
        answer.headers["ETag"] = f'"v{wall.version}"'
        return answer

    @routes.delete("/dashboards/<wall_id>")
    async def delete(wall_id: str) -> Any:
        """Delete a wall. Needs If-Match."""
        match = _matcher()
        if match is None:
            raise Problem(428, "match.needed", "send the ETag of the wall as If-Match")
        await store.delete(ctx, wall_id, current_principal(), match)
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


def _matcher() -> store.Match | None:
    """Compares a version with ``If-Match``; None without. It is made in the request and asked in the writer."""
    asked = request.headers.get("If-Match", "").strip()
    if not asked:
        return None
    tags = [tag.strip() for tag in asked.split(",")]

    def match(version: int) -> None:
        if "*" not in tags and f'"v{version}"' not in tags:
            raise Problem(412, "match.failed", "the wall was changed meanwhile: read it again", version=version)

    return match
