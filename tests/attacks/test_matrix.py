"""Who is answered how, on every route and every topic of the feed, by a table that people write.

Everybody asks for an object that exists with a valid body; who is refused is followed by somebody who is not, with the
very same request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from quart import Quart

from glimpser.api.dispatch import check_all_declared
from glimpser.api.resources import all_routes
from glimpser.api.routing import LONG_LIVED

from . import recipes, table
from .world import World, knock

pytestmark = pytest.mark.long

FEED = ("FEED", "SAY")
"""Rows that are no routes; see test_feed_matrix."""
SHARE = "/api/share-links"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("matrix"))
    yield made.start()
    made.stop()


def routes(world: World) -> set[tuple[str, str]]:
    """All ways in: the core's, declared or only mounted, and those of plugins."""
    core = {(route.method, recipes.normal(route.path)) for route in all_routes()}
    described = world.hub.client().get("/api/openapi.json").json()["paths"]
    return core | {(method.upper(), path) for path, methods in described.items() for method in methods}


def ask(world: World, client: httpx.Client, method: str, path: str, call: recipes.Call, *, head: bool = False) -> int:
    """The status of a request. ``head``: that HEAD is answered alike is looked at too."""
    url = re.sub(r"{(\w+)}", lambda found: call.ids[found[1]], path)
    if path.endswith("/ws"):
        return knock(world.hub.url.replace("http", "ws") + url, client)
    headers = {"If-Match": "*"} if method in ("PUT", "PATCH", "DELETE") else {}
    with client.stream(method, url, params=call.query, json=call.json, headers=headers) as answer:
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if head and method == "GET" and kind not in LONG_LIVED:
            assert client.head(url, params=call.query).status_code == answer.status_code, f"HEAD {url}"
        return answer.status_code


def seen(world: World, row: table.Row, who: str, *, controlled: bool = True, head: bool = False) -> str:
    """What somebody is answered; with "!" when nobody else is answered well either, so that it says nothing."""
    call = recipes.find(row.method, row.path)(world, who, row.target)
    status = ask(world, call.by or world.people[who], row.method, row.path, call, head=head)
    if controlled and status >= 300 and (row.method, row.path) not in recipes.UNANSWERED:
        control = ask(world, call.control or world.people["admin"], row.method, row.path, call)
        if control >= 300:
            return f"{status}!{control}"
    if call.by is not None:
        world.renew(who)
    return str(status)


def test_every_route_has_its_rows_and_every_row_a_route(world: World) -> None:
    known = {(row.method, row.path) for row in table.read() if row.method not in FEED}
    there = routes(world)
    assert there - known == set(), "add what everybody is answered to tests/attacks/matrix.txt, by hand"
    assert known - there == set(), "these are gone: take them out of tests/attacks/matrix.txt"


def test_where_a_stream_decides_both_streams_are_asked_for() -> None:
    targets: dict[tuple[str, str], set[str]] = {}
    for row in table.read():
        targets.setdefault((row.method, row.path), set()).add(row.target)
    assert [key for key, found in targets.items() if found not in ({"-"}, {"own", "other"})] == []
    assert [
        path for (_, path), found in targets.items() if "stream_id}" in path and "/api" in path and "-" in found
    ] == []


@pytest.mark.timeout(400)
@pytest.mark.attack("A57", "A58", "A70", "A73", "A74", "A79", control=True)
def test_everybody_is_answered_as_the_table_says(world: World, figure: Callable[[str, str], None]) -> None:
    cells, wrong = 0, []
    for row in table.read():
        if row.method in FEED:
            continue
        dear = (row.method, row.path) in recipes.DEAR
        world.prove()
        people = [who for who in row.cells if who in world.people]
        # HEAD goes the way of GET: whoever is let in and whoever is not are asked for, not all.
        heads = {cell: who for who, cell in row.cells.items()}.values()
        found = {
            who: seen(world, row, who, controlled=not dear or who == people[0], head=who in heads) for who in people
        }
        cells += len(found)
        if found != {who: row.cells[who] for who in found}:
            wrong.append(f"{row.title:75} {' '.join(found.values())}\n{'':69} not: {' '.join(row.cells.values())}")
    figure("routes × principals", f"{cells} cells, {len(wrong)} rows with mismatches")
    assert wrong == [], "\n" + "\n".join(wrong)


def test_the_share_link_is_asked_as_soon_as_there_is_one(world: World) -> None:
    assert ("share" in world.people) == any(path.startswith(SHARE) for _, path in routes(world))


@pytest.mark.attack("A57")
def test_a_way_in_that_declares_nothing_stops_the_start() -> None:
    app = Quart("rogue", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    check_all_declared(app)
    app.add_url_rule("/api/backdoor", endpoint="rogue", view_func=lambda: "in", methods=["POST"],
                     provide_automatic_options=False)  # fmt: skip
    with pytest.raises(RuntimeError, match=r"POST /api/backdoor \(rogue\) declares no permission"):
        check_all_declared(app)
