"""What is looked up for each row by an index, where making the whole list first would be dear."""

from __future__ import annotations

import json
from typing import Any

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import Table
from tortoise.expressions import Subquery
from tortoise.models import Model
from tortoise.queryset import AwaitableQuery, QuerySet

_TYPES = (
    "WITH RECURSIVE t(name) AS (SELECT min(type) FROM events UNION ALL"
    " SELECT (SELECT min(type) FROM events WHERE type > t.name) FROM t WHERE t.name IS NOT NULL)"
    " SELECT name FROM t WHERE name IS NOT NULL"
)
"""The index of types, from one to the next: there are few of them, and many events of each."""


class Belonging(Subquery):
    """What ``query`` of ``values(column)`` has for the row of ``outer`` that is looked at, by ``column`` = its ``key``.

    ``Activity.filter(id__in=Belonging(reviews.values("activity_id"), "activity_id", Activity))`` asks of each activity
    on the way whether it has such a review. A plain ``Subquery`` collects all of them first, however many there are.
    """

    def __init__(self, query: AwaitableQuery[Model], column: str, outer: type[Model], key: str = "id") -> None:
        super().__init__(query)
        self._column, self._outer, self._key = column, outer._meta.db_table, key

    def get_sql(self, ctx: SqlContext) -> str:
        self.query._choose_db_if_not_chosen()
        self.query._make_query()
        inner = self.query.model._meta.db_table
        # Named by their tables: a bare name would mean the inner one's.
        mine, theirs = (Table(name, alias=name) for name in (inner, self._outer))
        own = self.query.query.where(mine[self._column] == theirs[self._key])
        return str(own.get_parameterized_sql(ctx)[0])


async def event_types(reader: Any) -> list[str]:
    """All types of which there are events."""
    return [row["name"] for row in await reader.execute_query_dict(_TYPES)]


async def newest_of_each(reader: Any, rows: QuerySet[Any], streams: list[str], limit: int) -> list[str]:
    """Ids of the newest of these events on some streams. From each stream come at most ``limit``, by its index."""
    rows.sql()  # makes the query
    statement, values = rows.query.get_parameterized_sql()
    newest = f"FROM ({statement}) s WHERE s.stream_id = r.value ORDER BY s.started_at DESC, s.id DESC LIMIT {limit}"
    if reader.capabilities.dialect == "sqlite":
        # The parameter of json_each comes first in the text.
        asked = f"SELECT e.id FROM json_each(?) r JOIN events e ON e.id IN (SELECT s.id {newest})"  # noqa: S608
        values = [json.dumps(streams), *values]
    else:
        given = f"json_array_elements_text(${len(values) + 1}::json) r(value)"
        asked = f"SELECT e.id FROM {given} CROSS JOIN LATERAL (SELECT s.id, s.started_at {newest}) e"  # noqa: S608
        values = [*values, json.dumps(streams)]
    asked += f" ORDER BY e.started_at DESC, e.id DESC LIMIT {limit}"
    return [row["id"] for row in await reader.execute_query_dict(asked, values)]
