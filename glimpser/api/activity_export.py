"""Activities to take along: a table for people, or lines of JSON for programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from quart import Response

from glimpser import spreadsheets
from glimpser.identity.policy import Principal

from . import visible
from .activity_filters import ActivityQuery, activity_outs, activity_page

CSV, LINES = "text/csv; charset=utf-8", "application/jsonl"
COLUMNS = ("started_at", "ended_at", "stream", "severity", "types", "score", "event_count", "reviewed", "protected",
           "id", "stream_id", "snapshot_id", "clip_id")  # fmt: skip
PAGE = 500


async def _all(principal: Principal, query: ActivityQuery) -> AsyncIterator[dict[str, Any]]:
    """Newest first, a page at a time, as the list shows them, with the name of the stream."""
    step = query.model_copy(update={"limit": PAGE, "cursor": None})
    while True:
        found = await activity_page(principal, step, counted=False)
        outs = await activity_outs(principal, found.items)
        names = await visible.names({out["stream_id"] for out in outs})
        for out in outs:
            yield out | {"stream": names.get(out["stream_id"], "")}
        if found.cursor is None:
            return
        step = step.model_copy(update={"cursor": found.cursor})


async def _table(rows: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    yield spreadsheets.line(COLUMNS)
    async for row in rows:
        yield spreadsheets.line((row | {"types": " ".join(row["types"])})[name] for name in COLUMNS)


async def _lines(rows: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    async for row in rows:
        del row["can"]
        yield msgspec.json.encode(row) + b"\n"


def exported(principal: Principal, query: ActivityQuery) -> Response:
    """A file with all that match, as long as it may be."""
    table = query.format == "csv"
    content = (_table if table else _lines)(_all(principal, query))
    named = {"Content-Disposition": f'attachment; filename="activities.{query.format}"'}
    response = Response(content, content_type=CSV if table else LINES, headers=named)
    response.timeout = None
    return response
