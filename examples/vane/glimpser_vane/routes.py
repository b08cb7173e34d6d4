"""Routes below /api/p/vane. Who may ask is declared in ``plugin.py`` and checked before a route runs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from glimpser_sdk.web import Problem, page
from quart import Blueprint, jsonify, request

from .compass import sector
from .landmarks import add, known, towards

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

    from .models import Landmark


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes = Blueprint("glimpser_vane", __name__)
    north = ctx.config.north_deg if ctx.config else 0.0

    @routes.get("/landmarks")
    async def landmarks() -> Any:
        """All landmarks."""
        found = [shown(mark) for mark in await known()]
        return page(found, cursor=None, total=len(found))

    @routes.post("/landmarks")
    async def new_landmark() -> Any:
        """Add one: ``{"name": …, "bearing": degrees}``."""
        name, bearing = wanted(await request.get_data())
        return jsonify(shown(await add(ctx, name, bearing))), 201

    @routes.get("/landmarks/<float:bearing>")
    async def there(bearing: float) -> Any:
        """What lies where the vane points."""
        found = [shown(mark) for mark in await towards(bearing + north)]
        return page(found, cursor=None, total=len(found))

    return routes


def shown(mark: Landmark) -> dict[str, Any]:
    """A landmark as JSON."""
    return {"id": mark.id, "name": mark.name, "bearing": mark.bearing, "sector": sector(mark.bearing)}


def wanted(body: Any) -> tuple[str, float]:
    """Name and bearing out of a request. Problem 422 names the field that is wrong."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or set(document) != {"name", "bearing"}:
        raise Problem(422, "vane.bad_landmark", 'send {"name": text, "bearing": degrees}')
    name, bearing = document["name"], document["bearing"]
    if not isinstance(name, str) or not 1 <= len(name) <= 100 or not name.isprintable():
        raise Problem(422, "vane.bad_landmark", "name must be 1 to 100 characters", field="name")
    if isinstance(bearing, bool) or not isinstance(bearing, int | float) or not math.isfinite(bearing):
        raise Problem(422, "vane.bad_landmark", "bearing must be a number of degrees", field="bearing")
    return name, float(bearing)
