"""kill -9 while entries are written: what was told is there, and the chain holds."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.postgres import new_database

from .conftest import Log

WRITER = """
import asyncio, sys
from pathlib import Path
from glimpser.database import Database, migrate_all
from glimpser.identity.audit import Audit

async def client(audit, number):
    for count in range(10_000):
        await audit.record("test.done", object=("thing", f"{number}-{count}"))
        print(f"{number}-{count}", flush=True)

async def main():
    await migrate_all(sys.argv[2], Path(sys.argv[1]), {})
    db = Database(sys.argv[2], Path(sys.argv[1]))
    await db.open()
    audit = Audit(db, Path(sys.argv[1]))
    async def mark():
        while True:
            await audit.mark()
            await asyncio.sleep(0.02)
    await asyncio.gather(mark(), *(client(audit, number) for number in range(8)))

asyncio.run(main())
"""


@pytest.fixture
def log(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Log:
    """An empty log, once on each kind of database."""
    if kind == "sqlite":
        return Log(tmp_path)
    return Log(tmp_path, asyncio.run(new_database(request.getfixturevalue("postgres_server"))))


def test_kill_while_writing(log: Log) -> None:
    after = 80
    log.write(0)
    told: list[str] = []
    for _ in range(2):  # the second process goes on with the chain of the first
        command = [sys.executable, "-c", WRITER, str(log.folder), log.url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        told += [process.stdout.readline().strip() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        told += [line.strip() for line in process.stdout.readlines() if line.endswith("\n")]
        process.stdout.close()
        process.wait()
        verdict = log.verify()
        assert verdict.findings == []
        kept = [name for (name,) in log.sql("SELECT object_id FROM audit_events")]
        assert set(told) <= set(kept)
        assert verdict.count == len(kept) >= after
    # The control: one entry fewer, and it is told.
    log.sql("DELETE FROM audit_events WHERE seq = 5")
    assert log.verify().findings[0].seq == 5


def test_two_processes_write_one_chain(log: Log) -> None:
    log.write(1)
    command = [sys.executable, "-c", WRITER.replace("10_000", "20"), str(log.folder), log.url]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        assert process.stdout
        for _ in range(160):
            assert process.stdout.readline()
        process.kill()
        process.stdout.close()
        process.wait()
    verdict = log.verify()
    assert (verdict.findings, verdict.count) == ([], 321)
