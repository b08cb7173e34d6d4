"""Lists where there is much: each goes by an index, holds what belongs together, and ends."""

from __future__ import annotations

import typing
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.plenty import RARE, Plenty, fill
from support.tables import empty
from tortoise.backends.sqlite.client import SqliteClient

from glimpser.api import activities, activity_days, answers, cursors, events, search, snapshots, timeline
from glimpser.api.resources import all_routes
from glimpser.api.routing import Page
from glimpser.database import Database, words
from glimpser.database.models import Activity, ActivityReview, ActivityType, Event, EventText
from glimpser.events import entries, log
from glimpser.events.types import EventTypes
from glimpser.identity.policy import Principal
from glimpser.identity.restrictions import Restrictions
from glimpser.plugins.registry import Registry
from glimpser_sdk.ids import new_id
from tests.database.test_inbox import BASE

HELD = frozenset({"streams.view", "events.view"})
LARGE = ("events", "activities", "activity_types", "activity_reviews", "event_texts", "snapshots", "media_files")
SMALL = {
    "/api/live-sessions": "of who watches now", "/api/event-types": "the catalogue", "/api/plugins": "installed ones",
    "/api/source-kinds": "of plugins", "/api/settings": "the catalogue", "/api/me/identities": "at most a few",
    "/api/users/<id:user_id>/identities": "at most a few", "/api/activities/days": "at most 62",
    "/api/streams/<id:stream_id>/permissions": "of roles and people, which others page through",
    "/api/settings/streams/<id:stream_id>/permissions": "the same",
    "/api/stream-groups/<id:group_id>/permissions": "the same",
    "/api/stream/<id:stream_id>/recent-snapshots": "as many as n says, at most 100",
}  # fmt: skip
"""Lists without pages, and why that is enough."""

Asked = tuple[str, list[Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plenty]:
    folder = tmp_path_factory.mktemp("plenty")
    empty(folder)
    return folder, fill(folder / "glimpser.db", streams=60, events=3000, reviewers=["A" * 26])


@pytest.fixture
async def filled(made: tuple[Path, Plenty]) -> AsyncIterator[Database]:
    database = Database("", made[0])
    await database.open()
    yield database
    await database.close()


def people(made: Plenty) -> dict[str, Principal]:
    """Who sees lists: everything, 20 streams, all but some, and late."""
    one: dict[str, Any] = {"id": "A" * 26, "name": "a", "role": "r", "kind": "user", "session_id": ""}
    few = dict.fromkeys(made.streams[::3], HELD)
    return {
        "all": Principal(**one, hubwide=HELD | {"system.view"}),
        "few": Principal(**one, hubwide=frozenset(), grants=few),
        "most": Principal(**one, hubwide=HELD, hidden=frozenset(made.streams[:3])),
        "late": Principal(**one, hubwide=HELD, restrictions=Restrictions(delay_minutes=60)),
    }


def asking(hub: Any, who: Principal, stream: str) -> list[Any]:
    """All that pages ask of the lists that grow."""
    day = {"after": "2026-01-01T00:00:00Z", "before": "2036-01-01T00:00:00Z"}
    inbox: list[dict[str, Any]] = [
        {"reviewed": reviewed, **more}
        for reviewed in (None, True, False)
        for more in ({}, {"severity": "warning"}, {"type": "motion.detected"}, {"stream": stream}, day,
                     {"type": "plant.gone", "severity": "critical", "stream": stream},
                     {"cursor": cursors.encode(BASE.replace(year=2030), "0" * 26)})
    ]  # fmt: skip
    found = [activities.list_activities(hub, who, activities.ActivityQuery(**q)) for q in inbox]
    found += [
        activity_days.list_activity_days(hub, who, activity_days.DaysQuery(**{k: v for k, v in q.items() if k in (
            "severity", "type", "stream", "reviewed")})) for q in inbox if "cursor" not in q
    ]  # fmt: skip
    found += [
        events.list_events(hub, who, events.EventQuery(**q))
        for q in ({}, {"state": "open"}, {"type": "plant.gone"}, {"severity": "critical"}, {"stream": stream}, day)
    ]
    found += [search.search(hub, who, search.SearchQuery(q=q)) for q in ("gate", "person", "motion", RARE)]
    at: Any = SimpleNamespace(id=stream)
    found += [snapshots.list_snapshots(who, at, snapshots.SnapshotQuery()),
              snapshots.list_clips(who, at, snapshots.ClipQuery())]  # fmt: skip
    return [*found, *(timeline.timeline(hub, who, timeline.TimelineQuery(stream=s)) for s in (None, stream))]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What is asked of the database."""
    found: list[Asked] = []

    def through(inner: Callable[..., Any]) -> Any:
        async def noted(self: Any, query: str, values: list[Any] | None = None) -> Any:
            found.append((query, list(values or [])))
            return await inner(self, query, values)

        return noted

    for name in ("execute_query", "execute_query_dict"):
        monkeypatch.setattr(SqliteClient, name, through(getattr(SqliteClient, name)))
    return found


@pytest.mark.parametrize("who", ["all", "few", "most", "late"])
async def test_every_list_goes_by_an_index(
    filled: Database, made: tuple[Path, Plenty], heard: list[Asked], who: str
) -> None:
    hub: Any = SimpleNamespace(
        db=filled, settings=SimpleNamespace(timezone="UTC"), events=SimpleNamespace(types=EventTypes()),
        identity=SimpleNamespace(permissions=SimpleNamespace(on_streams=("streams.view",))),
        plugins=SimpleNamespace(registry=Registry()),
    )  # fmt: skip
    for asked in asking(hub, people(made[1])[who], made[1].streams[0]):
        await asked
    statements = {query: values for query, values in heard if "1=0" not in query}  # that finds nothing at once
    assert len(statements) > 30
    for statement, values in statements.items():
        plan = [s["detail"] for s in await filled.reader.execute_query_dict(f"EXPLAIN QUERY PLAN {statement}", values)]
        bare = [s for s in plan if s.startswith("SCAN") and s.split()[1] in LARGE and "INDEX" not in s]
        assert bare == [], (statement, plan)


async def test_who_sees_less_finds_less(filled: Database, made: tuple[Path, Plenty]) -> None:
    hub: Any = SimpleNamespace(db=filled, events=SimpleNamespace(types=EventTypes()))
    seen = people(made[1])
    few, hidden = set(made[1].streams[::3]), set(made[1].streams[:3])
    for q in ("door", "person", "motion", "gate"):
        of = {n: {h["stream_id"] for h in await search._events(hub, who, q, 100)} for n, who in seen.items()}
        assert of["few"] <= few, q
        assert not of["most"] & hidden, q
        assert of["all"] - few, q
    nobody = Principal(id="B" * 26, name="b", role="r", kind="user", session_id="", hubwide=frozenset())
    assert await search._events(hub, nobody, "door", 100) == []


async def test_pages_hold_all_once(filled: Database, made: tuple[Path, Plenty]) -> None:
    for reviewed, kind in ((None, None), (False, None), (True, "motion.detected"), (False, "external.reported")):
        found: list[str] = []
        query = activities.ActivityQuery(limit=97, reviewed=reviewed, type=kind)
        while True:
            page = await activities.activity_page(people(made[1])["all"], query)
            found += [a.id for a in page.items]
            if page.cursor is None:
                break
            query = query.model_copy(update={"cursor": page.cursor})
        seen: Any = await ActivityReview.filter(user_id="A" * 26).values_list("activity_id", flat=True)
        wanted = [
            a.id
            for a in await Activity.all().order_by("-started_at", "-id")
            if (kind is None or kind in a.types) and (reviewed is None or (a.id in set(seen)) is reviewed)
        ]
        assert found == wanted
        assert page.total == len(wanted)


class TestKept:
    """What is kept beside activities and events stays true."""

    async def test_while_an_activity_grows(self, db: Database) -> None:
        stream, types = new_id(), EventTypes()

        async def report(kind: str, at: Any, severity: str, **data: Any) -> str:
            event = Event(id=new_id(), stream_id=stream, type=kind, started_at=at, ended_at=at, state="ended",
                          severity=severity, data=data)  # fmt: skip
            await db.write(lambda conn: log.save(conn, event, change="ended", last_at=at, at=at, create=True))
            return event.id

        await report("a.b", BASE, "info", label="person")
        activity = await Activity.get()
        await db.write(lambda conn: entries.review(activity, "A" * 26).save(using_db=conn))
        last = await report("c.d", BASE - timedelta(seconds=5), "critical", text="Ärger am Tor-7 (Pförtner's)")
        await report("a.b", BASE + timedelta(seconds=5), "info")
        assert types
        activity = await Activity.get()
        assert sorted([k.type for k in await ActivityType.all()]) == activity.types == ["a.b", "c.d"]
        for kept in (*await ActivityType.all(), *await ActivityReview.all()):
            assert (kept.stream_id, kept.severity, kept.started_at) == (stream, "critical", activity.started_at)

        async def find(text: str, streams: list[str] | None = None) -> list[str]:
            return [event for _, event in await words.find(db.reader, text, streams, 10)]

        assert len(await EventText.all()) == 2
        for text in ("ärger", "ARG", "tor 7", "pfortners s", "Tor-7", "pfört"):
            assert (text, await find(text)) == (text, [] if text == "pfortners s" else [last])
        assert await find("tor", [stream]) == [last]
        hidden = [[event for _, event in await words.find(db.reader, "tor", None, 10, but=but)] for but in
                  ([stream], [new_id(), stream], [new_id()])]  # fmt: skip
        assert hidden == [[], [], [last]], "looked for where somebody may see, and nowhere else"
        assert await find("tor", [new_id()]) == await find("tor", []) == await find("!?*'\"") == []
        await db.write(lambda conn: Event.filter(id=last).using_db(conn).delete())
        assert await find("tor") == []

    async def test_words_change_with_the_event(self, db: Database) -> None:
        event = Event(id=new_id(), type="a.b", started_at=BASE, data={"label": "dog"})
        await db.write(lambda conn: log.save(conn, event, change="started", last_at=BASE, at=BASE, create=True))
        for label in ("cat", "", "cow"):
            event.data = {"label": label}
            await db.write(lambda conn: log.save(conn, event, change="updated", last_at=BASE, at=BASE))
        found = {text: await words.find(db.reader, text, None, 10) for text in ("dog", "cat", "cow")}
        assert {text: [i for _, i in ids] for text, ids in found.items()} == {"dog": [], "cat": [], "cow": [event.id]}


def test_no_list_is_without_an_end() -> None:
    lists = {r.path: r for r in all_routes() if r.method == "GET" and typing.get_origin(r.answer) is list}
    endless = {path for path, r in lists.items() if r.query is None or "limit" not in r.query.model_fields}
    assert endless == set(SMALL)


def test_a_long_page_ends_early_and_goes_on() -> None:
    items = [{"text": "x" * 100_000} for _ in range(30)]
    places = tuple(cursors.encode(n, f"{n}") for n in range(30))
    page, raw = answers.fitting(Page(items, None, 30, places))
    assert len(raw) <= 1_000_000
    assert (len(page.items), page.cursor) == (8, places[7])
    whole, _ = answers.fitting(Page(items[:3], "next", 30, places[:3]))
    assert (len(whole.items), whole.cursor) == (3, "next")
    one, _ = answers.fitting(Page([{"text": "x" * 2_000_000}], None, 1, places[:1]))
    assert len(one.items) == 1
