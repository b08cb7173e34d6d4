"""kill -9 while writing: everything that was acknowledged is there, and the file is sound."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from glimpser.database import quick_check

WRITER = """
import asyncio, sys
from pathlib import Path
from glimpser.database import Database, migrate_all
from glimpser.database.models import EventLog

async def pair(name):
    await EventLog.create(object_id=name, change="started")
    await EventLog.create(object_id=name, change="ended")

async def client(database, number):
    for count in range(10_000):
        name = f"{number}-{count}"
        await database.write(lambda _: pair(name))
        print(name, flush=True)

async def main():
    await migrate_all("", Path(sys.argv[1]), {})
    database = Database("", Path(sys.argv[1]))
    await database.open()
    await asyncio.gather(*(client(database, number) for number in range(8)))

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [50, 333])
def test_kill_while_writing(tmp_path: Path, after: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    told = [process.stdout.readline().strip() for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    told += [line.strip() for line in process.stdout.readlines() if line.endswith("\n")]
    process.stdout.close()
    process.wait()
    quick_check(tmp_path / "glimpser.db")
    connection = sqlite3.connect(tmp_path / "glimpser.db")
    rows = connection.execute("SELECT object_id, count(*) FROM event_log GROUP BY object_id").fetchall()
    connection.close()
    assert len(told) >= after
    assert set(told) <= {name for name, _ in rows}
    assert {count for _, count in rows} == {2}
