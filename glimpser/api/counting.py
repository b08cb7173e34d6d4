"""Counts requests towards limits: the routes that declare one, and those that ask for a permission which is counted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field
from quart import g

from glimpser.identity.limits import LimitReached, Use
from glimpser.identity.policy import Principal
from glimpser_sdk.web import Problem

from .answers import shown
from .routing import Route

if TYPE_CHECKING:
    from glimpser.hub import Hub


class QuotaOut(BaseModel):
    """One's own limit of something, and what is left of it."""

    name: str
    title: str
    counted: str = Field(description="per_day: until midnight UTC; concurrent: at a time.")
    limit: int
    used: int
    left: int
    resets_at: str | None = Field(description="null: as soon as something else ends.")


async def quotas(hub: Hub, principal: Principal) -> list[dict[str, Any]]:
    """All limits of the principal."""
    return [
        shown({"name": q.counted.name, "title": q.counted.title, "counted": q.counted.counted, "limit": q.limit,
               "used": q.used, "left": q.left, "resets_at": q.resets_at})
        for q in await hub.limits.left(principal)
    ]  # fmt: skip


async def take(hub: Hub, principal: Principal, name: str, object_id: str = "") -> Use | None:
    """Count one use. Problem 429 that names the limit."""
    try:
        return await hub.limits.take(principal, name, object_id)
    except LimitReached as reached:
        counted = reached.counted
        of = "at a time" if counted.counted == "concurrent" else "a day"
        raise Problem(429, "limit.reached", f"{counted.title}: your role allows {reached.limit} {of}",
                      limit=counted.name, counted=counted.counted, allowed=reached.limit,
                      retry_after=reached.retry_after) from None  # fmt: skip


async def count(hub: Hub, route: Route, method: str, params: dict[str, Any] | None) -> None:
    """Count a request before it is answered; what is counted at a time is given back when all of it was sent."""
    principal: Principal | None = g.principal
    name = route.counts or (route.permission if route.permission in hub.identity.permissions.limits else "")
    if not name or principal is None or method == "HEAD":
        return
    object_id = str((params or {}).get(route.load.parameter, "")) if route.load is not None else ""
    use = g.use = await take(hub, principal, name, object_id)
    task = asyncio.current_task()
    if use is not None and task is not None:
        hub.limits.release_after(task, use)


async def settle(hub: Hub, status: int) -> None:
    """What was refused, failed or was known already does not count."""
    use: Use | None = g.get("use")
    if use is not None and not 200 <= status < 300:
        await hub.limits.undo(use)
