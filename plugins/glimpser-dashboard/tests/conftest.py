"""A database with the plugin's table, and the routes on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from glimpser_dashboard.walls.hooks import SAVE, models, routers
from glimpser_dashboard.walls.routes import make
from glimpser_sdk.testing import app_with, tables
from glimpser_sdk.web import Problem


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    async with tables("dashboard", models()) as connection:
        yield connection


@pytest.fixture
def ctx(database: Any, hub_context: Callable[..., Any]) -> Any:
    """What the hub would hand in."""
    return hub_context("dashboard", connection=database)


@pytest.fixture
def app(ctx: Any) -> Any:
    """An application with the routes, asked by somebody who may save walls. ``hidden``: streams they do not see."""
    [spec] = routers()
    made = app_with("dashboard", spec, make(ctx), permissions={SAVE})
    host, hidden = made.extensions["glimpser"], set[str]()
    permitted = host.require

    def require(permission: str, stream_id: str | None = None) -> None:
        if stream_id in hidden:
            raise Problem(404, "stream.not_found", "there is no such stream")
        if stream_id is None:
            permitted(permission)

    host.require, host.hidden = require, hidden
    return made
