"""Saved walls by way of the routes."""

from __future__ import annotations

from typing import Any

import pytest

from glimpser_dashboard.walls import store
from glimpser_dashboard.walls.hooks import MANAGE, SAVE, routers
from glimpser_sdk import RouterSpec, new_id
from glimpser_sdk.testing import FakePrincipal, RouterConformance

URL = "/api/p/dashboard/dashboards"
ANY = {"If-Match": "*"}
# Fixed, because parallel test runs must collect the same names.
WALL, SECOND, DOOR, YARD = (f"01KAK2J1W0E7M8N9P0Q1R2S3T{n}" for n in "4567")


@pytest.mark.usefixtures("database")
class TestRoutes(RouterConformance):
    @pytest.fixture
    def spec(self) -> RouterSpec:
        return routers()[0]

    @pytest.fixture
    def plugin_id(self) -> str:
        return "dashboard"

    @pytest.fixture
    def paths(self) -> dict[str, str]:
        return {"/dashboards/<wall_id>": f"/dashboards/{WALL}"}


def tile(stream: str, x: int = 0, **more: int) -> dict[str, Any]:
    return {"stream_id": stream, "x": x, "y": 0, "w": 6, "h": 4, **more}


def document(name: str = "Gate", **more: Any) -> dict[str, Any]:
    return {"name": name, "tiles": [tile(DOOR), tile(YARD, 6)], **more}


async def saved(app: Any, id: str = WALL, headers: Any = None, **more: Any) -> Any:
    answer = await app.test_client().put(f"{URL}/{id}", json=document(**more), headers=headers or {})
    assert answer.status_code == 200, await answer.get_data()
    return await answer.get_json()


async def listed(app: Any, query: str = "") -> Any:
    answer = await app.test_client().get(f"{URL}{query}")
    assert answer.status_code == 200, await answer.get_data()
    return await answer.get_json()


def become(app: Any, id: str = "another", role: str = "viewer", *permissions: str) -> None:
    who = FakePrincipal(permissions=frozenset(permissions or {SAVE}), id=id, name=id, role=role)
    app.extensions["glimpser"].principal = who


async def status(answer: Any) -> tuple[int, str]:
    problem = await answer.get_json() if answer.status_code >= 400 else {}
    return answer.status_code, problem.get("code", "")


async def test_a_wall_lives_and_dies(app: Any) -> None:
    client = app.test_client()
    made = await saved(app, rotation_s=30, idle="still")
    assert (made["mine"], made["can"], made["owner_name"], made["version"]) == (True, ["change", "delete"], "tester", 1)
    assert (made["columns"], made["rows"], made["rotation_s"], made["idle"], made["role"]) == (12, 0, 30, "still", None)
    assert made["created_at"].endswith("Z")
    assert await listed(app) == [made]
    put = await client.put(f"{URL}/{WALL}", json=document("Gates"), headers={"If-Match": '"v1"'})
    changed = await put.get_json()
    assert (put.headers["ETag"], changed["name"], changed["rotation_s"]) == ('"v2"', "Gates", 0)
    assert changed["updated_at"] > changed["created_at"] == made["created_at"]
    assert (await client.delete(f"{URL}/{WALL}", headers={"If-Match": '"v2"'})).status_code == 204
    assert await listed(app) == []
    assert await status(await client.delete(f"{URL}/{WALL}", headers=ANY)) == (404, "dashboard.not_found")


async def test_changes_need_the_version_that_was_read(app: Any) -> None:
    client, made = app.test_client(), await saved(app)
    for headers, code in (({}, 428), ({"If-Match": '"v2"'}, 412), ({"If-Match": "v1"}, 412)):
        assert (await client.put(f"{URL}/{WALL}", json=document("x"), headers=headers)).status_code == code
        assert (await client.delete(f"{URL}/{WALL}", headers=headers)).status_code == code
    assert (await client.put(f"{URL}/{SECOND}", json=document("x"), headers=ANY)).status_code == 404
    assert await listed(app) == [made]


async def test_private_walls_are_for_their_owner(app: Any) -> None:
    client, made = app.test_client(), await saved(app)
    for permissions in ({SAVE}, {SAVE, MANAGE}):
        become(app, "another", "admin", *permissions)
        assert await listed(app) == []
        assert await status(await client.put(f"{URL}/{WALL}", json=document("x"), headers=ANY)) == (
            404, "dashboard.not_found")  # fmt: skip
        assert await status(await client.delete(f"{URL}/{WALL}", headers=ANY)) == (404, "dashboard.not_found")
    become(app, "tester")
    assert await listed(app) == [made]


@pytest.mark.parametrize(
    ("shared_with", "role", "seen"),
    [(None, "viewer", True), (None, "operator", True), ("viewer", "viewer", True), ("viewer", "operator", False)],
)
async def test_shared_walls_are_seen_by_the_role_and_changed_by_nobody_else(
    app: Any, shared_with: str | None, role: str, seen: bool
) -> None:
    client = app.test_client()
    await saved(app, visibility="shared", role=shared_with)
    become(app, "another", role)
    assert [(wall["mine"], wall["can"]) for wall in await listed(app)] == ([(False, [])] if seen else [])
    for answer in (
        await client.put(f"{URL}/{WALL}", json=document("x"), headers=ANY),
        await client.delete(f"{URL}/{WALL}", headers=ANY),
    ):
        assert await status(answer) == ((403, "dashboard.not_yours") if seen else (404, "dashboard.not_found"))


async def test_who_may_save_no_walls_sees_their_own_and_can_do_nothing_with_it(app: Any) -> None:
    await saved(app)
    app.extensions["glimpser"].hidden |= {DOOR, YARD}
    become(app, "tester", "viewer", "streams.view")
    assert [(wall["mine"], wall["can"], wall["tiles"]) for wall in await listed(app)] == [(True, [], [])]


async def test_who_manages_walls_changes_those_of_others(app: Any) -> None:
    client = app.test_client()
    await saved(app, visibility="shared", role="operator")
    become(app, "boss", "admin", SAVE, MANAGE)
    [wall] = await listed(app)
    assert wall["can"] == ["change", "delete"]
    taken = await client.put(f"{URL}/{WALL}", json=document("x"), headers=ANY)
    assert await status(taken) == (409, "dashboard.not_yours"), "it would be gone for who changes it"
    changed = await saved(app, headers=ANY, name="Mine?", visibility="shared")
    assert (changed["owner_name"], changed["mine"]) == ("tester", False)
    assert (await client.delete(f"{URL}/{WALL}", headers=ANY)).status_code == 204


async def test_streams_that_one_does_not_see_are_left_out(app: Any) -> None:
    client = app.test_client()
    await saved(app, visibility="shared")
    app.extensions["glimpser"].hidden.add(YARD)
    [wall] = await listed(app)
    assert [shown["stream_id"] for shown in wall["tiles"]] == [DOOR]
    for stream in (YARD, "01KAK2J1W0E7M8N9P0Q1R2S3T8"):
        app.extensions["glimpser"].hidden.add(stream)
        answer = await client.put(f"{URL}/{SECOND}", json={"name": "x", "tiles": [tile(stream)]})
        problem = await answer.get_json()
        assert (answer.status_code, problem["detail"]) == (422, "/tiles/0/stream_id: there is no such stream")
    become(app, "another")
    assert len(await listed(app)) == 1
    app.extensions["glimpser"].hidden.add(DOOR)
    assert await listed(app) == [], "not even its name, where nothing of it is seen"
    become(app, "tester")
    assert [shown["tiles"] for shown in await listed(app)] == [[]], "but who owns it may change it"


async def test_pages_follow_each_other(app: Any) -> None:
    client = app.test_client()
    ids = [new_id() for _ in range(5)]
    for number, id in enumerate(ids):
        await saved(app, id, name=str(number))
    seen: list[str] = []
    query = "?limit=2"
    for _ in range(5):
        answer = await client.get(URL + query)
        assert answer.headers["X-Total-Count"] == "5"
        seen += [wall["id"] for wall in await answer.get_json()]
        if "Link" not in answer.headers:
            break
        query = "?limit=2&cursor=" + answer.headers["Link"].partition("cursor=")[2].partition(">")[0]
    assert seen == ids


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "/name"),
        ({"name": " \u2003"}, "/name"),
        ({"name": "x" * 81}, "/name"),
        ({"name": "bell \a"}, "/name"),
        ({"name": 7}, "/name"),
        ({"tiles": [tile("door")]}, "/tiles/0/stream_id"),
        ({"tiles": [tile(DOOR, y=200)]}, "/tiles/0/y"),
        ({"tiles": [tile(DOOR, h=0)]}, "/tiles/0/h"),
        ({"tiles": [tile(DOOR, 7)]}, ""),
        ({"tiles": [tile(DOOR), tile(DOOR, 6)]}, ""),
        ({"tiles": [tile(DOOR)] * 65}, "/tiles"),
        ({"columns": 0}, "/columns"),
        ({"rotation_s": 3601}, "/rotation_s"),
        ({"idle": "asleep"}, "/idle"),
        ({"visibility": "public"}, "/visibility"),
        ({"role": "viewer"}, ""),
        ({"visibility": "shared", "role": "a b"}, "/role"),
        ({"owner_id": "x"}, "/owner_id"),
    ],
)
async def test_what_is_wrong_is_named(app: Any, more: dict[str, Any], field: str) -> None:
    answer = await app.test_client().put(f"{URL}/{WALL}", json=document() | more)
    problem = await answer.get_json()
    assert (answer.status_code, problem["code"], problem["params"]["field"]) == (422, "dashboard.invalid", field)


async def test_there_is_room_for_so_many(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    monkeypatch.setattr(store, "MOST_OF_ONE", 1)
    monkeypatch.setattr(store, "MOST", 2)
    await saved(app)
    assert await status(await client.put(f"{URL}/{SECOND}", json=document())) == (409, "dashboard.too_many")
    await saved(app, headers=ANY, name="again")
    become(app, "another")
    await saved(app, SECOND)
    become(app, "third")
    assert await status(await client.put(f"{URL}/{new_id()}", json=document())) == (409, "dashboard.too_many")


async def test_an_impossible_id_is_just_not_there(app: Any) -> None:
    client = app.test_client()
    assert await status(await client.delete(f"{URL}/%00", headers=ANY)) == (404, "dashboard.not_found")
    assert await status(await client.put(f"{URL}/gate", json=document())) == (404, "dashboard.not_found")
