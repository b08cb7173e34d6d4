"""One hub a database: the second one is refused, whatever its folder, and nothing is held by the dead."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest
from support.hub import Hub
from support.postgres import new_database

from glimpser.database import DatabaseInUse, DatabaseUnreachable, Ownership, Target, owned
from glimpser.database import owner as owner_module

FOLDER_IN_USE = 5


@pytest.fixture
async def make(url: str, tmp_path: Path) -> AsyncIterator[Callable[[], Ownership]]:
    """Processes that want to be the hub of one database, each with a folder of its own."""
    (tmp_path / "one.db").touch()
    made: list[Ownership] = []

    def another() -> Ownership:
        made.append(Ownership(Target.parse(url or f"sqlite://{tmp_path}/one.db", tmp_path / str(len(made)))))
        return made[-1]

    yield another
    for ownership in made:
        await ownership.release()


async def test_the_second_is_refused_until_the_first_is_gone(make: Callable[[], Ownership], kind: str) -> None:
    first, second = make(), make()
    await first.take()
    with pytest.raises(DatabaseInUse, match=r"^another hub is using the database .*; stop it or give another") as said:
        await second.take(0)
    assert ("connected from 127.0.0.1 since 20" in str(said.value)) == (kind == "postgres")
    waiting = asyncio.create_task(second.take(10))
    await asyncio.sleep(0.05)
    await first.release()
    await waiting
    with pytest.raises(DatabaseInUse):
        await first.take(0)


async def test_another_database_is_another_matter(make: Callable[[], Ownership], tmp_path: Path) -> None:
    await make().take()
    await Ownership(Target.parse("", tmp_path / "other")).take(0)


@pytest.fixture
async def server(postgres_server: str) -> str:
    return await new_database(postgres_server)


async def cut(url: str, application: str = "glimpser") -> int:
    """End the connections of hubs at the server; how many there were."""
    admin = await asyncpg.connect(url)
    try:
        query = ("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                 "WHERE datname = current_database() AND application_name = $1")  # fmt: skip
        return int(await admin.fetchval(query, application))
    finally:
        await admin.close()


async def test_a_cut_connection_is_made_again(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_module, "PROBE_S", 0.05)
    ownership, other = (Ownership(Target.parse(server, tmp_path)) for _ in range(2))
    await ownership.take()
    keeping = asyncio.create_task(ownership.keep())
    assert await cut(server) == 1
    for _ in range(100):
        await asyncio.sleep(0.05)
        with contextlib.suppress(DatabaseInUse):
            await other.take(0)
            await other.release()
            continue
        break
    with pytest.raises(DatabaseInUse):
        await other.take(0)
    assert not keeping.done()
    keeping.cancel()
    await ownership.release()


async def test_who_lost_it_to_another_is_told(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_module, "PROBE_S", 0.05)
    monkeypatch.setattr(owner_module, "RETAKE_S", 0.1)
    first, second = (Ownership(Target.parse(server, tmp_path)) for _ in range(2))
    await first.take()
    await cut(server)
    await second.take(1)
    assert "another hub is using the database test_" in await asyncio.wait_for(first.keep(), 10)
    await second.release()


async def test_who_cannot_be_asked(tmp_path: Path) -> None:
    target = Target.parse("postgres://u:hush@127.0.0.1:1/none", tmp_path)
    with pytest.raises(DatabaseUnreachable, match=r"^the database none at 127\.0\.0\.1:1 cannot be reached: ") as said:
        await Ownership(target).take()
    assert "hush" not in str(said.value) + repr(target)


@pytest.mark.soak
async def test_a_hub_that_lost_its_database_to_another_ends(server: str, start_hub: Callable[..., Hub]) -> None:
    hub = start_hub(GLIMPSER_DATABASE_URL=server, GLIMPSER_PLUGINS="password")
    hub.signal(signal.SIGSTOP)
    await cut(server)
    async with owned(server, hub.folder):
        hub.signal(signal.SIGCONT)
        assert hub.process is not None
        assert await asyncio.to_thread(hub.process.wait, 100) == FOLDER_IN_USE
    assert "another hub is using the database test_" in hub.logged()
