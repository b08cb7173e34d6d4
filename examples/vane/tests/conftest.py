"""A database with the plugin's table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from glimpser_sdk.testing import tables


@pytest.fixture
async def database() -> AsyncIterator[Any]:
    """An open connection; models find it by themselves."""
    from glimpser_vane.plugin import glimpser_models

    async with tables("vane", glimpser_models()) as connection:
        yield connection
