"""The rules for every plugin, its start and its command."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from glimpser_sdk.testing import PluginConformance

from glimpser_vane import plugin as entry_module
from glimpser_vane.command import vane
from glimpser_vane.landmarks import known


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


async def test_north_is_added_once(database: Any, hub_context: Callable[..., Any]) -> None:
    ctx = hub_context("vane", connection=database)
    await entry_module.glimpser_setup(ctx)
    assert [mark.name for mark in await known()] == ["North"]
    await (await known())[0].delete()
    await entry_module.glimpser_teardown(ctx)
    await entry_module.glimpser_setup(ctx)
    assert await known() == []
    assert ctx.kv.values["stopped_at"].endswith("+00:00")


@pytest.mark.parametrize(("arguments", "said"), [(["225"], "SW"), (["349"], "N"), (["--sectors", "16", "340"], "NNW")])
def test_the_command(arguments: list[str], said: str) -> None:
    assert CliRunner().invoke(vane, arguments).output == f"{said}\n"
