"""The routes and the table behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from glimpser_sdk import RouterSpec
from glimpser_sdk.testing import RouterConformance, app_with

from glimpser_vane.config import VaneConfig
from glimpser_vane.plugin import glimpser_routers
from glimpser_vane.routes import make


@pytest.mark.usefixtures("database")
class TestRoutes(RouterConformance):
    @pytest.fixture
    def spec(self) -> RouterSpec:
        return glimpser_routers()[0]

    @pytest.fixture
    def plugin_id(self) -> str:
        return "vane"

    @pytest.fixture
    def paths(self) -> dict[str, str]:
        return {"/landmarks/<float:bearing>": "/landmarks/90.0"}


async def test_landmarks_are_found_by_their_bearing(database: Any, hub_context: Callable[..., Any]) -> None:
    ctx = hub_context("vane", config=VaneConfig(north_deg=10), connection=database)
    [spec] = glimpser_routers()
    client = app_with("vane", spec, make(ctx), permissions={"vane.read", "vane.write"}).test_client()
    for name, bearing in (("Church", 45), ("Mill", 60), ("Tower", 405), ("Lake", 180)):
        answer = await client.post("/api/p/vane/landmarks", json={"name": name, "bearing": bearing})
        assert answer.status_code == 201
    answer = await client.get("/api/p/vane/landmarks")
    assert answer.headers["X-Total-Count"] == "4"
    assert [mark["sector"] for mark in await answer.get_json()] == ["NE", "S", "NE", "NE"]
    found = await (await client.get("/api/p/vane/landmarks/30.0")).get_json()
    assert [mark["name"] for mark in found] == ["Church", "Tower", "Mill"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "bearing": 1}, "name"),
        ({"name": "Mill", "bearing": "north"}, "bearing"),
        ({"name": "Mill", "bearing": True}, "bearing"),
        ({"name": "Mill"}, None),
    ],
)
async def test_what_is_wrong_is_named(body: Any, field: str | None, hub_context: Callable[..., Any]) -> None:
    [spec] = glimpser_routers()
    client = app_with("vane", spec, make(hub_context("vane")), permissions={"vane.write"}).test_client()
    answer = await client.post("/api/p/vane/landmarks", json=body)
    assert answer.status_code == 422
    assert (await answer.get_json())["params"].get("field") == field
