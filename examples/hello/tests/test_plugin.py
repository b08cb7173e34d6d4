"""The rules for every plugin, and what this one does."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from glimpser_sdk.testing import PluginConformance

import glimpser_hello as entry_module


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


async def test_starts_are_counted(hub_context: Callable[..., Any]) -> None:
    ctx = hub_context(event_types=["hello.started"])
    await entry_module.glimpser_setup(ctx)
    await entry_module.glimpser_setup(ctx)
    assert [event.data["number"] for event in ctx.published] == [1, 2]
