"""What cannot be used as it is configured: stored settings of the hub and settings of plugins, with their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from glimpser.database.models import Setting
from glimpser.identity.policy import Principal
from glimpser.plugins.config import mask
from glimpser.plugins.sections import Draft
from glimpser_sdk.schema import form_schema

from .answers import plain
from .routing import Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("repair")


class BrokenValue(BaseModel):
    """A value that is not used, because it is not allowed."""

    field: str = Field(description="JSON pointer; empty: the settings as a whole.")
    value: Any = Field(description="As it was written; secrets are masked.")
    source: str = Field(description="environment, file, database or default.")
    where: str = Field(description="The variable or file; empty where it is changed through the API.")
    problem: str
    schema_: dict[str, Any] = Field(alias="schema", description="What is allowed; empty where nothing is known of it.")


class BrokenPlugin(BaseModel):
    """A plugin whose settings cannot be used."""

    id: str
    values: list[BrokenValue]


class RepairOut(BaseModel):
    """Everything to repair; plugins that failed for other reasons are in `GET /api/plugins`."""

    safe: bool = Field(description="The hub was started with --safe.")
    settings: list[BrokenValue] = Field(description="For those who see settings.")
    plugins: list[BrokenPlugin] = Field(description="For those who manage plugins.")


@route("GET", "/api/repair", permission="plugins.view", answer=RepairOut)
async def broken(hub: Hub, principal: Principal) -> Any:
    """Configured values that are not allowed, with their source and what is allowed."""
    plugins = []
    if "plugins.manage" in principal.hubwide:
        for plugin in sorted(hub.plugins.plugins.values(), key=lambda p: p.id):
            if (draft := await hub.runtime.draft(plugin)) is not None and draft.faults:
                plugins.append({"id": plugin.id, "values": _of_plugin(hub, plugin.id, draft)})
    return {
        "safe": hub.settings.safe,
        "settings": await _of_hub(hub) if "settings.view" in principal.hubwide else [],
        "plugins": plain(plugins),
    }


async def _of_hub(hub: Hub) -> list[dict[str, Any]]:
    known = {row["key"]: row for row in hub.settings.explain()}
    return [
        {"field": f"/{row.key}", "value": row.value if row.key in known else "********", "source": "database",
         "where": "", "problem": problem.removeprefix(f"{row.key}: "),
         "schema": known[row.key]["schema"] if row.key in hub.settings.stored_keys() else {}}
        for row in await Setting.all().order_by("key")
        if (problem := hub.settings.refusal(row.key, row.value))
    ]  # fmt: skip


def _of_plugin(hub: Hub, plugin_id: str, draft: Draft) -> list[dict[str, Any]]:
    properties = form_schema(draft.model).get("properties", {})
    shown = mask(draft.model, draft.document)
    found = []
    for fault in draft.faults:
        name = fault.pointer.split("/")[1] if fault.pointer else ""
        source = draft.sources.get(name, "database")
        places = {
            "environment": f"GLIMPSER_{plugin_id.upper().replace('-', '_')}__{name.upper()}",
            "file": str(hub.settings.origins.file),
        }
        found.append(
            {"field": fault.pointer, "value": shown.get(name), "source": source, "where": places.get(source, ""),
             "problem": fault.message, "schema": properties.get(name, {})}
        )  # fmt: skip
    return found
