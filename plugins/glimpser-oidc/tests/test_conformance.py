"""The rules that the core relies on."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from glimpser_oidc import plugin as entry_module
from glimpser_oidc.config import OidcConfig
from glimpser_sdk import AuthBackendSpec
from glimpser_sdk.testing import PluginConformance, RedirectBackendConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestOidc(RedirectBackendConformance):
    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        return entry_module.glimpser_auth_backends()[0]

    @pytest.fixture
    def config(self, published: Any) -> Any:
        return OidcConfig(
            providers=[
                {"id": "home", "title": "Home", "issuer": published.url, "client_id": "c", "insecure_http": True}
            ]
        )
