"""The rules that the core relies on."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from glimpser_clips import plugin as entry_module
from glimpser_sdk import SinkSpec
from glimpser_sdk.testing import PluginConformance, SinkConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestClips(SinkConformance):
    @pytest.fixture
    def spec(self) -> SinkSpec:
        return entry_module.glimpser_sinks()[0]

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return [{"no_such_field": 1}, {"pre_roll_s": -1}, {"post_roll_s": "soon"}, {"max_length_s": 1}]
