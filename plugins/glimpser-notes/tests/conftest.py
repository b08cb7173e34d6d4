"""A database with the plugin's table, and the routes on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tortoise.context import TortoiseContext

from glimpser_notes.plugin import glimpser_routers
from glimpser_notes.routes import make
from glimpser_sdk.testing import app_with


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    context = TortoiseContext()
    with context:
        await context.init(
            {
                "connections": {"default": "sqlite://:memory:"},
                "apps": {"notes": {"models": ["glimpser_notes.models"], "default_connection": "default"}},
            },
            _enable_global_fallback=True,
        )
        await context.generate_schemas()
        yield context.connections.get("default")
        await context.close_connections()


@pytest.fixture
def ctx(database: Any, hub_context: Callable[..., Any]) -> Any:
    """What the hub would hand in."""
    return hub_context("notes", connection=database)


@pytest.fixture
def app(ctx: Any) -> Any:
    """An application with the routes, asked by somebody who may read and write."""
    [spec] = glimpser_routers()
    return app_with("notes", spec, make(ctx), permissions={"notes.view", "notes.write"})
