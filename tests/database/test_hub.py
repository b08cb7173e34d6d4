"""A hub on PostgreSQL: what rests most on its database is tried there as well, by the tests that try it on SQLite."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from support.commands import run_here
from support.film import film
from support.postgres import new_database

from tests.api.conftest import PASSWORD, ApiHub
from tests.api.test_membership import (
    test_joining_a_group_gives_nobody_more_than_one_has as test_joining_a_group_gives_nobody_more_than_one_has,
)
from tests.api.test_people import Listener, Person
from tests.api.test_people import TestGrants as TestGrants
from tests.api.test_people import yard as yard
from tests.attacks.test_guessing import guess

FOLDER_IN_USE = 5


@pytest.fixture(scope="module")
def hub(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub that serves, on PostgreSQL, behind a proxy that it trusts."""
    folder = tmp_path_factory.mktemp("postgres")
    made = ApiHub(folder / "data")
    made.environment |= {
        "GLIMPSER_DATABASE_URL": asyncio.run(new_database(postgres_server)),
        "GLIMPSER_PLUGINS": "clips,ffmpeg,http,motion,password",
        "GLIMPSER_TRUSTED_PROXIES": "127.0.0.1",
    }
    made.film = film(folder / "film.mp4", seconds=6, moving=(1, 4))
    made.start()
    yield made
    made.stop()


def sql(hub: ApiHub, statement: str) -> list[Any]:
    async def run() -> list[Any]:
        connection = await asyncpg.connect(hub.environment["GLIMPSER_DATABASE_URL"])
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    return asyncio.run(run())


def test_a_second_hub_is_refused_and_does_nothing(hub: ApiHub, tmp_path: Path) -> None:
    other = hub.environment | {"GLIMPSER_DATA_DIR": str(tmp_path)}
    done = subprocess.run([*hub.command, "run", "--port", "0"], env=other, capture_output=True, text=True, timeout=90)
    assert (done.returncode, done.stdout) == (FOLDER_IN_USE, "")
    said = (
        r"Error: another hub is using the database test_\d+ at .* \(connected from 127.0.0.1 since .* UTC\); stop it "
    )
    assert re.fullmatch(said + r"or give another database_url\n", done.stderr)
    for command in (["secrets", "rotate"], ["plugins", "purge", "notes", "--yes"]):
        with pytest.raises(AssertionError, match=": Error: another hub is using the database test_"):
            run_here(*command, environment=other)
    assert not (tmp_path / "secret.key").exists()
    assert hub.get("/api/system")["database"] == "postgresql"


def test_a_lock_outlives_the_process_and_the_command_line_ends_it(hub: ApiHub) -> None:
    hub.call("POST", "/api/users", {"name": "Owner", "password": PASSWORD})
    with hub.client() as stranger:
        assert [guess(stranger, "Owner", "192.0.2.1") for _ in range(6)] == [401] * 5 + [0]
    hub.kill()
    hub.start()
    with hub.client() as stranger:
        assert guess(stranger, "oWNER", "192.0.2.1", PASSWORD) == 0
        hub.glimpser("users", "unlock", "OWNER")
        assert guess(stranger, "oWNER", "192.0.2.1", PASSWORD) == 204


def test_what_another_process_takes_away_ends_within_a_second(hub: ApiHub) -> None:
    person = Person(hub, "viewer")
    heard, other = Listener(person.api), Listener(hub.client(hub.key))
    assert heard.open.wait(5)
    assert other.open.wait(5)
    sql(hub, f"UPDATE users SET active = false WHERE id = '{person.id}'")  # noqa: S608
    assert heard.ended.wait(1)
    assert not other.ended.is_set()
    assert person.api.get("/api/me").status_code == 401


def test_the_log_of_all_that_is_whole_until_somebody_changes_it(hub: ApiHub) -> None:
    assert "as they were written" in hub.glimpser("audit", "verify")
    sql(hub, 'UPDATE audit_events SET data = data || \'{"role": "viewer"}\' WHERE seq = 1')
    with pytest.raises(AssertionError, match=r": 1 .*\n.*entry 1 was changed"):
        hub.glimpser("audit", "verify")
