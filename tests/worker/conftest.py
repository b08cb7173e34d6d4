"""The folder ``parts`` holds a hub's side for these tests and the plugin that their workers run."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "parts"))

from hubside import HubSide


@pytest.fixture(params=["process", "memory"])
async def hub(request: pytest.FixtureRequest) -> AsyncIterator[HubSide]:
    """A worker that said Welcome, over either transport."""
    side = await (HubSide.spawn() if request.param == "process" else HubSide.within())
    yield side
    await side.close()


@pytest.fixture
async def process() -> AsyncIterator[HubSide]:
    """A worker process."""
    side = await HubSide.spawn()
    yield side
    await side.close()


@pytest.fixture
async def within() -> AsyncIterator[HubSide]:
    """A worker in this process."""
    side = await HubSide.within()
    yield side
    await side.close()
