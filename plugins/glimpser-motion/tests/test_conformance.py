"""The rules that the core relies on."""

from __future__ import annotations

from types import ModuleType

import pytest

from glimpser_motion import plugin as entry_module
from glimpser_sdk import AnalyzerSpec
from glimpser_sdk.testing import AnalyzerConformance, PluginConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestMotion(AnalyzerConformance):
    @pytest.fixture
    def spec(self) -> AnalyzerSpec:
        return entry_module.glimpser_analyzers()[0]
