"""Sign-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from glimpser_sdk import AuthBackendSpec
from glimpser_sdk.auth import Account
from glimpser_sdk.testing import AuthBackendConformance

from {{ cookiecutter.__package }}.backend import ScryptBackend
from {{ cookiecutter.__package }}.config import ScryptConfig
from {{ cookiecutter.__package }}.plugin import glimpser_auth_backends


class TestBackend(AuthBackendConformance):
    @pytest.fixture
    def spec(self) -> AuthBackendSpec:
        return glimpser_auth_backends()[0]

    @pytest.fixture
    def refused_passwords(self) -> list[str]:
        return ["", "elevenchars", "x" * 2000]


def test_a_changed_cost_counts_from_the_next_hash_on(hub_context: Callable[..., Any]) -> None:
    cheap = ScryptBackend(hub_context(config=ScryptConfig(cost=14)))
    dear = ScryptBackend(hub_context(config=ScryptConfig(cost=15)))
    kept = cheap.hash("correct horse battery staple")
    assert dear.verify(Account(id="1", name="ada", password_hash=kept), "correct horse battery staple")
    assert dear.outdated(kept)
    assert not cheap.outdated(kept)
