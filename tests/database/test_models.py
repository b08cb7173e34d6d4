"""What the tables promise: times in UTC, ids, numbers that are never reused, and what goes away with what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from glimpser.database import Database
from glimpser.database.models import (
    Event,
    EventLog,
    IdempotencyKey,
    Session,
    Setting,
    Stream,
    StreamGroup,
    StreamGroupMember,
    User,
)
from glimpser_sdk.ids import is_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_times_of_any_zone_sort_and_come_back_as_utc(db: Database) -> None:
    east, west = timezone(timedelta(hours=9)), timezone(timedelta(hours=-8))
    times = [
        NOON,
        (NOON + timedelta(microseconds=1)).astimezone(east),
        (NOON + timedelta(milliseconds=500)).astimezone(west),
        NOON + timedelta(seconds=1),
        (NOON + timedelta(days=1)).astimezone(west),
    ]

    async def add(_: Any) -> None:
        for time in reversed(times):
            await Event.create(type="motion", started_at=time)

    await db.write(add)
    found = [event.started_at for event in await Event.all().order_by("started_at")]
    assert found == times
    assert {time.utcoffset() for time in found} == {timedelta(0)}
    after = await Event.filter(started_at__gt=times[2].astimezone(east)).count()
    assert after == 2


async def test_a_time_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="started_at: a time needs a zone"):
        await db.write(lambda _: Event.create(type="motion", started_at=datetime(2026, 3, 1)))  # noqa: DTZ001


async def test_rows_get_ids_times_and_defaults(db: Database) -> None:
    stream = await db.write(lambda _: Stream.create(name="Yard", kind="rtsp", config={"url": {"$enc": "x"}}))
    read = await Stream.get(id=stream.id)
    assert is_id(read.id)
    assert read.config == {"url": {"$enc": "x"}}
    assert (read.regions, read.tags, read.desired, read.version, read.deleted_at) == ([], [], "running", 1, None)
    assert abs(datetime.now(UTC) - read.created_at) < timedelta(minutes=1)


async def test_json_values_come_back_as_they_were(db: Database) -> None:
    values = ["hello", "1", '{"a": 1}', "", 0, False, [], {"a": [1, None, "ü"]}, None]

    async def set_all(_: Any) -> None:
        await Setting.bulk_create([Setting(key=f"bulk {n}", value=value) for n, value in enumerate(values)])
        for n, value in enumerate(values):
            await Setting.create(key=f"created {n}", value=value)
            await Setting.create(key=f"updated {n}", value="before")
            await Setting.filter(key=f"updated {n}").update(value=value)
            await Setting.create(key=f"updated or created {n}", value="before")
            await Setting.update_or_create(key=f"updated or created {n}", defaults={"value": value})

    await db.write(set_all)
    assert [setting.value for setting in await Setting.all().order_by("key")] == values * 4
    assert await Setting.all().order_by("key").values_list("value", flat=True) == values * 4


async def test_log_numbers_are_never_reused(db: Database) -> None:
    async def add(_: Any) -> int:
        return (await EventLog.create(object_id="a", change="started")).seq

    seqs = [await db.write(add) for _ in range(3)]
    await db.write(lambda _: EventLog.all().delete())
    assert await db.write(add) > max(seqs)


async def test_user_names_differ_by_more_than_case(db: Database) -> None:
    user = await db.write(lambda _: User.create(name="Ann", role="admin"))
    with pytest.raises(IntegrityError):
        await db.write(lambda _: User.create(name="aNN", role="viewer"))

    async def rename(_: Any) -> None:
        user.name = "Straße"
        await user.save(update_fields=["name"])

    await db.write(rename)
    await db.write(lambda _: User.create(name="ann", role="viewer"))
    with pytest.raises(IntegrityError):
        await db.write(lambda _: User.create(name="STRASSE", role="viewer"))


async def test_what_goes_with_a_user_and_a_stream(db: Database) -> None:
    async def add(_: Any) -> tuple[User, Stream]:
        user = await User.create(name="Ann", role="admin")
        await Session.create(user=user, token_hash="t", expires_at=NOON)
        stream, group = await Stream.create(name="Yard", kind="rtsp"), await StreamGroup.create(name="Outside")
        await StreamGroupMember.create(group_id=group.id, stream_id=stream.id)
        await Event.create(type="motion", stream_id=stream.id, started_at=NOON)
        return user, stream

    user, stream = await db.write(add)
    await db.write(lambda _: user.delete())
    await db.write(lambda _: stream.delete())
    assert [await m.all().count() for m in (Session, StreamGroupMember, StreamGroup, Event)] == [0, 0, 1, 1]


async def test_a_reference_to_nobody_is_refused(db: Database) -> None:
    with pytest.raises(IntegrityError):
        await db.write(lambda _: Session.create(user_id="nobody", token_hash="t", expires_at=NOON))


async def test_an_idempotency_key_is_taken_once_per_principal(db: Database) -> None:
    def take(principal: str) -> Any:
        return db.write(
            lambda _: IdempotencyKey.create(
                principal=principal, key="k", method="POST", path="/", request_hash="h", body=b"\x00\xff"
            )
        )

    await take("a")
    await take("b")
    with pytest.raises(IntegrityError):
        await take("a")
    assert {row.body for row in await IdempotencyKey.all()} == {b"\x00\xff"}
