"""Saved filters by way of the routes, and what is forgotten with an account."""

from __future__ import annotations

from typing import Any

import pytest

from glimpser_dashboard.filters import hooks
from glimpser_dashboard.filters.models import Filters
from glimpser_dashboard.filters.routes import make
from glimpser_dashboard.walls import store
from glimpser_dashboard.walls.inputs import WallIn
from glimpser_dashboard.walls.models import Wall
from glimpser_sdk import RouterSpec, new_id
from glimpser_sdk.testing import FakePrincipal, RouterConformance, app_with

URL = "/api/p/dashboard/me/review-filters"
DOOR = {"name": "Door", "query": "stream=01KAK2J1W0E7M8N9P0Q1R2S3T4&severity=critical"}


@pytest.mark.usefixtures("database")
class TestRoutes(RouterConformance):
    @pytest.fixture
    def spec(self) -> RouterSpec:
        return hooks.routers()[0]

    @pytest.fixture
    def plugin_id(self) -> str:
        return "dashboard"


@pytest.fixture
def host(ctx: Any) -> Any:
    """An application with the routes, asked by ada in a browser."""
    [spec] = hooks.routers()
    made = app_with("dashboard", spec, make(ctx), permissions=set())
    made.extensions["glimpser"].principal = who("ada")
    return made


def who(name: str, kind: str = "user") -> FakePrincipal:
    return FakePrincipal(permissions=frozenset(), id=name, name=name, role="viewer", kind=kind)


async def kept(host: Any) -> Any:
    return (await (await host.test_client().get(URL)).get_json())["filters"]


async def test_filters_are_for_their_owner(host: Any) -> None:
    client = host.test_client()
    assert await kept(host) == []
    answer = await client.put(URL, json={"filters": [DOOR, {"name": "All", "query": ""}]})
    assert (answer.status_code, [one["name"] for one in await kept(host)]) == (200, ["Door", "All"])
    host.extensions["glimpser"].principal = who("grace")
    assert await kept(host) == []
    host.extensions["glimpser"].principal = who("ada", "api_key")
    assert (await client.get(URL)).status_code == 403
    host.extensions["glimpser"].principal = who("ada")
    await client.put(URL, json={"filters": [DOOR]})
    assert await kept(host) == [DOOR]


WRONG: list[tuple[list[dict[str, Any]], int]] = [
    ([DOOR, DOOR], 409),
    ([{**DOOR, "query": "a b"}], 422),
    ([{**DOOR, "name": " "}], 422),
    ([{"name": str(n), "query": ""} for n in range(51)], 422),
    ([{**DOOR, "more": 1}], 422),
]


async def test_what_is_wrong_is_refused(host: Any) -> None:
    for filters, status in WRONG:
        assert (await host.test_client().put(URL, json={"filters": filters})).status_code == status
    assert await kept(host) == []


async def test_with_an_account_goes_what_was_its_alone(ctx: Any) -> None:
    for person in (who("ada"), who("grace")):
        await Filters.create(id=person.id, filters="[]")
        for visibility in ("private", "shared"):
            wall = WallIn.model_validate({"name": f"{person.name} {visibility}", "visibility": visibility})
            await store.put(ctx, new_id(), wall, person, None)
    await store.forget(ctx, "ada")
    left = [(wall.name, wall.owner_id, wall.owner_name) for wall in await Wall.all().order_by("name")]
    assert left == [("ada shared", "", ""), ("grace private", "grace", "grace"), ("grace shared", "grace", "grace")]
    assert [row.id for row in await Filters.all()] == ["grace"]
