"""Reading and adding landmarks. Everybody may read; changes go through the hub's one writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .compass import distance
from .models import Landmark

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

NEAR_DEG = 22.5


async def add(ctx: HubContext, name: str, bearing: float) -> Landmark:
    """Add a landmark, or move the one of that name."""

    async def change(connection: Any) -> Landmark:
        landmark, _ = await Landmark.update_or_create(
            defaults={"bearing": bearing % 360}, name=name, using_db=connection
        )
        return landmark

    added: Landmark = await ctx.write(change)
    return added


async def known() -> list[Landmark]:
    """All, by name."""
    return await Landmark.all().order_by("name")


async def towards(bearing: float) -> list[Landmark]:
    """Those that lie within ``NEAR_DEG`` degrees of a bearing, nearest first."""
    near = [(distance(mark.bearing, bearing), mark.name, mark) for mark in await known()]
    return [mark for gap, _, mark in sorted(near, key=lambda found: found[:2]) if gap <= NEAR_DEG]
