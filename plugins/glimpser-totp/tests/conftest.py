"""A database with the plugin's table, a clock that tests set, and the factor on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tortoise.context import TortoiseContext

from glimpser_sdk.testing import VirtualClock, app_with
from glimpser_totp.factor import TotpFactor
from glimpser_totp.plugin import glimpser_routers
from glimpser_totp.routes import make


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    context = TortoiseContext()
    with context:
        await context.init(
            {
                "connections": {"default": "sqlite://:memory:"},
                "apps": {"totp": {"models": ["glimpser_totp.models"], "default_connection": "default"}},
            },
            _enable_global_fallback=True,
        )
        await context.generate_schemas()
        yield context.connections.get("default")
        await context.close_connections()


@pytest.fixture
def clock() -> VirtualClock:
    """Time stands still until a test moves it."""
    return VirtualClock()


@pytest.fixture
def ctx(database: Any, clock: VirtualClock, hub_context: Callable[..., Any]) -> Any:
    """What the hub would hand in."""
    return hub_context("totp", connection=database, clock=clock)


@pytest.fixture
def factor(ctx: Any) -> TotpFactor:
    """As the hub makes it."""
    return TotpFactor(ctx)


@pytest.fixture
def app(ctx: Any) -> Any:
    """An application with the routes, asked by somebody signed in."""
    [spec] = glimpser_routers()
    return app_with("totp", spec, make(ctx))
