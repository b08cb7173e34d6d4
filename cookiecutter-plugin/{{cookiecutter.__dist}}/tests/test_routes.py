"""The routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from glimpser_sdk import RouterSpec
from glimpser_sdk.testing import RouterConformance, app_with

from {{ cookiecutter.__package }}.plugin import glimpser_routers
from {{ cookiecutter.__package }}.routes import make


class TestRoutes(RouterConformance):
    @pytest.fixture
    def spec(self) -> RouterSpec:
        return glimpser_routers()[0]

    @pytest.fixture
    def plugin_id(self) -> str:
        return "{{ cookiecutter.id }}"


async def test_a_visit_is_recorded(hub_context: Callable[..., Any]) -> None:
    [spec] = glimpser_routers()
    may = {route.permission for route in spec.routes}
    client = app_with("test", spec, make(hub_context()), permissions=may).test_client()
    answer = await client.post("/api/p/test/visits", json={"note": "hello"})
    assert answer.status_code == 201
    [visit] = await (await client.get("/api/p/test/visits")).get_json()
    assert (visit["note"], visit["by"]) == ("hello", "tester")
