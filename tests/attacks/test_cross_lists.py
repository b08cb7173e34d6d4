"""What alice and bob read in lists, searches and exports, and what becomes of bodies that name the other's things."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from glimpser_sdk.ids import new_id

from . import recipes
from .neighbours import OWNERS, Tally, neighbours, secrets_of, tell, unknown
from .world import MARK, World

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = neighbours(tmp_path_factory.mktemp("cross-lists"))
    yield made
    made.stop()


ABOUT = {"stream": "stream", "group": "group", "activity": "activity", "object": "activity"}
"""Query parameters that take an id, and whose it is."""


def lists(world: World) -> list[tuple[str, set[str]]]:
    """All GET routes without an object, and the query parameters of each."""
    paths = world.hub.client().get("/api/openapi.json").json()["paths"]
    return [
        (path, {p["name"] for p in methods["get"].get("parameters", []) if p["in"] == "query"})
        for path, methods in paths.items()
        if "get" in methods and "{" not in path and path not in ("/api/openapi.json", "/api/events/stream", "/api/ws")
    ]


@pytest.mark.attack("A51", "A73", "A75", "A77", "A79", control=True)
def test_lists_searches_and_exports_hold_nothing_of_the_other(world: World, figure: Callable[[str, str], None]) -> None:
    tally, shown = Tally(), 0
    for path, known in lists(world):
        for attacker, place in (("alice", "other"), ("bob", "own")):
            hidden, owner = secrets_of(world, place), next(n for n in OWNERS if OWNERS[n] == place)
            asked: list[dict[str, str]] = [{"limit": "100"} if "limit" in known else {}]
            asked += [{name: world.places[place].ids.get(what, world.places[place].stream)}
                      for name, what in ABOUT.items() if name in known]  # fmt: skip
            if "q" in known:
                asked = [{"q": word} for word in (MARK, place, "e", "%", world.places[place].stream)]
            if "search" in known:
                asked += [{"search": MARK}]
            if path == "/api/p/notes/":
                mine = next(p.stream for p in world.places.values() if p.stream != world.places[place].stream)
                asked = [{"stream": world.places[place].stream}, {"stream": mine, "object": world.places[place].stream}]
            for query in asked:
                answer = world.people[attacker].get(path, params=query)
                control = world.people[owner].get(path, params=query)
                shown += any(secret in control.text for secret in hidden)
                leaked = [secret for secret in hidden if secret in _without(answer.text, query)]
                tally.add(f"{attacker}: {path} {query}: {leaked}", kept=not leaked, control=True)
    assert shown > 20, "the owner reads the secrets in the same answers"
    tally.check("lists and searches", figure)


def _without(text: str, query: dict[str, str]) -> str:
    """An answer without what was asked for, which a refusal may repeat."""
    for value in query.values():
        text = text.replace(value, "") if len(value) > 1 else text
    return text


@pytest.mark.attack("A73", "A75", control=True)
def test_a_query_for_the_other_is_answered_like_one_for_nothing(
    world: World, figure: Callable[[str, str], None]
) -> None:
    tally = Tally()
    for path, known in lists(world):
        for attacker, place in (("alice", "other"), ("bob", "own")):
            mine = world.places[OWNERS[attacker]]
            for name in sorted(known & ABOUT.keys()):
                there = world.places[place]
                call = recipes.Call(query={name: there.ids.get(ABOUT[name], there.stream)})
                if path == "/api/p/notes/" and name == "object":
                    call.query["stream"] = mine.stream
                forbidden = tell(world.people[attacker], "GET", path, call)
                none = recipes.Call(query=call.query | {name: new_id()})
                missing = tell(world.people[attacker], "GET", path, none)
                control = tell(world.people["admin"], "GET", path, call)
                tally.add(f"{attacker}: {path}?{name}", kept=forbidden == missing, control=control.good)
    assert tally.probes >= 16
    tally.check("queries", figure)


@pytest.mark.attack("A67", "A73", "A75", control=True)
def test_bodies_that_name_the_other(world: World, figure: Callable[[str, str], None]) -> None:
    tally = Tally()
    for attacker, place in (("alice", "other"), ("bob", "own")):
        there, client = world.places[place], world.people[attacker]
        owner = world.people[next(n for n in OWNERS if OWNERS[n] == place)]
        mine = world.places[OWNERS[attacker]]
        for method, path, body in (
            ("POST", "/api/api-keys", {"name": "k", "streams": [there.stream]}),
            ("POST", "/api/events", {"stream_id": there.stream, "text": "x"}),
            ("POST", "/api/p/notes", {"stream_id": there.stream, "text": "x"}),
            ("POST", "/api/p/notes", {"stream_id": there.stream, "object_type": "activity",
                                      "object_id": there.ids["activity"], "text": "x"}),
            ("POST", "/api/activities", {"up_to_seq": 0, "streams": [there.stream]}),
            ("POST", "/api/activities", {"ids": [there.ids["activity"]]}),
        ):  # fmt: skip
            call = recipes.Call(json=body)
            forbidden, missing = tell(client, method, path, call), tell(client, method, path, unknown(call))
            tally.add(f"{attacker}: {method} {path} {body}: {forbidden}", kept=forbidden == missing,
                      control=tell(owner, method, path, call).good)  # fmt: skip
        note = {"stream_id": mine.stream, "object_type": "activity", "object_id": there.ids["activity"], "text": "x"}
        hung = tell(client, "POST", "/api/p/notes", recipes.Call(json=note))
        nowhere = tell(client, "POST", "/api/p/notes", recipes.Call(json=note | {"object_id": new_id()}))
        tally.add(f"{attacker}: a note on the other's activity: {hung}", kept=hung == nowhere, control=True)
        join, none = ({"groups": [identifier]} for identifier in (there.ids["group"], new_id()))
        path = f"/api/streams/{mine.stream}"
        told = [tell(client, "PATCH", path, recipes.Call(json=body)) for body in (join, none)]
        joined = tell(world.admin, "PATCH", f"/api/streams/{there.stream}", recipes.Call(json=join))
        tally.add(f"{attacker}: joins the other's group: {told[0]}", kept=told[0] == told[1] and told[0].status == 409,
                  control=joined.good)  # fmt: skip
        key = {"Idempotency-Key": world.fresh("once")}
        body = {"stream_id": there.stream, "text": "said once"}
        first = owner.post("/api/events", json=body, headers=key)
        again = client.post("/api/events", json=body, headers=key)
        tally.add(f"{attacker}: a kept answer: {again.status_code}", kept=again.status_code == 404,
                  control=owner.post("/api/events", json=body, headers=key).json() == first.json())  # fmt: skip
        world.call("PATCH", f"/api/streams/{there.stream}", {"external_key": f"serial-{place}"})
        taken = tell(
            client, "PATCH", f"/api/streams/{mine.stream}", recipes.Call(json={"external_key": f"serial-{place}"})
        )
        tally.add(f"{attacker}: a key that is taken: {taken}", kept=taken.status == 409 and MARK not in taken.body,
                  control=True)  # fmt: skip
    tally.check("bodies", figure)
