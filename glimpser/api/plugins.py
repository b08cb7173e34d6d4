"""Plugins: what is installed, how far each got, its settings and schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from glimpser.identity.policy import Principal
from glimpser.plugins.changes import patched
from glimpser.plugins.config import DocumentInvalid, mask, resolve, seal, validate, without_sealed
from glimpser.plugins.rows import Changed, read_config, read_enabled, store_config, store_switch
from glimpser.plugins.sections import Draft, Section, stored_place
from glimpser.plugins.state import Plugin, State
from glimpser.redaction import redactor
from glimpser_sdk.schema import form_schema
from glimpser_sdk.web import Problem

from .answers import matcher, plain
from .routing import Loader, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("plugins")


class PluginOut(BaseModel):
    """An installed plugin."""

    id: str
    title: str
    description: str
    distributions: list[dict[str, str]]
    first_party: bool
    state: str
    stage: str
    reason: dict[str, Any] | None
    warnings: list[str]
    capabilities: list[str]
    provides: dict[str, list[str]] = Field(description="Names that it adds, by kind.")
    durations_s: dict[str, float]
    docs: str = Field(description="Where it is documented, '' when it does not say.")
    enabled: bool = Field(description="Whether it is on from the next start of the hub.")


class PluginDetail(PluginOut):
    """The same with settings."""

    traceback: str = Field(description="For those who manage plugins.")
    schema_: dict[str, Any] | None = Field(alias="schema", description="JSON Schema of its settings.")
    config: dict[str, Any] | None = Field(description="Settings in force, secrets masked.")
    sources: dict[str, str] = Field(description="Where each setting comes from.")
    version: int


class PluginPatch(BaseModel):
    """What changes; takes effect at the next start of the hub."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool | None = None
    config: dict[str, Any] | None = Field(None, description="A merge patch of the settings.")


class ConfigIn(BaseModel):
    """Settings to check."""

    model_config = ConfigDict(extra="forbid")

    config: dict[str, Any] = Field(default_factory=dict)


class CheckOut(BaseModel):
    """The settings are valid."""

    ok: bool


def plugin_out(plugin: Plugin, switch: bool | None) -> dict[str, Any]:
    """One plugin, without its traceback and settings. ``switch``: how it was switched, None: never."""
    found = plugin.describe()
    found.pop("traceback")
    c = plugin.contribution
    provides: dict[str, list[str]] = {}
    if c is not None:
        provides = {
            "sources": [s.kind for s in c.sources],
            "analyzers": [s.id for s in c.analyzers],
            "sinks": [s.id for s in c.sinks],
            "auth_backends": [s.id for s in c.auth_backends],
            "event_types": [s.type for s in c.event_types],
            "permissions": [s.id for s in c.permissions],
            "commands": [s.name for s in c.commands],
        }
    return found | {
        "state": str(plugin.state or "starting"),
        "stage": str(plugin.stage),
        "description": c.manifest.description if c else "",
        "capabilities": sorted(c.manifest.capabilities) if c else [],
        "provides": {k: v for k, v in provides.items() if v},
        "docs": c.manifest.docs if c else "",
        "enabled": plugin.state != State.DISABLED if switch is None else switch,
    }


async def _plugin(hub: Hub, principal: Principal, identifier: str) -> Plugin | None:
    return hub.plugins.plugins.get(identifier)


PLUGIN = Loader("plugin", "plugin_id", _plugin)


async def _settings(hub: Hub, plugin: Plugin) -> Section | Draft | None:
    """Those in force, or those that were refused, so that they can be put right."""
    return hub.runtime.sections.get(plugin.id) or await hub.runtime.draft(plugin)


async def _detail(hub: Hub, principal: Principal, plugin: Plugin) -> Versioned:
    section = await _settings(hub, plugin)
    stored = await read_config(plugin.id)
    manages = "plugins.manage" in principal.permissions
    version = stored.version if stored else 0
    body = plugin_out(plugin, (await read_enabled()).get(plugin.id)) | {
        "traceback": redactor(plugin.traceback) if manages else "",
        "schema": form_schema(section.model) if section else None,
        "config": mask(section.model, section.document) if section and manages else None,
        "sources": dict(section.sources) if section else {},
        "version": version,
    }
    return Versioned(plain(body), version)


@route("GET", "/api/plugins", permission="plugins.view", answer=list[PluginOut])
async def list_plugins(hub: Hub) -> Any:
    """All installed plugins by id."""
    switches = await read_enabled()
    return [plain(plugin_out(p, switches.get(p.id))) for p in sorted(hub.plugins.plugins.values(), key=lambda p: p.id)]


@route("GET", "/api/plugins/<plugin_id>", permission="plugins.view", load=PLUGIN, answer=PluginDetail)
async def read_plugin(hub: Hub, principal: Principal, plugin: Plugin) -> Versioned:
    """One plugin with its settings and their schema."""
    return await _detail(hub, principal, plugin)


@route("PATCH", "/api/plugins/<plugin_id>", permission="plugins.manage", dangerous=True, load=PLUGIN, body=PluginPatch,
       answer=PluginDetail, match=True)  # fmt: skip
async def change_plugin(hub: Hub, principal: Principal, plugin: Plugin, body: PluginPatch) -> Versioned:
    """Enable, disable or configure a plugin from the next start on. Needs If-Match."""
    stored = await read_config(plugin.id)
    version = stored.version if stored else 0
    matcher()(version)
    try:
        if body.config is not None:
            version = await _store(hub, plugin, body.config, version)
        if body.enabled is not None:
            await store_switch(hub.db, plugin.id, body.enabled, expected=version)
    except Changed:
        raise Problem(412, "match.failed", "the plugin was changed meanwhile: read it again") from None
    await hub.events.announce("plugin", "updated", plugin.id, payload={"restart_needed": True})
    return await _detail(hub, principal, plugin)


async def _store(hub: Hub, plugin: Plugin, patch: dict[str, Any], version: int) -> int:
    section = await _settings(hub, plugin)
    spec = plugin.contribution.config if plugin.contribution else None
    if section is None or spec is None:
        raise Problem(409, "plugin.no_settings", f"the plugin {plugin.id} has no settings (or could not be loaded)")
    locked = [f for f in patch if section.sources.get(f) in ("environment", "file")]
    if locked:
        raise Problem(409, "setting.locked", f"{locked[0]} is fixed by {section.sources[locked[0]]}", field=locked[0])
    without_sealed(patch, "/config")
    document = patched(section.model, section.document, patch)
    try:
        validate(section.model, resolve(document, hub.runtime.references), "/config")
    except DocumentInvalid as error:
        if not _was_broken_before(section, patch, error):
            raise
    kept = {k: v for k, v in document.items() if section.sources.get(k) not in ("environment", "file")}
    sealed = seal(section.model, kept, hub.box, stored_place(plugin.id))
    return await store_config(hub.db, plugin.id, sealed, spec.version, expected=version)


def _was_broken_before(section: Section | Draft, patch: dict[str, Any], error: DocumentInvalid) -> bool:
    """Whether all that is wrong was so before and is left alone: several faults are put right one after another."""
    if not isinstance(section, Draft):
        return False
    before = {fault.pointer for fault in section.faults}
    now = [fault.pointer.removeprefix("/config") for fault in error.errors]
    return all(pointer in before and pointer.split("/")[1] not in patch for pointer in now if pointer) and "" not in now


@route(
    "POST", "/api/plugins/<plugin_id>/test", permission="plugins.manage", load=PLUGIN, body=ConfigIn, answer=CheckOut
)
async def check_plugin(hub: Hub, plugin: Plugin, body: ConfigIn) -> Any:
    """Check settings without saving them; 422 names each wrong field."""
    section = await _settings(hub, plugin)
    if section is None:
        raise Problem(409, "plugin.no_settings", f"the plugin {plugin.id} has no settings (or could not be loaded)")
    without_sealed(body.config, "/config")
    document = patched(section.model, section.document, body.config)
    validate(section.model, resolve(document, hub.runtime.references), "/config")
    return {"ok": True}
