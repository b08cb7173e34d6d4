"""Whatever somebody who has the database, but not the key, does to the log: it is found, at the right place."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Log

ENTRIES = 20
TEXT = ("actor", "actor_name", "actor_kind", "action", "object_type", "object_id", "object_name", "result", "address",
        "id", "mac")  # fmt: skip
numbers = st.integers(1, ENTRIES)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log, its head and its key."""
    folder = tmp_path_factory.mktemp("log")
    Log(folder).write(ENTRIES)
    return folder


def rows_of(folder: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(folder / "glimpser.db")) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM audit_events ORDER BY seq")]


def put(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Write these rows in place of those that are there."""
    with closing(sqlite3.connect(folder / "glimpser.db")) as database:
        database.execute("DELETE FROM audit_events")
        for row in rows:
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            into = f"INTO audit_events ({names}) VALUES ({marks})"
            database.execute(f"INSERT {into}", list(row.values()))
        database.commit()


Attack = Callable[[list[dict[str, Any]]], tuple[list[dict[str, Any]], int]]


@st.composite
def attacks(draw: Any) -> Attack:
    """Something to do to the rows; it gives what is left of them and the number of the first bad entry."""
    kind = draw(st.sampled_from(["change", "remove", "cut", "swap", "insert", "move on"]))
    first, second = draw(numbers), draw(numbers)
    column, text = draw(st.sampled_from(TEXT)), draw(st.text("abc0", min_size=1, max_size=5))

    def attack(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
        low, high = sorted((first, second))
        if kind == "change":
            rows[first - 1][column] = text + str(rows[first - 1][column])
            return rows, first
        if kind == "remove":
            return [row for row in rows if row["seq"] != first], first
        if kind == "cut":
            return rows[: first - 1], first
        if kind == "swap":
            high = high if high > low else low % ENTRIES + 1
            low, high = sorted((low, high))
            rows[low - 1]["seq"], rows[high - 1]["seq"] = high, low
            return rows, low
        if kind == "insert":  # a copy of an entry, and room made for it
            copy = rows[second - 1] | {"id": "copy"}
            for row in rows[first - 1 :]:
                row["seq"] += 1
            return [*rows, copy | {"seq": first}], first
        # Removed, and the others moved up so that no number is missing.
        rest = [row for row in rows if row["seq"] != first]
        for row in rest[first - 1 :]:
            row["seq"] -= 1
        return rest, first

    return attack


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attack=attacks())
def test_any_attack_is_found_where_it_begins(original: Path, tmp_path: Path, attack: Attack) -> None:
    folder = tmp_path / "copy"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    rows = rows_of(folder)
    before = [dict(row) for row in rows]
    left, first = attack(rows)
    assert left != before
    put(folder, left)
    findings = Log(folder).verify().findings
    assert findings, "not found"
    assert findings[0].seq == first, findings
    # The control: put back as they were, the rows are a sound log.
    put(folder, before)
    assert Log(folder).verify().findings == []
