"""The rules that the core relies on."""

from __future__ import annotations

from types import ModuleType

import pytest

from glimpser_dashboard import plugin as entry_module
from glimpser_sdk.testing import PluginConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module
