"""The state of the hub: system, detailed health, capabilities, dashboard counts, storage."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import psutil
from pydantic import BaseModel, Field

import glimpser_sdk
from glimpser.identity.policy import Principal
from glimpser.media.pruner import budget, used_bytes
from glimpser.plugins.rows import read_enabled
from glimpser.streams.health import LOST

from . import visible
from .answers import plain
from .counting import QuotaOut, quotas
from .events import event_outs
from .models import EventOut
from .routing import SIGNED_IN, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("system")

PROCESS = psutil.Process()


class SystemOut(BaseModel):
    """Version, machine and processes. Bytes, seconds and per cent."""

    version: str
    sdk_version: str
    python: str
    node_id: str
    node_name: str
    started_at: str
    uptime_s: float
    cpu: dict[str, Any]
    memory: dict[str, Any]
    disk: dict[str, Any]
    database: str
    workers: list[dict[str, Any]]
    live_sessions: int
    open_responses: int


class Check(BaseModel):
    """One thing that may be wrong."""

    id: str
    status: str = Field(description="ok, warning or failed.")
    code: str
    detail: str


class HealthOut(BaseModel):
    """All checks; ``status`` is the worst."""

    status: str
    checks: list[Check]


class PanelOut(BaseModel):
    """A part of the pages that a plugin brings."""

    plugin: str
    slot: str = Field(description="Where it is shown: page, wall.tile, stream.tab, event.detail, config.field, "
                                  "settings.section, search.results or system.card.")  # fmt: skip
    title: str
    element: str = Field(description="The custom element that the module registers.")
    module: str = Field(description="Path of the ES module, below the hub's root.")
    match: list[str] = Field(description="Types of events, or formats of a JSON Schema, that it is for.")
    icon: str


class CapabilitiesOut(BaseModel):
    """What is installed and allowed for this principal; user interfaces decide by it alone."""

    permissions: list[str]
    source_kinds: list[str]
    analyzers: list[str]
    sinks: list[str]
    password_sign_in: bool
    menu: list[dict[str, str]]
    panels: list[PanelOut]
    features: dict[str, bool]
    limits: dict[str, int] = Field(description="Of the API itself, the same for everybody.")
    quotas: list[QuotaOut] = Field(description="What the principal's role limits, and what is left of it.")


class DashboardOut(BaseModel):
    """Counts for a first page."""

    streams: dict[str, int] = Field(description="Number of visible streams by status, and total.")
    open_events: int
    unreviewed_activities: int
    recent_events: list[EventOut]


def version() -> str:
    """The installed version of the core."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as find

    try:
        return find("glimpser")
    except PackageNotFoundError:
        return "0"


@route("GET", "/api/system", permission="system.view", answer=SystemOut)
async def system(hub: Hub) -> Any:
    """Version, uptime, CPU, memory, disk and worker processes."""
    free, total = await asyncio.to_thread(hub.media.storage.free)
    memory = psutil.virtual_memory()
    used = await used_bytes()
    return plain(
        {
            "version": version(),
            "sdk_version": glimpser_sdk.__version__,
            "python": platform.python_version(),
            "node_id": hub.node_id,
            "node_name": hub.settings.node_name,
            "started_at": hub.started_at,
            "uptime_s": round(time.monotonic() - hub.started_mono, 1),
            "cpu": {"cores": os.cpu_count(), "percent": psutil.cpu_percent(), "hub_s": sum(PROCESS.cpu_times()[:2])},
            "memory": {"total": memory.total, "available": memory.available, "hub_rss": PROCESS.memory_info().rss},
            "disk": {"free": free, "total": total, "media": used, "media_budget": budget(hub.media_limits(), total)},
            "database": "sqlite" if hub.db.target.path else "postgresql",
            "workers": [
                {"id": w.id, "pid": w.pid, "group": w.group, "state": w.state, "streams": len(w.streams), "rss": w.rss,
                 "cpu_s": w.cpu_s, "threads": w.threads, "fds": w.fds, "since": w.since}
                for w in hub.capture.workers()
            ],
            "live_sessions": len(hub.live.sessions()),
            "open_responses": len(hub.responses),
        }
    )  # fmt: skip


@route("GET", "/api/health", permission=SIGNED_IN, answer=HealthOut)
async def health(hub: Hub, principal: Principal) -> Any:
    """Detailed health with causes."""
    checks = [_check("hub", hub.state == "ready", "hub.state", f"the hub is {hub.state}")]
    checks.append(_check("storage", hub.pruner.room(), "storage.low", "the volume is nearly full"))
    checks.append(
        _check("passwords", hub.identity.passwords is not None, "auth.no_password_backend",
               "not configured: install glimpser-password to sign in with a password", "warning")
    )  # fmt: skip
    checks.append(
        _check("sources", bool(hub.plugins.registry.sources), "plugin.no_sources",
               "no sources are installed: pip install 'glimpser[demo]'", "warning")
    )  # fmt: skip
    if "plugins.view" in principal.permissions:
        for p in hub.plugins.plugins.values():
            if p.state not in ("running", "disabled", None):
                checks.append(
                    _check(f"plugin:{p.id}", False, p.reason.code if p.reason else "plugin.failed", p.message)
                )
    lost = [state for state in (await _states(hub, principal)).values() if state in LOST]
    checks.append(
        _check(
            "streams",
            not lost,
            "streams.lost",
            f"{len(lost)} streams give no picture" if len(lost) > 1 else "a stream gives no picture",
            "warning",
        )
    )
    order = ("ok", "warning", "failed")
    return {"status": max((c["status"] for c in checks), key=order.index), "checks": checks}


async def _states(hub: Hub, principal: Principal) -> dict[str, str]:
    """What the streams that the principal sees do, by id."""
    ids: Any = await visible.streams(principal).values_list("id", flat=True)
    return {i: state["status"] for i, state in (await visible.states(hub, principal, ids)).items()}


def _check(name: str, good: bool, code: str, detail: str, bad: str = "failed") -> dict[str, str]:
    return {
        "id": name,
        "status": "ok" if good else bad,
        "code": "ok" if good else code,
        "detail": "" if good else detail,
    }


MENU = (
    ("wall", "Wall", "/", "streams.view"),
    ("events", "Events", "/events", "events.view"),
)


@route("GET", "/api/capabilities", permission=SIGNED_IN, answer=CapabilitiesOut)
async def capabilities(hub: Hub, principal: Principal) -> Any:
    """Menu, kinds, features and limits for this principal."""
    registry = hub.plugins.registry
    return {
        "permissions": sorted(principal.permissions),
        "source_kinds": sorted(registry.sources),
        "analyzers": sorted(registry.analyzers),
        "sinks": sorted(registry.sinks),
        "password_sign_in": hub.identity.passwords is not None,
        "menu": [{"id": i, "title": t, "path": p} for i, t, p, need in MENU if need in principal.permissions],
        "panels": await _panels(hub, principal),
        "features": {"clips": "clips" in registry.sinks, "motion": "motion" in registry.analyzers},
        "limits": {"page": 500, "subscriptions": 256},
        "quotas": await quotas(hub, principal),
    }  # fmt: skip


async def _panels(hub: Hub, principal: Principal) -> list[dict[str, Any]]:
    """Those that this principal is shown. What was switched off goes at once, without the next start; the pages' own
    panels stay for as long as the pages do."""
    listed = hub.settings.plugins is not None  # then switches mean nothing
    off = set() if listed else {plugin for plugin, on in (await read_enabled()).items() if not on} - {hub.site.owner}
    return [
        {"plugin": panel.plugin, "slot": panel.spec.slot, "title": panel.spec.title, "element": panel.spec.element,
         "module": panel.module, "match": list(panel.spec.match), "icon": panel.spec.icon}
        for panel in hub.site.panels
        if panel.plugin not in off
        and (not panel.spec.permission or panel.spec.permission in principal.permissions)
    ]  # fmt: skip


@route("GET", "/api/dashboard", permission="streams.view", per_stream=True, answer=DashboardOut)
async def dashboard(hub: Hub, principal: Principal) -> Any:
    """Counts and the newest events."""
    states = await _states(hub, principal)
    counts = {"total": await visible.streams(principal).count(), **Counter(states.values())}
    allowed = "events.view" in principal.permissions
    activities, seen = visible.activities(principal), visible.seen_activities(principal)
    events = visible.events(principal)
    newest = await events.order_by("-started_at", "-id").limit(10) if allowed else []
    return {
        "streams": counts,
        "open_events": await events.filter(state="open").count() if allowed else 0,
        "unreviewed_activities": await activities.count() - await seen.count() if allowed else 0,
        "recent_events": await event_outs(hub, principal, list(newest)),
    }
