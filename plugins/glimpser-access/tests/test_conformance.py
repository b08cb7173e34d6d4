"""The rules that the core relies on."""

from __future__ import annotations

from types import ModuleType

import pytest

from glimpser_access import plugin as entry_module
from glimpser_sdk import RouterSpec, new_id
from glimpser_sdk.testing import PluginConformance, RouterConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


@pytest.mark.usefixtures("database")
class TestRoutes(RouterConformance):
    @pytest.fixture
    def spec(self) -> RouterSpec:
        return entry_module.glimpser_routers()[0]

    @pytest.fixture
    def plugin_id(self) -> str:
        return "access"

    @pytest.fixture
    def paths(self) -> dict[str, str]:
        return {"/access-rules/<rule_id>": f"/access-rules/{new_id()}"}
