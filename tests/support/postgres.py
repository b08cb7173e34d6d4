"""A PostgreSQL server of the tests' own, where Debian's is installed, and databases on it."""

from __future__ import annotations

import getpass
import itertools
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running server without a database name."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not bins:
        pytest.skip("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin)")
    root = getpass.getuser() == "root"
    if root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root and there is no runuser to become another user")
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    # Not below pytest's own folder: only root may enter that.
    folder = Path(tempfile.mkdtemp(prefix="glimpser-postgres-"))
    if root:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *args: str) -> None:
        subprocess.run(
            [*as_user, str(bins[-1] / program), *args], cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=60
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "glimpser", "--no-sync", "-E", "UTF8")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgres://glimpser@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


async def new_database(server: str, template: str = "template1") -> str:
    """The URL of a new database, a copy of ``template``."""
    name = f"test_{next(_numbers)}"
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.close()
    return f"{server}/{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database; PostgreSQL is skipped, saying so, where there is none."""
    if request.param == "postgres":
        request.getfixturevalue("postgres_server")
    return str(request.param)
