"""Two people with a stream each, who try everything on what belongs to the other, and what they are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from glimpser.api.routing import LONG_LIVED
from glimpser_sdk.ids import new_id

from . import recipes
from .world import MARK, World, knock

ULID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b", re.IGNORECASE)
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
PASSING = {"date", "x-trace-id", "content-length"}
"""Headers that differ from answer to answer."""
OWNERS = {"alice": "own", "bob": "other"}
FULL = ["streams.view", "streams.control", "streams.configure", "streams.record_unmasked", "events.view",
        "events.create", "activities.review", "media.delete", "notes.view", "notes.write"]  # fmt: skip
"""All that can be granted on a stream, so that only the stream stands between the two."""


@dataclass
class Tally:
    """What was tried, and what came out or had no control."""

    probes: int = 0
    leaks: list[str] = field(default_factory=list)
    toothless: list[str] = field(default_factory=list)

    def add(self, what: str, *, kept: bool, control: bool) -> None:
        self.probes += 1
        if not kept:
            self.leaks.append(what)
        if not control:
            self.toothless.append(what)

    def check(self, name: str, figure: Callable[[str, str], None]) -> None:
        figure(f"cross probes, {name}", f"{len(self.leaks)} leaks in {self.probes} probes")
        assert self.leaks == [], "\n" + "\n".join(self.leaks)
        assert self.toothless == [], "without a control:\n" + "\n".join(self.toothless)


@dataclass(frozen=True)
class Told:
    """An answer without what is different each time: the ids that were asked for, its own id, the time."""

    status: int
    headers: frozenset[tuple[str, str]] = field(repr=False)
    body: str

    @property
    def good(self) -> bool:
        return self.status < 300 or self.status == 304


def neighbours(folder: Path) -> World:
    """A world in which alice has the own stream and bob the other one; stop it."""
    made = World(folder).start()
    role = made.call("POST", "/api/roles", {"name": "Householder", "base": "guest", "rank": 8, "permissions": [
        *FULL, "live_sessions.view"]})["id"]  # fmt: skip
    for name, place in OWNERS.items():
        made.settle(name, role, place)
    made.places["own"].ids["private"] = made.group(made.places["own"].stream, private=True)
    both = {"name": made.fresh("group"), "streams": [place.stream for place in made.places.values()]}
    made.call("POST", "/api/stream-groups", both)
    return made


def tell(client: httpx.Client, method: str, path: str, call: recipes.Call, **more: str) -> Told:
    """Ask, and take of the answer what may be compared. A stream's answer is left after its head."""
    url = re.sub(r"{(\w+)}", lambda found: call.ids.get(found[1], found[0]), path)
    if path.endswith("/ws"):
        return Told(knock(str(client.base_url.copy_with(scheme="ws", path=url)), client), frozenset(), "")
    headers = ({"If-Match": "*"} if method in ("PUT", "PATCH", "DELETE") else {}) | more
    with client.stream(method, url, params=call.query, json=call.json, headers=headers) as answer:
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        raw = b"" if kind in LONG_LIVED else answer.read()
    body = raw.decode(errors="replace")
    if kind.endswith("json") and raw:
        read = json.loads(raw)
        if isinstance(read, dict):
            read.pop("trace_id", None)
        body = json.dumps(read)
    kept = {(name, ULID.sub("ID", value)) for name, value in answer.headers.items() if name not in PASSING}
    return Told(answer.status_code, frozenset(kept), TIME.sub("TIME", ULID.sub("ID", body)))


def unknown(call: recipes.Call) -> recipes.Call:
    """The same call for ids that nothing has."""
    others: dict[str, str] = {}

    def swap(value: Any) -> Any:
        return json.loads(ULID.sub(lambda found: others.setdefault(found[0].upper(), new_id()), json.dumps(value)))

    return replace(call, ids=swap(call.ids), json=swap(call.json), query=swap(call.query))


def secrets_of(world: World, place: str) -> set[str]:
    """What nobody without the stream may read anywhere."""
    there = world.places[place]
    return {there.stream, *there.ids.values(), world.places["own"].ids["private"]} | (
        {MARK} if place == "other" else set()
    )
