"""The plugin's routes. Who may ask is declared in ``plugin.py`` and checked before a route runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from glimpser_sdk.web import Problem, current_principal, page
from quart import Blueprint, jsonify, request

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

_KEPT = 100
_LONGEST = 200


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes = Blueprint("{{ cookiecutter.__package }}", __name__)

    @routes.get("/visits")
    async def visits() -> Any:
        """The last visits, newest first."""
        found = await ctx.kv.get("visits", [])
        return page(found, cursor=None, total=len(found))

    @routes.post("/visits")
    async def visit() -> Any:
        """Record a visit: ``{"note": "…"}``."""
        try:
            body = json.loads(await request.get_data())
        except (ValueError, RecursionError):
            body = None
        note = body.get("note", "") if isinstance(body, dict) else None
        if not isinstance(note, str) or len(note) > _LONGEST or set(body) - {"note"}:
            raise Problem(
                422,
                "{{ cookiecutter.id }}.bad_note",
                f'send {% raw %}{{"note": text}}{% endraw %} with at most {_LONGEST} characters',
            )
        made = {"at": ctx.clock.now().isoformat(), "by": current_principal().name, "note": note}
        await ctx.kv.set("visits", [made, *await ctx.kv.get("visits", [])][:_KEPT])
        return jsonify(made), 201

    return routes
