"""The ways by which a stream gets into a hub, each with what it says of one that it does not take."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from click.testing import CliRunner

from glimpser.cli import cli
from tests.api.conftest import ApiHub

CAMERA = {"url": "rtsp://cam.example/x"}
Refusal = frozenset[tuple[str, str]]
"""Fields and what is wrong with them."""


class InHub(ApiHub):
    """A hub with a stream that hostile values are to get into."""

    victim: str
    made: int = 0

    def kept(self) -> list[Any]:
        """What the database holds of streams, but for those that stand beside a hostile one."""
        with closing(sqlite3.connect(self.database)) as rows:
            return rows.execute("SELECT * FROM streams WHERE name != 'Good' ORDER BY id").fetchall()


def stream(**more: Any) -> dict[str, Any]:
    """A stream that is not started."""
    return {"name": "Door", "kind": "ffmpeg", "config": CAMERA, "enabled": False, "analyzers": {}, "sinks": {}} | more


def create(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    return _of_problem(hub.api.post("/api/streams", json=stream(**wrong)))


def change(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    patch = {field: value for field, value in stream(**wrong).items() if field in (*wrong, "config")}
    return _of_problem(hub.api.patch(f"/api/streams/{hub.victim}", json=patch, headers={"If-Match": "*"}))


def replace(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    answer = hub.api.patch(f"/api/streams/{hub.victim}", json=stream(**wrong), headers={"If-Match": "*"})
    return _of_problem(answer)


def batch(hub: InHub, wrong: dict[str, Any], **how: Any) -> Refusal:
    """An import: the entry before and the entry behind are taken."""
    hub.made += 1
    good = [stream(name="Good", external_key=f"good {hub.made} {place}") for place in ("before", "behind")]
    streams = [good[0], stream(**wrong) | how.pop("of", {}), good[1]]
    answer = hub.call("POST", "/api/streams/import", {"streams": streams, **how})
    assert [one["result"] for one in answer] == ["created", "failed", "created"]
    assert answer[1]["id"] is None
    hub.remove(answer[0]["id"], answer[2]["id"])
    return frozenset((error["field"], error["message"]) for error in answer[1]["errors"])


def batch_over(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    return batch(hub, wrong, of={"external_key": "victim"}, on_conflict="overwrite")


def batch_by_id(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    return batch(hub, wrong, of={"id": hub.victim}, on_conflict="overwrite")


def batch_beside(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    return batch(hub, wrong, of={"external_key": "victim"}, on_conflict="create_new")


def from_file(hub: InHub, wrong: dict[str, Any], key: str = "from a file", suffix: str = "json") -> Refusal:
    """``glimpser apply``."""
    file = hub.folder.parent / f"streams.{suffix}"
    document = {"streams": [stream(**wrong, external_key=key)]}
    file.write_text(json.dumps(document))
    try:
        done = CliRunner().invoke(cli, ["apply", str(file)], env=hub.environment)
    finally:
        file.unlink()
    assert done.exit_code == 1, done.output
    said = re.fullmatch(f"Error: (?:{re.escape(str(file))}: streams/0|{key}: )(/[^:]*): (.*)\n", done.output)
    assert said, done.output
    return frozenset({(said[1], said[2])})


def from_file_over(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    return from_file(hub, wrong, key="victim")


def tried(hub: InHub, wrong: dict[str, Any]) -> Refusal:
    """A try that keeps nothing."""
    body = {field: value for field, value in stream(**wrong).items() if field in ("kind", "config")}
    answer = hub.api.post("/api/streams/test", json=body)
    found = answer.json()
    assert answer.status_code == 422 or not found["ok"]
    return frozenset((error["field"], error["message"]) for error in found["errors"])


def _of_problem(answer: Any) -> Refusal:
    assert answer.status_code == 422, answer.text
    return frozenset((error["field"], error["message"]) for error in answer.json()["errors"])


WAYS: tuple[Callable[[InHub, dict[str, Any]], Refusal], ...] = (
    create, change, replace, batch, batch_over, batch_by_id, batch_beside, from_file, from_file_over,
)  # fmt: skip
