"""The hub's settings: value, source and schema of each; those that may change at run time can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from glimpser.database.models import Setting
from glimpser_sdk.web import Problem

from .problems import Invalid
from .routing import Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("settings")


class SettingOut(BaseModel):
    """One setting."""

    key: str
    value: Any
    default: Any
    source: str = Field(description="argument, environment, file, database or default.")
    where: str
    locked: bool = Field(description="Fixed above the database.")
    changeable: bool = Field(description="At run time.")
    schema_: dict[str, Any] = Field(alias="schema")


@route("GET", "/api/settings", permission="settings.view", answer=list[SettingOut])
async def list_settings(hub: Hub) -> Any:
    """All settings with the source that wins."""
    return hub.settings.explain()


@route("PATCH", "/api/settings", permission="settings.change", dangerous=True, body=dict, merge_patch=True,
       answer=list[SettingOut])  # fmt: skip
async def change_settings(hub: Hub, body: dict[str, Any]) -> Any:
    """Change several settings at once, applied live; null returns to the default. 409 for one fixed elsewhere."""
    rows = {row["key"]: row for row in hub.settings.explain()}
    kept: set[Any] = set(await Setting.all().values_list("key", flat=True))
    errors = []
    for key, value in body.items():
        row = rows.get(key)
        if value is None and key in kept and (row is None or not row["changeable"]):
            continue  # kept by another version, and of no use: it may go
        if row is not None and row["locked"] and row["changeable"]:
            raise Problem(409, "setting.locked", f"{key} is fixed by {row['where']}", key=key, source=row["source"])
        refusal = hub.settings.refusal(key, row["default"] if value is None and row else value)
        if row is None or refusal:
            message = refusal.removeprefix(f"{key}: ") if row else "no such setting"
            errors.append({"field": f"/{key}", "message": message, "code": "setting.refused"})
    if body.get("require_factor") not in (None, "nobody") and not hub.identity.proving.factors:
        raise Problem(409, "factor.none", "require_factor: no plugin offers a second factor: pip install glimpser-totp")
    if errors:
        raise Invalid(errors)

    async def change(conn: Any) -> None:
        for key, value in body.items():
            if value is None:
                await Setting.filter(key=key).using_db(conn).delete()
            else:
                await Setting.update_or_create({"value": value}, using_db=conn, key=key)

    await hub.db.write(change)
    await hub.reload_settings()
    if "require_factor" in body:  # who has to enrol now may do nothing else, what is open included
        hub.identity.ended([principal.session_id for principal in hub.responses.principals()])
    await hub.events.announce("settings", "updated", "settings", payload={"keys": sorted(body)})
    return hub.settings.explain()
