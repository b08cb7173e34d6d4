"""Keyset pages: a cursor is the opaque (sort value, id) of the last row."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from glimpser.database.counting import count_up_to
from glimpser.database.fields import ID_LENGTH
from glimpser_sdk.web import Problem

from .routing import Page

COUNT_LIMIT = 10_000


class PageQuery(BaseModel):
    """What every list takes."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=500, description="Entries a page.")
    cursor: str | None = Field(None, max_length=500, description="From the Link header of the page before.")


def encode(value: Any, identifier: str) -> str:
    """An opaque cursor."""
    raw = json.dumps([value.isoformat() if isinstance(value, datetime) else value, identifier])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[Any, str]:
    """Sort value and id. Problem 404 when the text is no cursor."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        value, identifier = json.loads(raw)
        if (
            not isinstance(identifier, str)
            or not isinstance(value, str | int | float)
            or len(identifier) > ID_LENGTH
            or "\0" in f"{value}{identifier}"
        ):
            raise ValueError
        f"{value}{identifier}".encode()  # half a pair of surrogates is in no row
        return value, identifier
    except (ValueError, TypeError):
        raise Problem(
            404, "cursor.not_found", "there is no such page: use the cursor of a Link header unchanged"
        ) from None


async def page(
    rows: QuerySet[Any], query: PageQuery, *, by: str, descending: bool = True, time: bool = False,
    counted: bool = True, key: str = "id", whole: QuerySet[Any] | None = None,
) -> Page:  # fmt: skip
    """One page of rows ordered by column ``by`` and ``key``; ``items`` are the rows. ``time``: the column is a time.
    Not ``counted``: nobody wants to know the total. ``whole``: ``rows`` only say by ``key`` which of these are meant.

    Which rows, and how many, is asked of columns that indexes have; only those of the page are read."""
    total = await count_up_to(rows, COUNT_LIMIT + 1, key) if counted else 0
    if query.cursor is not None:
        value: Any
        value, identifier = decode(query.cursor)
        try:
            value = _time(value) if time else value
            longest = getattr(rows.model._meta.fields_map[by], "max_length", None)
            if longest is not None and len(str(value)) > longest:
                raise ValueError
        except (ValueError, OverflowError):
            raise Problem(404, "cursor.not_found", "this cursor is of another list") from None
        rows = rows.filter(_beyond(by, value, key, identifier, "lte" if descending else "gte"))
    order = "-" if descending else ""
    found: Any = await rows.order_by(f"{order}{by}", f"{order}{key}").limit(query.limit + 1).values_list(by, key)
    places = {identifier: encode(value, identifier) for value, identifier in found[: query.limit]}
    cursor = list(places.values())[-1] if len(found) > query.limit else None
    of_page = (rows if whole is None else whole).filter(id__in=list(places))
    shown = {row.id: row for row in await of_page} if places else {}
    # What went away meanwhile, or out of sight, is left out.
    items = [shown[i] for i in places if i in shown]
    return Page(items, cursor, total, tuple(places[row.id] for row in items))


def _beyond(by: str, value: Any, key: str, identifier: str, step: str) -> Q:
    """After a row. The first condition says it again without ``OR``, which is what an index is entered by."""
    later = Q(**{f"{by}__{step[:2]}": value}) | Q(**{by: value, f"{key}__{step[:2]}": identifier})
    return Q(Q(**{f"{by}__{step}": value}), later)


def _time(value: Any) -> datetime:
    """As the database compares it: in UTC, where a time at the ends of the calendar may have no place."""
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)
