from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from .rig import House


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[House]]]:
    """Makes a house whose workers are small fakes, or real ones with ``python=""``."""
    houses: list[House] = []

    async def factory(begin: bool = True, **options: Any) -> House:
        house = House(tmp_path, **options)
        houses.append(house)
        if begin:
            await house.capture.start()
        return house

    yield factory
    for house in houses:
        await house.capture.stop(1.0)


@pytest.fixture
async def house(make: Callable[..., Awaitable[House]]) -> House:
    return await make()
