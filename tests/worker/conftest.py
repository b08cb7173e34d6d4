"""A hub's side of a worker for these tests, and the plugin the worker runs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

PARTS = Path(__file__).parent / "parts"
sys.path.insert(0, str(PARTS))

from hubside import HubSide  # noqa: E402


@pytest.fixture
async def hub() -> AsyncIterator[HubSide]:
    """A worker process that said Welcome."""
    side = await HubSide.spawn()
    yield side
    await side.close()


@pytest.fixture
async def inside() -> AsyncIterator[HubSide]:
    """The same service within this process, over links in memory."""
    side = await HubSide.within()
    yield side
    await side.close()
    await asyncio.sleep(0)
