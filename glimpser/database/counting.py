"""Counting rows by an index: over many ranges of time with one statement, or up to a limit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.queryset import QuerySet


class Range(NamedTuple):
    """From ``start`` up to, without, ``end``, of one stream or ("") of all of them."""

    stream_id: str
    start: datetime
    end: datetime


class Ranges:
    """Many ranges, written once for any number of statements."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        self.ranges = list(ranges)
        self._by_stream = any(r.stream_id for r in self.ranges)
        # As SQLite holds times, which it compares as text.
        self.document = json.dumps([[r.stream_id, r.start.isoformat(" "), r.end.isoformat(" ")] for r in self.ranges])

    async def count(
        self, reader: BaseDBAsyncClient, rows: QuerySet[Any], moment: str, more: tuple[str, ...] = ()
    ) -> list[list[Any]]:
        """For each range ``[how many of rows have the time ``moment`` in it, *more]``; ``more``: aggregates in SQL,
        null where there are none.

        A subquery for each range, since grouping would sort all that was found.
        """
        statement, values = self.statement(reader.capabilities.dialect, rows, moment, more)
        found = await reader.execute_query_dict(statement, values)
        counts: list[list[Any]] = [[0] * (1 + len(more))] * len(self.ranges)
        for row in found:
            counts[row["number"]] = json.loads(row["counts"])
        return counts

    def statement(self, dialect: str, rows: QuerySet[Any], moment: str, more: tuple[str, ...]) -> tuple[str, list[Any]]:
        """The statement and its values."""
        seen, values = _parameterized(rows)
        packed = ", ".join(("count(*)", *more))
        if dialect == "sqlite":
            array, given, number = "json_array", "json_each(?) r", "r.key"
            stream, start, end = (f"json_extract(r.value, '$[{at}]')" for at in range(3))
        else:
            array, number = "json_build_array", "r.number - 1"
            given = f"json_array_elements(${len(values) + 1}::json) WITH ORDINALITY r(value, number)"
            stream = "(r.value->>0)"
            start, end = (f"(r.value->>{at})::timestamptz" for at in (1, 2))
        within = f"s.{moment} >= {start} AND s.{moment} < {end}"
        within = f"s.stream_id = {stream} AND {within}" if self._by_stream else within
        one = f"SELECT {array}({packed}) FROM ({seen}) s WHERE {within}"  # noqa: S608 -- values are parameters
        return f"SELECT {number} AS number, ({one}) AS counts FROM {given}", [*values, self.document]  # noqa: S608


async def count_up_to(rows: QuerySet[Any], limit: int, column: str = "id") -> int:
    """How many rows there are, at most ``limit``; ``column``: one that the index has."""
    asked = rows.limit(limit).values(column)
    statement, values = _parameterized(asked)
    found = await asked._db.execute_query_dict(f"SELECT count(*) AS n FROM ({statement}) s", values)  # noqa: S608
    return int(found[0]["n"])


def _parameterized(rows: Any) -> tuple[str, list[Any]]:
    rows.sql()  # makes the query
    statement, values = rows.query.get_parameterized_sql()
    return statement, list(values)
