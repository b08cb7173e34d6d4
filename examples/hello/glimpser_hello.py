"""Hello: counts how often the hub was started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glimpser_sdk import EventTypeSpec, PluginManifest, hookimpl

if TYPE_CHECKING:
    from glimpser_sdk import HubContext


@hookimpl
def glimpser_manifest() -> PluginManifest:
    """Who the plugin is."""
    return PluginManifest(
        id="hello",
        title="Hello",
        description="Counts the starts of the hub.",
    )


@hookimpl
def glimpser_event_types() -> list[EventTypeSpec]:
    """What it tells people."""
    return [
        EventTypeSpec(
            type="hello.started",
            title="The hub was started",
            text="The hub was started, number {number}.",
        ),
    ]


@hookimpl
async def glimpser_setup(ctx: HubContext) -> None:
    """Runs once, when the hub starts."""
    number = await ctx.kv.get("starts", 0) + 1
    await ctx.kv.set("starts", number)
    await ctx.publish("hello.started", number=number)
