"""Two people with a stream each, who try everything on what belongs to the other.

Each attempt is made three times: on the other's object, where it must answer exactly like the second, on an id that
nothing has; and by the other, who is answered well, so that there was something to get.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import av
import httpx
import pytest

from . import recipes, table
from .neighbours import OWNERS, ULID, Tally, Told, neighbours, tell, unknown
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


SIGN = "/api/auth/signed-urls"
SIGNED = ("/api/stream/{stream_id}/snapshot", "/api/stream/{stream_id}/snapshot?w=160", "/api/stream/{stream_id}/mjpeg",
          "/api/snapshots/{snapshot_id}/image", "/api/clips/{clip_id}/file")  # fmt: skip
"""All that can be signed."""


def written(world: World, path: str, place: str) -> str:
    """A path with the ids of what belongs to a place."""
    ids = recipes.standing(world, "", place).ids
    return re.sub(r"{(\w+)}", lambda found: ids[found[1]], path)


def sign(world: World, who: str, path: str) -> str:
    """A signed link of somebody to what they may see."""
    made = world.people[who].post(SIGN, json={"path": path})
    assert made.status_code == 200, made.text
    return str(made.json()["url"])


def moved(link: str, path: str) -> str:
    """Another path with the signature of a link."""
    return f"{path}{'&' if '?' in path else '?'}signature={link.partition('signature=')[2]}"


def ask(client: httpx.Client, link: str) -> Told:
    return tell(client, "GET", link, recipes.Call(query=dict(parse_qsl(urlsplit(link).query))))


@pytest.mark.timeout(240)
@pytest.mark.attack("A58", "A59", "A73", "A74", control=True)
def test_signed_links(world: World, figure: Callable[[str, str], None]) -> None:
    """What one signs opens that, and nothing of the other; what the other signed opens nothing else."""
    tally, nobody = Tally(), world.hub.client()
    for attacker, owner in (("alice", "bob"), ("bob", "alice")):
        theirs = [written(world, path, OWNERS[owner]) for path in SIGNED]
        links = {path: sign(world, owner, path) for path in theirs}
        works = all(ask(who, link).good for link in links.values() for who in (nobody, world.people[attacker]))
        for mine, path in zip([written(world, path, OWNERS[attacker]) for path in SIGNED], theirs, strict=True):
            missing = ULID.sub("0" * 26, path)
            refused, unknown = (
                tell(world.people[attacker], "POST", SIGN, recipes.Call(json={"path": one})) for one in (path, missing)
            )
            tally.add(f"{attacker} signs {path}", kept=refused == unknown and not refused.good, control=works)
            # The attacker's own signature on it, and the owner's own on all else that is the owner's.
            for link in (sign(world, attacker, mine), *(links[other] for other in theirs if other != path)):
                for name in (None, attacker, owner):
                    asked = nobody if name is None else world.people[name]
                    forbidden, unknown = ask(asked, moved(link, path)), ask(asked, moved(link, missing))
                    tally.add(f"{name}: {moved(link, path)}: {forbidden}, an unknown one {unknown}",
                              kept=forbidden == unknown and forbidden.status == 401, control=works)  # fmt: skip
    tally.check("signed links", figure)


@pytest.mark.attack("A60", "A73", "A74", control=True)
def test_signed_links_of_who_lost_the_stream(world: World, figure: Callable[[str, str], None]) -> None:
    tally, nobody = Tally(), world.hub.client()
    for attacker, owner in (("alice", "bob"), ("bob", "alice")):
        place = OWNERS[owner]
        world.stand_in(place)  # which they keep, so that streams are still something for them
        links = [sign(world, owner, written(world, path, place)) for path in SIGNED]
        before = [ask(nobody, link).good for link in links]
        permissions = f"/api/streams/{world.places[place].stream}/permissions"
        granted = world.call("GET", permissions)
        world.call("PUT", permissions, {"grants": []})
        people = {"nobody": nobody, **{name: world.people[name] for name in (owner, attacker)}}
        lost = {name: [ask(client, link) for link in links] for name, client in people.items()}
        missing = [ask(world.people[owner], ULID.sub("0" * 26, written(world, path, place))) for path in SIGNED]
        world.grant(place)
        after = [ask(nobody, link).good for link in links]
        assert world.call("GET", permissions) == granted
        for name, answers in lost.items():
            for link, told, none, *good in zip(links, answers, missing, before, after, strict=True):
                tally.add(f"{name}: {link}: {told}, a missing one {none}",
                          kept=told == none and told.status == 404, control=all(good))  # fmt: skip
    tally.check("signed links of a lost stream", figure)


@pytest.mark.attack("A58", "A74", control=True)
def test_a_signed_clip_plays_and_comes_in_parts(world: World) -> None:
    path = written(world, "/api/clips/{clip_id}/file", "other")
    link, whole, nobody = sign(world, "bob", path), world.hub.film.read_bytes(), world.hub.client()
    got = nobody.get(link)
    assert (got.status_code, got.content, got.headers["Accept-Ranges"]) == (200, whole, "bytes")
    size = len(whole)
    for asked, first, last in (("0-99", 0, 99), ("100-", 100, size - 1), ("-50", size - 50, size - 1),
                               (f"-{size + 9}", 0, size - 1), (f"9-{size + 9}", 9, size - 1)):  # fmt: skip
        part = nobody.get(link, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part.content) == (206, whole[first : last + 1]), asked
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        for bare in (path, moved(sign(world, "alice", written(world, "/api/clips/{clip_id}/file", "own")), path)):
            assert nobody.get(bare, headers={"Range": f"bytes={asked}"}).status_code == 401
    assert nobody.get(link, headers={"Range": f"bytes={size}-"}).status_code == 416
    tag = got.headers["ETag"]
    for asked, tagged, status in (("0-9", tag, 206), ("0-9", '"another"', 200), ("0-1,3-4", tag, 200), ("x", tag, 200)):
        answer = nobody.get(link, headers={"Range": f"bytes={asked}", "If-Range": tagged})
        assert (answer.status_code, len(answer.content)) == (status, 10 if status == 206 else size), (asked, tagged)
    # A player that reads where it wants to, by the link alone.
    with av.open(world.hub.url + link) as film:
        film.seek(int(film.duration or 0) // 2)
        assert next(film.decode(video=0)).width > 0
    with pytest.raises(av.error.HTTPUnauthorizedError):
        av.open(world.hub.url + path)
