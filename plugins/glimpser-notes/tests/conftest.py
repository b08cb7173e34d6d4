"""A database with the plugin's table, and the routes on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from glimpser_notes.plugin import glimpser_models, glimpser_routers
from glimpser_notes.routes import make
from glimpser_sdk.testing import app_with, tables


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    async with tables("notes", glimpser_models()) as connection:
        yield connection


@pytest.fixture
def ctx(database: Any, hub_context: Callable[..., Any]) -> Any:
    """What the hub would hand in."""
    return hub_context("notes", connection=database)


@pytest.fixture
def app(ctx: Any) -> Any:
    """An application with the routes, asked by somebody who may read and write."""
    [spec] = glimpser_routers()
    return app_with("notes", spec, make(ctx), permissions={"notes.view", "notes.write"})
