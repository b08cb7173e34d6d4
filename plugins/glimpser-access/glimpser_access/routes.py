"""Routes of the access rules. Whether one may use them is declared in ``plugin.py``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from quart import Blueprint, jsonify, request

from glimpser_sdk import new_id
from glimpser_sdk.web import Problem, body, current_principal, page, read

from .inputs import NewRule
from .models import AccessRule
from .rules import Rule, rules_of

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

MOST = 1000


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes = Blueprint("glimpser_access", __name__)
    rules = rules_of(ctx)

    @routes.get("/access-rules")
    async def listed() -> Any:
        """All access rules, the oldest first."""
        found = await AccessRule.all().order_by("id")
        return page([shown(rule) for rule in found], cursor=None, total=len(found))

    @routes.post("/access-rules")
    async def add() -> Any:
        """Add a rule. One that would refuse who adds it is refused."""
        new = read(NewRule, await body(), invalid)
        if new.country is not None and not rules.knows_countries:
            raise Problem(
                422, "access.no_countries", "countries need a GeoIP database: set geoip_file", field="/country"
            )
        asking, address, id = current_principal(), request.remote_addr or "", new_id()
        rule = Rule.of(id, new.effect, new.network, new.country)

        async def change(connection: Any) -> AccessRule:
            # In the writer, where rules change one after the other.
            if len(rules.rules) >= MOST:
                raise Problem(422, "access.too_many", f"there may be {MOST} rules", limit=MOST)
            keep_author([*rules.rules, rule], address, asking.role)
            return await AccessRule.create(
                using_db=connection, id=id, effect=new.effect, network=new.network or "", country=new.country or "",
                note=new.note, author_name=asking.name, created_at=ctx.clock.now(),
            )  # fmt: skip

        kept = await ctx.write(change)
        await rules.load()
        answer = jsonify(shown(kept))
        answer.status_code = 201
        return answer

    @routes.delete("/access-rules/<rule_id>")
    async def delete(rule_id: str) -> Any:
        """Delete a rule. That is refused where the rest would refuse who asks."""
        address, role = request.remote_addr or "", current_principal().role

        async def change(connection: Any) -> None:
            row = await AccessRule.filter(id=rule_id).using_db(connection).first()
            if row is None:
                raise Problem(404, "access.not_found", "there is no such rule")
            keep_author([rule for rule in rules.rules if rule.id != rule_id], address, role)
            await row.delete(using_db=connection)

        await ctx.write(change)
        await rules.load()
        return "", 204

    def keep_author(wanted: Iterable[Rule], address: str, role: str) -> None:
        if not rules.would_admit(wanted, address, role):
            raise Problem(409, "access.locks_you_out", f"you come from {address}, which would not be served any more")

    return routes


def invalid(field: str, message: str) -> Problem:
    """What is said about a field that is wrong. ``field``: a JSON pointer."""
    return Problem(422, "access.invalid", message, field=field or "/")


def shown(rule: AccessRule) -> dict[str, Any]:
    """A rule as JSON."""
    return {
        "id": rule.id, "effect": rule.effect, "network": rule.network or None, "country": rule.country or None,
        "note": rule.note, "author_name": rule.author_name,
        "created_at": rule.created_at.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
