"""Keyset pages: a cursor is the opaque (sort value, id) of the last row."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

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
    rows: QuerySet[Any], query: PageQuery, *, by: str, descending: bool = True, time: bool = False, counted: bool = True
) -> Page:
    """One page of rows ordered by column ``by`` and id; ``items`` are the rows. ``time``: the column is a time. Not
    ``counted``: nobody wants to know the total."""
    total = await _count(rows) if counted else 0
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
        step = "lt" if descending else "gt"
        rows = rows.filter(Q(**{f"{by}__{step}": value}) | Q(**{by: value, f"id__{step}": identifier}))
    order = "-" if descending else ""
    found = await rows.order_by(f"{order}{by}", f"{order}id").limit(query.limit + 1)
    more = len(found) > query.limit
    items = list(found[: query.limit])
    return Page(items, encode(getattr(items[-1], by), items[-1].id) if more else None, total)


def _time(value: Any) -> datetime:
    """As the database compares it: in UTC, where a time at the ends of the calendar may have no place."""
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)


async def _count(rows: QuerySet[Any]) -> int:
    """Exact up to the limit, one more beyond it."""
    return len(await rows.limit(COUNT_LIMIT + 1).values_list("id", flat=True))
