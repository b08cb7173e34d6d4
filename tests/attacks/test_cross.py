"""Two people with a stream each, who try everything on what belongs to the other.

Each attempt is made three times: on the other's object, where it must answer exactly like the second, on an id that
nothing has; and by the other, who is answered well, so that there was something to get.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from . import recipes, table
from .neighbours import OWNERS, Tally, neighbours, tell, unknown
from .world import World

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = neighbours(tmp_path_factory.mktemp("cross"))
    yield made
    made.stop()


def targets() -> list[table.Row]:
    """The rows of routes that are about somebody's stream."""
    return [row for row in table.read() if row.target == "own" and row.method not in ("FEED", "SAY")]


def try_one(world: World, tally: Tally, attacker: str, row: table.Row, *, spelled: str = "", **headers: str) -> None:
    """One route on what belongs to the other. ``spelled``: another way to write the path."""
    owner = next(name for name in OWNERS if name != attacker)
    call = recipes.find("GET" if row.method == "HEAD" else row.method, row.path)(world, owner, OWNERS[owner])
    path = spelled or row.path
    forbidden = tell(world.people[attacker], row.method, path, call, **headers)
    missing = tell(world.people[attacker], row.method, path, unknown(call), **headers)
    control = tell(call.control or world.people[owner], row.method, row.path, call, **headers)
    if control.status == 403:  # for administrators alone, whosever it is
        control = tell(world.people["admin"], row.method, row.path, call, **headers)
    what = f"{attacker}: {row.method} {path} {headers or ''}: {forbidden.status}, an unknown one {missing.status}"
    tally.add(what, kept=forbidden == missing and not forbidden.good, control=control.good)


@pytest.mark.timeout(400)
@pytest.mark.attack("A73", "A74", "A75", "A79", control=True)
def test_every_id_in_every_path_query_and_body(world: World, figure: Callable[[str, str], None]) -> None:
    tally = Tally()
    for row in targets():
        for attacker in OWNERS:
            # Some of what is tried ends the other sessions of who it works for.
            world.renew(attacker)
        world.prove()
        for attacker in OWNERS:
            try_one(world, tally, attacker, row)
    tally.check("paths, queries, bodies", figure)


@pytest.mark.timeout(240)
@pytest.mark.attack("A30", "A74", "A78", control=True)
def test_other_ways_to_ask_for_the_same(world: World, figure: Callable[[str, str], None]) -> None:
    tally = Tally()
    for row in [row for row in targets() if row.method == "GET" and "{" in row.path]:
        owner_tag: dict[str, str] = {}
        for attacker, other in (("alice", "bob"), ("bob", "alice")):
            call = recipes.find("GET", row.path)(world, other, OWNERS[other])
            for name, value in tell(world.people[other], "GET", row.path, call).headers:
                if name == "etag":
                    owner_tag[attacker] = value
            for headers in ({"Range": "bytes=0-9"}, {"If-None-Match": owner_tag.get(attacker, "*")},
                            {"X-HTTP-Method-Override": "HEAD"}, {"X-Original-URL": row.path},
                            {"Accept": "image/jpeg"}, {"Idempotency-Key": "same"}):  # fmt: skip
                try_one(world, tally, attacker, row, **headers)
            try_one(world, tally, attacker, replace(row, method="HEAD"))
            for old, new in (
                *(("/api/", "/api//"), ("/api/", "/api/p/notes/../../")),
                *(("}", "}/"), ("}", "}%00"), ("{", "%20{")),
            ):
                try_one(world, tally, attacker, row, spelled=row.path.replace(old, new))
    tally.check("other ways", figure)
