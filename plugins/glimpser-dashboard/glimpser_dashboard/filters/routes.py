"""Routes of saved filters. A browser asks; a key is no person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quart import Blueprint, jsonify

from glimpser_dashboard.walls.inputs import invalid
from glimpser_sdk.web import Principal, Problem, body, current_principal, read

from .hooks import PATH
from .inputs import FiltersIn
from .models import Filters

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes = Blueprint("glimpser_dashboard_filters", __name__)

    @routes.get(PATH)
    async def kept() -> Any:
        """Filters of the inbox that one gave a name."""
        row = await Filters.filter(id=_person().id).first()
        return jsonify(filters=json.loads(row.filters) if row else [])

    @routes.put(PATH)
    async def keep() -> Any:
        """Keep these filters, and no others."""
        person = _person()
        filters = [one.model_dump() for one in read(FiltersIn, await body(), invalid).filters]
        if len({one["name"] for one in filters}) < len(filters):
            raise Problem(409, "dashboard.same_name", "two of them have the same name")

        async def change(connection: Any) -> None:
            await Filters.filter(id=person.id).using_db(connection).delete()
            if filters:
                await Filters.create(using_db=connection, id=person.id, filters=json.dumps(filters))

        await ctx.write(change)
        return jsonify(filters=filters)

    return routes


def _person() -> Principal:
    person = current_principal()
    if person.kind != "user":
        raise Problem(403, "auth.session_needed", "sign in with a browser to keep filters")
    return person
