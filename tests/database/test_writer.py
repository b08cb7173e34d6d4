"""Writing: one writer, many writes to a commit, each on its own."""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import DoesNotExist, IntegrityError, OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from glimpser.database import Database, DatabaseClosed, NestedWrite
from glimpser.database import writer as writer_module
from glimpser.database.models import EventLog, Setting, Stream


async def add(name: str) -> Stream:
    return await Stream.create(name=name, kind="rtsp")


async def log(name: str) -> int:
    return (await EventLog.create(object_id=name, change="started")).seq


async def test_a_write_is_visible_to_readers_when_it_returns(db: Database) -> None:
    stream = await db.write(lambda _: add("Yard"))
    assert (await Stream.get(id=stream.id)).name == "Yard"


async def test_readers_see_nothing_before_the_commit(db: Database) -> None:
    written, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Any) -> int:
        await add("Yard")
        written.set()
        await go_on.wait()
        return await Stream.all().count()

    task = asyncio.create_task(db.write(slow))
    await written.wait()
    assert await Stream.all().count() == 0
    assert not task.done()
    go_on.set()
    assert await task == 1
    assert await Stream.all().count() == 1


async def test_raw_sql_uses_the_same_transaction(db: Database) -> None:
    async def write(connection: Any) -> list[dict[str, Any]]:
        await add("Yard")
        return await connection.execute_query_dict("SELECT name FROM streams")

    assert await db.write(write) == [{"name": "Yard"}]
    assert await db.reader.execute_query_dict("SELECT name FROM streams") == [{"name": "Yard"}]


async def test_writing_outside_a_write_is_refused(db: Database) -> None:
    with pytest.raises((OperationalError, TransactionManagementError), match=r"read-?only"):
        await add("Yard")
    assert await Stream.all().count() == 0


async def test_a_transaction_outside_a_write_is_refused(sqlite_db: Database) -> None:
    with pytest.raises(TransactionManagementError, match=r"Database\.write"):
        await Setting.get_or_create(key="a", defaults={"value": 1})


async def test_get_or_create_and_savepoints_inside_a_write(db: Database) -> None:
    async def twice() -> None:
        async with in_transaction("writer"):
            await Setting.create(key="b", value=1)
            await Setting.create(key="a", value=3)

    async def write(_: Any) -> bool:
        _, created = await Setting.get_or_create(key="a", defaults={"value": 1})
        await Setting.update_or_create(key="a", defaults={"value": 2})
        with pytest.raises(IntegrityError):
            await twice()
        return created

    assert await db.write(write)
    assert await Setting.all().values("key", "value") == [{"key": "a", "value": 2}]


async def test_one_failing_write_fails_alone(db: Database) -> None:
    async def fails(_: Any) -> None:
        await add("lost")
        raise ValueError("changed my mind")

    async def breaks(_: Any) -> None:
        await Setting.create(key="same", value=1)
        await Setting.create(key="same", value=2)

    writes = [lambda _, n=n: add(str(n)) for n in range(20)]
    writes[5], writes[12] = fails, breaks
    results = await asyncio.gather(*(db.write(write) for write in writes), return_exceptions=True)
    assert [type(r) for r in (results[5], results[12])] == [ValueError, IntegrityError]
    assert sorted(int(s.name) for s in await Stream.all()) == [n for n in range(20) if n not in (5, 12)]
    assert await Setting.all().count() == 0


async def test_a_write_that_hides_its_error(db: Database) -> None:
    """SQLite goes on after an error; PostgreSQL cannot, and then the write has failed, the others have not."""

    async def hides(connection: Any) -> None:
        await add("hidden")
        with pytest.raises(OperationalError):
            await connection.execute_query("SELECT * FROM nowhere")

    results = await asyncio.gather(
        db.write(lambda _: add("a")), db.write(hides), db.write(lambda _: add("b")), return_exceptions=True
    )
    names = {stream.name for stream in await Stream.all()}
    assert {"a", "b"} <= names
    assert ("hidden" in names) == (not isinstance(results[1], Exception))


async def test_writes_run_in_the_order_they_were_asked_for(db: Database) -> None:
    seqs = await asyncio.gather(*(db.write(lambda _, n=n: log(str(n))) for n in range(300)))
    assert seqs == sorted(seqs)
    assert [row.object_id for row in await EventLog.all().order_by("seq")] == [str(n) for n in range(300)]


async def test_writes_share_commits(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "GROUP_SECONDS", 60.0)
    commits: list[str] = []

    async def trace(connection: Any) -> None:
        await connection._connection.set_trace_callback(lambda sql: sql == "COMMIT" and commits.append(sql))

    await sqlite_db.write(trace)
    commits.clear()
    await asyncio.gather(*(sqlite_db.write(lambda _, n=n: log(str(n))) for n in range(1200)))
    assert len(commits) == 3  # 500 + 500 + 200
    assert await EventLog.all().count() == 1200


async def test_a_group_ends_in_time(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who come first do not wait for all who come after them."""
    monkeypatch.setattr(writer_module, "GROUP_SECONDS", 0.02)
    order: list[str] = []

    async def slow(name: str) -> None:
        async def write(_: Any) -> None:
            await asyncio.sleep(0.03)
            order.append(f"ran {name}")

        await sqlite_db.write(write)
        order.append(f"told {name}")

    await asyncio.gather(slow("a"), slow("b"))
    assert order == ["ran a", "told a", "ran b", "told b"]


async def test_a_failing_commit_is_told_to_everyone_in_it(db: Database) -> None:
    async def make(connection: Any) -> None:
        await connection.execute_script(
            "CREATE TABLE child (parent VARCHAR(26) REFERENCES streams (id) DEFERRABLE INITIALLY DEFERRED)"
        )

    async def orphan(connection: Any) -> None:
        await connection.execute_query("INSERT INTO child (parent) VALUES ('nobody')")

    await db.write(make)
    results = await asyncio.gather(db.write(lambda _: add("a")), db.write(orphan), return_exceptions=True)
    assert [isinstance(r, Exception) for r in results] == [True, True]
    assert await Stream.all().count() == 0
    await db.write(lambda _: add("b"))
    assert [s.name for s in await Stream.all()] == ["b"]


async def test_a_full_disk(sqlite_db: Database) -> None:
    async def limit(connection: Any, pages: int) -> None:
        await connection.execute_query(f"PRAGMA max_page_count={pages}")

    async def big(connection: Any) -> None:
        await Setting.create(key="big", value="x" * 2_000_000)

    await sqlite_db.write(lambda c: limit(c, 1))  # SQLite takes the present size for it
    results = await asyncio.gather(sqlite_db.write(lambda _: add("a")), sqlite_db.write(big), return_exceptions=True)
    assert isinstance(results[1], OperationalError)
    # Whoever was told of success is there, whoever was not is not.
    assert await Stream.all().count() == (not isinstance(results[0], Exception))
    await sqlite_db.write(lambda c: limit(c, 1_000_000))
    await sqlite_db.write(big)
    assert await Setting.all().count() == 1


async def test_another_process_has_the_lock(sqlite_db: Database, tmp_path: Path) -> None:
    async def hurry(connection: Any) -> None:
        await connection.execute_query("PRAGMA busy_timeout=50")

    await sqlite_db.write(hurry)
    other = sqlite3.connect(tmp_path / "glimpser.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(*(sqlite_db.write(lambda _: add("a")) for _ in range(3)), return_exceptions=True)
    assert {type(r) for r in results} == {OperationalError}
    assert await Stream.all().count() == 0
    other.execute("COMMIT")
    other.close()
    await sqlite_db.write(lambda _: add("b"))
    assert [s.name for s in await Stream.all()] == ["b"]


async def test_another_process_cannot_come_between_reading_and_writing(sqlite_db: Database, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "glimpser.db", isolation_level=None, timeout=0)

    async def read_then_write(_: Any) -> None:
        assert await Stream.all().count() == 0
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM settings")
        await add("Yard")

    await sqlite_db.write(read_then_write)
    other.execute("DELETE FROM settings")
    other.close()
    assert await Stream.all().count() == 1


async def test_a_caller_cancelled_before_its_turn_has_not_written(db: Database) -> None:
    go_on = asyncio.Event()
    first = asyncio.create_task(db.write(lambda _: go_on.wait()))
    second = asyncio.create_task(db.write(lambda _: add("never")))
    await asyncio.sleep(0.05)
    second.cancel()
    go_on.set()
    await first
    with pytest.raises(asyncio.CancelledError):
        await second
    await db.write(lambda _: add("later"))
    assert [s.name for s in await Stream.all()] == ["later"]


async def test_a_caller_cancelled_later_does_not_undo_its_write(db: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Any) -> None:
        begun.set()
        await go_on.wait()
        await add("kept")

    task = asyncio.create_task(db.write(slow))
    await begun.wait()
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await db.write(lambda _: add("later"))
    assert sorted(s.name for s in await Stream.all()) == ["kept", "later"]


async def test_a_write_that_takes_too_long_fails_alone(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "WRITE_SECONDS", 0.05)

    async def hangs(_: Any) -> None:
        await add("lost")
        await asyncio.Event().wait()

    results = await asyncio.gather(db.write(hangs), db.write(lambda _: add("a")), return_exceptions=True)
    assert isinstance(results[0], TimeoutError)
    assert [s.name for s in await Stream.all()] == ["a"]


async def test_a_write_inside_a_write_is_refused(db: Database) -> None:
    with pytest.raises(NestedWrite):
        await db.write(lambda _: db.write(lambda _: add("a")))


async def test_closing_finishes_what_was_asked_for_and_refuses_more(db: Database) -> None:
    writes = [asyncio.create_task(db.write(lambda _, n=n: add(str(n)))) for n in range(50)]
    await asyncio.sleep(0)
    await db.close()
    assert len({stream.id for stream in await asyncio.gather(*writes)}) == 50
    with pytest.raises(DatabaseClosed):
        await db.write(lambda _: add("late"))
    await db.close()
    await db.open()
    assert await Stream.all().count() == 50


async def test_a_database_that_was_never_opened(tmp_path: Path) -> None:
    database = Database("", tmp_path)
    with pytest.raises(DatabaseClosed):
        await database.write(lambda _: add("a"))
    with pytest.raises(DatabaseClosed):
        _ = database.reader


async def test_tasks_that_began_elsewhere_find_the_database(db: Database) -> None:
    """A server's request tasks do not descend from the task that opened the database."""
    await db.write(lambda _: add("Yard"))

    async def request() -> str:
        return (await Stream.get(name="Yard")).name

    task = asyncio.get_running_loop().create_task(request(), context=contextvars.Context())
    assert await task == "Yard"


async def test_many_readers_beside_a_writer(db: Database) -> None:
    await db.write(lambda _: add("Yard"))

    async def read() -> int:
        return len(await Stream.filter(name="Yard"))

    async def writing() -> None:
        for n in range(50):
            await db.write(lambda _, n=n: log(str(n)))

    results = await asyncio.gather(writing(), *(read() for _ in range(200)))
    assert results[1:] == [1] * 200


async def test_reading_after_a_failed_read(db: Database) -> None:
    for _ in range(20):
        with pytest.raises(OperationalError):
            await db.reader.execute_query("SELECT * FROM nowhere")
    with pytest.raises(DoesNotExist):
        await Stream.get(id="none")


async def test_a_cancelled_read_gives_its_connection_back(db: Database) -> None:
    async def read() -> int:
        return await Stream.all().count()

    for _ in range(20):
        task = asyncio.create_task(read())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await Stream.all().count() == 0


COUNTER = """
import asyncio, sys
from pathlib import Path
from glimpser.database import Database
from glimpser.database.models import Setting

async def main():
    db = Database(sys.argv[1], Path(sys.argv[2]))
    await db.open()
    async def add(conn):
        row = await Setting.get(key="count")
        await asyncio.sleep(0)
        await Setting.filter(key="count").update(value=row.value + 1)
    for _ in range(100):
        await db.write(add)
    await db.close()

asyncio.run(main())
"""


async def test_what_a_change_read_stays_true_until_it_is_committed(db: Database, kind: str, tmp_path: Path) -> None:
    """Two processes count up the same row."""
    await db.write(lambda _: Setting.create(key="count", value=0))
    found = db.target.postgres or {}
    url = "" if kind == "sqlite" else "postgres://{user}@{host}:{port}/{database}".format(**found)
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", COUNTER, url, str(tmp_path)) for _ in range(2)
    ]
    assert [await process.wait() for process in processes] == [0, 0]
    assert (await Setting.get(key="count")).value == 200
