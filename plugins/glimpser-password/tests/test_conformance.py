"""The rules that the core relies on."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from glimpser_password import plugin as entry_module
from glimpser_password.config import PasswordConfig
from glimpser_sdk import AuthBackendSpec
from glimpser_sdk.testing import AuthBackendConformance, PluginConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestPassword(AuthBackendConformance):
    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        return entry_module.glimpser_auth_backends()[0]

    @pytest.fixture
    def config(self) -> Any:
        return PasswordConfig(memory_mib=32, passes=2)

    @pytest.fixture
    def refused_passwords(self) -> list[str]:
        return ["", "elevenchars", "aaaaaaaaaaaa", "ab" * 600]
