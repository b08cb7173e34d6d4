"""A database with the plugin's table, and the factor on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from glimpser_sdk.testing import VirtualClock, app_with, tables
from glimpser_totp.factor import TotpFactor
from glimpser_totp.plugin import glimpser_models, glimpser_routers
from glimpser_totp.routes import make


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    async with tables("totp", glimpser_models()) as connection:
        yield connection


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
