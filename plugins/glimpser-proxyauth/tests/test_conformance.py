"""The rules that the core relies on."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from glimpser_proxyauth import plugin as entry_module
from glimpser_proxyauth.config import ProxyAuthConfig
from glimpser_sdk import AuthBackendSpec
from glimpser_sdk.testing import HeaderBackendConformance, PluginConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestProxy(HeaderBackendConformance):
    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        return entry_module.glimpser_auth_backends()[0]

    @pytest.fixture
    def config(self) -> Any:
        return ProxyAuthConfig(networks=["10.0.0.5"])

    @pytest.fixture
    def headers(self) -> list[tuple[str, str]]:
        return [("Remote-User", "ada")]


class TestProxyWithGroups(TestProxy):
    @pytest.fixture
    def config(self) -> Any:
        roles = [{"group": "family", "role": "viewer"}]
        return ProxyAuthConfig(networks=["10.0.0.4/31"], groups_header="Remote-Groups", roles=roles)

    @pytest.fixture
    def headers(self) -> list[tuple[str, str]]:
        return [("Remote-User", "ada"), ("Remote-Groups", "neighbours, family")]
