"""A database with the plugin's table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tortoise.context import TortoiseContext


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    context = TortoiseContext()
    with context:
        await context.init(
            {
                "connections": {"default": "sqlite://:memory:"},
                "apps": {"vane": {"models": ["glimpser_vane.models"], "default_connection": "default"}},
            },
            _enable_global_fallback=True,
        )
        await context.generate_schemas()
        yield context.connections.get("default")
        await context.close_connections()
