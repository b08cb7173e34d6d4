"""The rules that the core relies on."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pyotp
import pytest

from glimpser_sdk import AuthBackendSpec, RouterSpec
from glimpser_sdk.auth import FactorBackend
from glimpser_sdk.testing import FactorBackendConformance, PluginConformance, RouterConformance, VirtualClock
from glimpser_totp import plugin as entry_module
from glimpser_totp.factor import TotpFactor


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
        return "totp"


class TestFactor(FactorBackendConformance):
    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        return entry_module.glimpser_auth_backends()[0]

    @pytest.fixture
    def backend(self, factor: TotpFactor) -> FactorBackend:
        return factor

    @pytest.fixture
    def begin(self, factor: TotpFactor, clock: VirtualClock) -> Callable[[str], object]:
        async def begun(user_id: str) -> Callable[[], str]:
            secret, _ = await factor.begin(user_id, "ada")

            def code() -> str:
                clock.advance(30)
                return pyotp.TOTP(secret).at(clock.now())

            return code

        return begun
