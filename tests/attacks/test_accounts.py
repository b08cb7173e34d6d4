"""Whether an account exists, may sign in or is locked: what an attempt tells, and what work it costs."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.signing import Counted, counting, forget_failures

from tests.api.conftest import PASSWORD, ApiHub

WRONG = "wrong wrong wrong"
LOCKED_AT = 20
PASSING = {"date", "x-trace-id", "content-length"}
KINDS = ("existing", "unknown", "disabled", "without-password", "EXISTING", "unknown" + "n" * 50)
_addresses = (f"198.51.{number // 250}.{number % 250}" for number in itertools.count())


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    return counting(tmp_path_factory.mktemp("argon2"))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, counted: Counted) -> Iterator[ApiHub]:
    """A hub behind a trusted proxy, so that every try comes from elsewhere, which counts its verifications."""
    made = ApiHub(tmp_path_factory.mktemp("accounts") / "data")
    made.environment |= {"GLIMPSER_TRUSTED_PROXIES": "127.0.0.1", **counted.environment}
    # The usual cost: the command line hashes at that, and another one would be a second hash at the first sign-in.
    for usual in ("GLIMPSER_PASSWORD__MEMORY_MIB", "GLIMPSER_PASSWORD__PASSES"):
        del made.environment[usual]
    made.start()
    for name in ("existing", "disabled", "locked", "without-password"):
        made.create_user(name, "viewer")
    with contextlib.closing(sqlite3.connect(made.database, timeout=30)) as rows, rows:
        rows.execute("UPDATE users SET active = 0 WHERE name = 'disabled'")
        rows.execute("UPDATE users SET password_hash = NULL WHERE name = 'without-password'")
    yield made
    made.stop()


def attempt(hub: ApiHub, name: str, password: str = WRONG) -> httpx.Response:
    """A try from an address that nobody used before."""
    with httpx.Client(base_url=hub.url, timeout=30) as stranger:
        return stranger.post("/api/auth/login", json={"name": name, "password": password},
                             headers={"X-Forwarded-For": next(_addresses)})  # fmt: skip


def told(answer: httpx.Response) -> tuple[int, dict[str, object], frozenset[tuple[str, str]]]:
    """All of an answer but what differs every time."""
    body = answer.json()
    body.pop("trace_id")
    return answer.status_code, body, frozenset((k, v) for k, v in answer.headers.items() if k not in PASSING)


@pytest.mark.attack("A66", control=True)
def test_every_account_is_told_the_same_for_the_same_work(hub: ApiHub, counted: Counted) -> None:
    forget_failures(hub.database)
    answers = {}
    for name in KINDS:
        before = counted.calls()
        answers[name] = told(attempt(hub, name))
        assert counted.calls() - before == {"verify": 1}, name
    # The right password of somebody who may not sign in is as wrong as any.
    before = counted.calls()
    answers["disabled, right"] = told(attempt(hub, "disabled", PASSWORD))
    assert counted.calls() - before == {"verify": 1}
    assert len(set(map(repr, answers.values()))) == 1, answers
    assert answers["existing"][0] == 401

    before = counted.calls()
    assert attempt(hub, "existing", PASSWORD).status_code == 204
    assert counted.calls() - before == {"verify": 1}


@pytest.mark.attack("A65", "A66", control=True)
def test_a_lock_shows_by_retry_after_alone_and_for_names_that_nobody_has_too(hub: ApiHub, counted: Counted) -> None:
    forget_failures(hub.database)
    names = ("locked", "nobody-at-all", "disabled")
    first = told(attempt(hub, "existing"))
    for name in names:
        for _ in range(LOCKED_AT - 1):
            assert told(attempt(hub, name)) == first
    answers = []
    for name, password in itertools.product(names, (WRONG, PASSWORD)):
        attempt(hub, name)
        before = counted.calls()
        answer = attempt(hub, name, password)
        assert counted.calls() - before == {"verify": 1}, (name, password)
        assert float(answer.headers.pop("Retry-After")) > 3600
        answers.append(told(answer))
    assert set(map(repr, answers)) == {repr(first)}
    hub.glimpser("users", "unlock", "locked")
    assert attempt(hub, "locked", PASSWORD).status_code == 204


@pytest.mark.control("A66")
def test_the_count_sees_what_is_skipped(counted: Counted, tmp_path: Path) -> None:
    """A sign-in that looks names up first and hashes only for those it finds is found out by the same count."""
    before = counted.calls()
    accounts = {"existing": "$argon2id$v=19$m=32768,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43}
    for name in ("existing", "unknown"):
        if name in accounts:
            counted.run(f"argon2.PasswordHasher().verify({accounts[name]!r}, 'x')")
    assert (counted.calls() - before)["verify"] == 1
