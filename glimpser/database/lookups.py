"""Sub-queries that are looked up for each row by an index, where making the whole list first would be dear."""

from __future__ import annotations

from pypika_tortoise.context import SqlContext
from pypika_tortoise.queries import Table
from tortoise.expressions import Subquery
from tortoise.models import Model
from tortoise.queryset import AwaitableQuery


class Belonging(Subquery):
    """What ``query`` of ``values(column)`` has for the row of ``outer`` that is looked at, by ``column`` = its id.

    ``Activity.filter(id__in=Belonging(reviews.values("activity_id"), "activity_id", Activity))`` asks of each activity
    on the way whether it has such a review. A plain ``Subquery`` collects all of them first, however many there are.
    """

    def __init__(self, query: AwaitableQuery[Model], column: str, outer: type[Model]) -> None:
        super().__init__(query)
        self._column, self._outer = column, outer._meta.db_table

    def get_sql(self, ctx: SqlContext) -> str:
        self.query._choose_db_if_not_chosen()
        self.query._make_query()
        inner = self.query.model._meta.db_table
        # Named by their tables: a bare name would mean the inner one's.
        mine, theirs = (Table(name, alias=name) for name in (inner, self._outer))
        own = self.query.query.where(mine[self._column] == theirs["id"])
        return str(own.get_parameterized_sql(ctx)[0])
