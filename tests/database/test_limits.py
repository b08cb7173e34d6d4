"""Counted quotas: exact, whoever asks at the same time, and kept."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glimpser.database import Database
from glimpser.database.models import LimitUse
from glimpser.identity.limits import LEASE, LimitReached, Limits, Use
from glimpser.identity.permissions import LIVE_VIEWS, MEDIA_DOWNLOADS, Catalogue
from glimpser.identity.policy import Principal
from glimpser_sdk.ids import new_id

NIGHT = datetime(2026, 11, 21, 23, 59, 50, tzinfo=UTC)


def who(**limits: int) -> Principal:
    return Principal(id=new_id(), name="x", role="x", kind="user", session_id="s", hubwide=frozenset(), limits=limits)


def counting(db: Database, at: datetime | None = None) -> Limits:
    clock = at or datetime.now(UTC)
    return Limits(db, Catalogue(), node_id="node", now=lambda: clock)


async def test_no_more_than_the_limit_at_a_time(db: Database) -> None:
    limits, principal = counting(db), who(live_views=2)
    first, second = await limits.take(principal, LIVE_VIEWS), await limits.take(principal, LIVE_VIEWS)
    with pytest.raises(LimitReached) as refused:
        await limits.take(principal, LIVE_VIEWS)
    assert (refused.value.counted.name, refused.value.limit, refused.value.retry_after) == (LIVE_VIEWS, 2, 5)
    assert first is not None
    assert second is not None
    await limits.release(first)
    assert await limits.take(principal, LIVE_VIEWS) is not None
    assert await limits.take(who(live_views=1), LIVE_VIEWS) is not None


async def test_who_has_no_limit_is_not_counted(db: Database) -> None:
    limits = counting(db)
    for _ in range(10):
        assert await limits.take(who(media_downloads=1), LIVE_VIEWS) is None
    assert await LimitUse.all().count() == 0


async def test_a_day_ends_at_midnight_and_an_object_counts_once(db: Database) -> None:
    evening, morning = counting(db, NIGHT), counting(db, NIGHT + timedelta(seconds=10))
    principal = who(media_downloads=2)
    for object_id in ("a", "a", "b", "a"):
        await evening.take(principal, MEDIA_DOWNLOADS, object_id)
    with pytest.raises(LimitReached) as refused:
        await evening.take(principal, MEDIA_DOWNLOADS, "c")
    assert refused.value.retry_after == 10
    assert (await evening.left(principal))[0].left == 0
    assert (await morning.left(principal))[0].left == 2
    assert await morning.take(principal, MEDIA_DOWNLOADS, "c") is not None


async def test_what_failed_does_not_count_but_an_earlier_use_does(db: Database) -> None:
    limits, principal = counting(db), who(media_downloads=1)
    use = await limits.take(principal, MEDIA_DOWNLOADS, "a")
    assert use is not None
    await limits.undo(use)
    first = await limits.take(principal, MEDIA_DOWNLOADS, "b")
    again = await limits.take(principal, MEDIA_DOWNLOADS, "b")
    assert again is not None
    await limits.undo(again)
    assert (await limits.left(principal))[0].left == 0
    assert first is not None
    await limits.release(first)
    assert (await limits.left(principal))[0].left == 0


async def test_a_new_process_keeps_the_day_and_frees_what_was_held(db: Database) -> None:
    before, principal = counting(db), who(live_views=1, media_downloads=1)
    await before.take(principal, LIVE_VIEWS)
    await before.take(principal, MEDIA_DOWNLOADS, "a")
    after = counting(db)
    await after.start()
    assert [q.left for q in await after.left(principal)] == [1, 0]


async def test_what_nobody_renews_ends_by_itself(db: Database) -> None:
    now = datetime.now(UTC)
    clock = [now]
    alive = Limits(db, Catalogue(), node_id="one", now=lambda: clock[0])
    dead = Limits(db, Catalogue(), node_id="two", now=lambda: clock[0])
    principal = who(live_views=2)
    await alive.take(principal, LIVE_VIEWS)
    await dead.take(principal, LIVE_VIEWS)
    clock[0] = now + LEASE / 2
    await alive.renew()
    clock[0] = now + LEASE + timedelta(seconds=1)
    assert (await alive.left(principal))[0].used == 1
    await alive.renew()
    assert await LimitUse.all().count() == 1


async def used(limits: Limits, principal: Principal, number: int) -> None:
    """Wait until that many are in use."""
    for _ in range(500):
        if (await limits.left(principal))[0].used == number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"not {number} in use")


async def test_the_end_of_a_task_gives_back(db: Database) -> None:
    limits, principal = counting(db), who(live_views=1)

    async def watch() -> None:
        use, task = await limits.take(principal, LIVE_VIEWS), asyncio.current_task()
        assert use is not None
        assert task is not None
        limits.release_after(task, use)
        await asyncio.sleep(60)

    for _ in range(3):
        task = asyncio.create_task(watch())
        await used(limits, principal, 1)
        task.cancel()
        await used(limits, principal, 0)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(0, 5), askers=st.integers(1, 25), seed=st.integers(0, 10**6), cancelled=st.floats(0, 0.5))
async def test_exact_under_races(db: Database, limit: int, askers: int, seed: int, cancelled: float) -> None:
    """Many ask, give back and are cut off at the same time: never more than the limit, and nothing stays behind."""
    chance, principal = random.Random(seed), who(live_views=limit)
    processes = [counting(db), counting(db)]
    held: set[str] = set()
    most = refused = 0

    async def ask(limits: Limits) -> None:
        nonlocal most, refused
        for _ in range(3):
            await asyncio.sleep(chance.random() / 500)
            try:
                use: Use | None = await limits.take(principal, LIVE_VIEWS)
            except LimitReached:
                refused += 1
                continue
            assert use is not None
            held.add(use.id)
            most = max(most, len(held))
            try:
                await asyncio.sleep(chance.random() / 500)
            finally:
                held.discard(use.id)
                await asyncio.shield(limits.release(use))

    tasks = [asyncio.create_task(ask(chance.choice(processes))) for _ in range(askers)]
    for task in tasks:
        if chance.random() < cancelled:
            await asyncio.sleep(chance.random() / 200)
            task.cancel()
    done: list[Any] = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(d is None or isinstance(d, asyncio.CancelledError) for d in done), done
    assert most <= limit
    assert limit > 0 or refused or any(done)
    await used(processes[0], principal, 0)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(0, 6), wanted=st.lists(st.integers(0, 9), max_size=30))
async def test_as_many_objects_a_day_as_allowed(db: Database, limit: int, wanted: list[int]) -> None:
    limits, principal = counting(db), who(media_downloads=limit)
    answers = await asyncio.gather(
        *(limits.take(principal, MEDIA_DOWNLOADS, str(n)) for n in wanted), return_exceptions=True
    )
    got = {n for n, answer in zip(wanted, answers, strict=True) if isinstance(answer, Use)}
    assert len(got) == min(limit, len(set(wanted)))
    assert all((n in got) == isinstance(a, Use) for n, a in zip(wanted, answers, strict=True))
