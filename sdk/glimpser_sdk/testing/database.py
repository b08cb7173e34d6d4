"""A plugin's tables in a database in memory. Needs ``glimpser-sdk[db]``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glimpser_sdk.specs import ModelsSpec


@asynccontextmanager
async def tables(plugin_id: str, spec: ModelsSpec) -> AsyncIterator[Any]:
    """An open connection to an empty database with the plugin's tables; models find it by themselves.

    They are made of the models, not by the migrations. ``hub_context(plugin_id, connection=…)`` hands it to changes.
    """
    from tortoise.context import TortoiseContext

    app = {"models": list(spec.modules), "default_connection": "default"}
    context = TortoiseContext()
    with context:
        await context.init(
            {"connections": {"default": "sqlite://:memory:"}, "apps": {plugin_id: app}}, _enable_global_fallback=True
        )
        await context.generate_schemas()
        yield context.connections.get("default")
        await context.close_connections()
