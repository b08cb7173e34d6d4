"""A hub's database with much in it: streams, events over months, what belongs to them, some of it reviewed."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from glimpser.database.words import words_of
from glimpser_sdk.ids import encode

PLACES = ("Gate", "Yard", "Hall", "Dock", "Roof", "Stairs", "Garage", "Lobby", "Fence", "Office")
SIDES = ("north", "east", "south", "west")
LABELS = (("person", 60), ("car", 25), ("dog", 10), ("parcel", 5))
KINDS = (
    # type, severity, how often of 1,000
    ("motion.detected", "info", 780),
    ("external.reported", "notice", 170),
    ("stream.lost", "warning", 30),
    ("plant.wilting", "warning", 19),
    ("plant.gone", "critical", 1),
)
RARE = "heron"
"""Said in the text of every ten-thousandth event that has one."""


@dataclass
class Plenty:
    """What was put in."""

    streams: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    activities: int = 0
    events: int = 0


def stamp(at: datetime) -> str:
    """As SQLite holds times."""
    return at.isoformat(sep=" ")


def ids(chance: random.Random, at: datetime, number: int) -> str:
    """An id as it would have been made then."""
    return encode(int(at.timestamp() * 1000) << 80 | 0x7 << 76 | number % 4096 << 64 | 0b10 << 62
                  | chance.getrandbits(62))  # fmt: skip


def fill(
    path: Path,
    *,
    streams: int,
    events: int,
    days: float = 90,
    reviewers: Iterable[str] = (),
    until: datetime | None = None,
) -> Plenty:
    """Fill a database that has the core's tables. ``reviewers``: ids of users; each has seen most of what is old."""
    chance = random.Random(1)
    now = datetime.now(UTC)
    found = Plenty()
    rows = sqlite3.connect(path, timeout=60)
    rows.execute("PRAGMA foreign_keys = ON")
    rows.execute("PRAGMA synchronous = OFF")
    rows.execute("PRAGMA cache_size = -200000")
    with rows:
        _streams(rows, chance, found, streams, now - timedelta(days=days))
        for batch in _batches(_activities(chance, found, events, days, now), 5000):
            _write(rows, batch, chance, list(reviewers), now)
    rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    rows.close()
    return found


def _batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(itertools.islice(items, size)):
        yield batch


def _put(rows: sqlite3.Connection, table: str, values: list[dict[str, Any]]) -> None:
    if values:
        names = list(values[0])
        marks = ", ".join(f":{name}" for name in names)
        rows.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608 -- ours


def _streams(rows: sqlite3.Connection, chance: random.Random, found: Plenty, count: int, at: datetime) -> None:
    made = []
    for n in range(count):
        name = f"{PLACES[n % 10]} {n // 10 + 1:03d} {SIDES[n % 4]}"
        if n % 50 == 0:
            name = f"{name}, the entrance for deliveries behind the long hall"[:60]
        found.streams.append(ids(chance, at, n))
        made.append({
            "id": found.streams[-1], "node_id": "", "name": name, "kind": "ffmpeg",
            "config": json.dumps({"url": f"rtsp://10.0.{n // 250}.{n % 250 + 1}/stream1", "transport": "tcp"}),
            "analyzers": '{"motion":{"sensitivity":50}}', "sinks": '{"clips":{}}',
            "regions": json.dumps([{"id": "a", "name": "Path", "kind": "zone",
                                    "polygon": [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]}]),
            "tags": json.dumps([SIDES[n % 4]]), "desired": "stopped", "unmasked_recording": 0, "suspect": 0,
            "version": 1, "created_at": stamp(at), "updated_at": stamp(at),
        })  # fmt: skip
    _put(rows, "streams", made)
    for n, place in enumerate(PLACES):
        found.groups.append(ids(chance, at, 3000 + n))
        group = {"id": found.groups[-1], "name": f"{place}s", "private": n == 9, "version": 1,
                 "created_at": stamp(at), "updated_at": stamp(at)}  # fmt: skip
        _put(rows, "stream_groups", [group])
        members = [{"position": p, "group_id": group["id"], "stream_id": s}
                   for p, s in enumerate(found.streams[n::10])]  # fmt: skip
        _put(rows, "stream_group_members", members)


def _activities(
    chance: random.Random, found: Plenty, events: int, days: float, now: datetime
) -> Iterator[tuple[dict[str, Any] | None, list[dict[str, Any]]]]:
    """Activities with their events, oldest first. Few streams have most; little happens at night."""
    busy = [1 / (n + 10) for n in range(len(found.streams))]
    chosen = chance.choices(found.streams, busy, k=events)
    kinds = chance.choices(KINDS, [often for _, _, often in KINDS], k=events)
    labels = chance.choices([name for name, _ in LABELS], [often for _, often in LABELS], k=events)
    moments = sorted(_moment(chance, days) for _ in range(int(events / 2.5)))
    for number, moment in enumerate(moments):
        left = events - found.events
        if left <= 0:
            return
        count = left if number == len(moments) - 1 else min(left, 1 + (number % 4))
        at = now - timedelta(days=days) + timedelta(seconds=moment)
        yield _activity(chance, found, at, chosen[number], count, kinds, labels)


def _moment(chance: random.Random, days: float) -> float:
    day = chance.randrange(max(1, int(days))) * 86400
    return min(
        days * 86400 - 60,
        day + (chance.triangular(0, 86400, 50000) if chance.random() < 0.8 else chance.random() * 86400),
    )


def _activity(
    chance: random.Random, found: Plenty, at: datetime, stream: str, count: int, kinds: list[Any], labels: list[str]
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    activity = ids(chance, at, found.activities)
    own = []
    for n in range(min(count, 50)):
        kind, severity, _ = kinds[found.events]
        started = at + timedelta(seconds=4 * n)
        data: dict[str, Any] = {}
        if kind == "motion.detected":
            data = {"label": labels[found.events], "regions": ["a"], "boxes": [[0.1, 0.2, 0.3, 0.4]]}
        elif kind == "external.reported":
            rare = f" {RARE}" if found.events % 10_000 < 20 else ""
            data = {"text": f"Door {found.events % 100} opened by badge {found.events % 1000}{rare}"}
        elif kind.startswith("stream."):
            data = {"code": "stream.no_frames", "params": {"seconds": 10}}
        own.append({
            "id": ids(chance, started, found.events), "node_id": "", "stream_id": stream,
            "activity_id": None if kind.startswith("stream.") else activity,
            "type": kind, "key": "", "analyzer": "motion" if kind.startswith("motion") else "",
            "started_at": stamp(started), "ended_at": stamp(started + timedelta(seconds=3)),
            "best_at": stamp(started + timedelta(seconds=1)), "severity": severity,
            "score": (found.events % 100) / 100, "data": json.dumps(data, separators=(",", ":")), "revision": 2,
            "state": "ended", "created_at": stamp(started), "updated_at": stamp(started),
        })  # fmt: skip
        found.events += 1
    events, own = own, [e for e in own if e["activity_id"]]
    if not own:
        return None, events
    best = max(own, key=lambda e: e["score"])
    worst = max((e["severity"] for e in own), key=("info", "notice", "warning", "critical").index)
    found.activities += 1
    return {
        "id": activity, "node_id": "", "stream_id": stream, "started_at": own[0]["started_at"],
        "ended_at": own[-1]["ended_at"], "last_at": own[-1]["ended_at"], "severity": worst, "score": best["score"],
        "event_count": len(own), "types": json.dumps(sorted({e["type"] for e in own}), separators=(",", ":")),
        "best_event_id": best["id"], "protected": 0, "version": len(own),
    }, events  # fmt: skip


def _write(
    rows: sqlite3.Connection, batch: list[Any], chance: random.Random, reviewers: list[str], now: datetime
) -> None:
    activities = [activity for activity, _ in batch if activity is not None]
    events = [event for _, own in batch for event in own]
    pictures, clips = [], []
    for number, (activity, own) in enumerate(batch):
        if activity is None:
            continue
        if number % 2 == 0:
            pictures.append(_picture(chance, activity, own[0]))
        if number % 8 == 0:
            clips.append(_clip(chance, activity, own[0]))
    _put(rows, "activities", activities)
    _put(rows, "activity_types", [
        {"activity_id": a["id"], "type": kind, **_copied(a)} for a in activities for kind in json.loads(a["types"])
    ])  # fmt: skip
    _put(rows, "events", [{"snapshot_id": None, "clip_id": None} | event for event in events])
    _put(rows, "event_texts", [
        {"event_id": e["id"], "stream_id": e["stream_id"], "words": words}
        for e in events if (words := words_of(json.loads(e["data"])))
    ])  # fmt: skip
    _put(rows, "snapshots", pictures)
    _put(rows, "media_files", clips)
    recent = stamp(now - timedelta(days=2))
    for user in reviewers:
        seen = [
            {"activity_id": a["id"], "user_id": user, "reviewed_at": a["last_at"], **_copied(a)}
            for a in activities
            if chance.random() < (0.2 if a["started_at"] > recent else 0.7)
        ]
        _put(rows, "activity_reviews", seen)


def _copied(activity: dict[str, Any]) -> dict[str, Any]:
    return {name: activity[name] for name in ("stream_id", "severity", "started_at")}


def _picture(chance: random.Random, activity: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    event["snapshot_id"] = made = event["id"][:-6] + f"{chance.getrandbits(30):06X}"[-6:]
    return {"id": made, "node_id": "", "stream_id": activity["stream_id"], "event_id": event["id"], "feed": "main",
            "kind": "best", "captured_at": event["best_at"], "width": 640, "height": 360, "size_bytes": 20_000,
            "path": f"{made}.jpg", "sha256": "0" * 64, "data": "{}"}  # fmt: skip


def _clip(chance: random.Random, activity: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    event["clip_id"] = made = event["id"][:-6] + f"{chance.getrandbits(30):06X}"[-6:]
    return {"id": made, "node_id": "", "stream_id": activity["stream_id"], "event_id": event["id"],
            "activity_id": activity["id"], "kind": "clip", "started_at": event["started_at"],
            "ended_at": event["ended_at"], "size_bytes": 400_000, "path": f"{made}.mp4", "content_type": "video/mp4",
            "codec": "h264", "state": "ready"}  # fmt: skip
