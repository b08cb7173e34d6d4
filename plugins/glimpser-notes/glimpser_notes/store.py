"""Reading and changing notes. Changes go through the hub's one writer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glimpser_sdk.ids import is_id
from glimpser_sdk.web import Problem

from .models import Note

if TYPE_CHECKING:
    from glimpser_sdk import HubContext
    from glimpser_sdk.web import Match, Principal

    from .inputs import ListQuery, NewNote


def shown(note: Note) -> dict[str, Any]:
    """A note as JSON; times in RFC 3339."""
    moments = {name: getattr(note, name).isoformat().replace("+00:00", "Z") for name in ("created_at", "updated_at")}
    names = ("id", "stream_id", "object_type", "object_id", "text", "author_id", "author_name", "version")
    return {name: getattr(note, name) for name in names} | moments


async def page_of(query: ListQuery) -> tuple[list[Note], str | None, int]:
    """One page, newest first: the notes, the cursor of the next page, and how many there are on all pages.

    Ids grow with time, so they are the key of the pages.
    """
    rows = Note.filter(stream_id=query.stream)
    if query.object is not None:
        rows = rows.filter(object_id=query.object)
    total = await rows.count()
    if query.cursor is not None:
        rows = rows.filter(id__lt=query.cursor)
    found = await rows.order_by("-id").limit(query.limit + 1)
    notes = found[: query.limit]
    return notes, notes[-1].id if len(found) > query.limit else None, total


async def add(ctx: HubContext, new: NewNote, author: Principal) -> Note:
    """Keep a new note."""
    now = ctx.clock.now()

    async def change(connection: Any) -> Note:
        return await Note.create(
            using_db=connection,
            **new.model_dump(),
            author_id=author.id,
            author_name=author.name,
            created_at=now,
            updated_at=now,
        )

    note: Note = await ctx.write(change)
    ctx.metrics.counter("created_total").inc()
    return note


async def get(note_id: str, connection: Any = None) -> Note:
    """A note. Problem 404 when there is none."""
    note = await Note.filter(id=note_id).using_db(connection).first() if is_id(note_id) else None
    if note is None:
        raise not_found()
    return note


async def rewrite(ctx: HubContext, note_id: str, text: str, match: Match) -> Note:
    """Give a note another text. Problem 404 when there is none (any more)."""

    async def change(connection: Any) -> Note:
        note = await get(note_id, connection)
        match(note.version)
        note.text, note.updated_at, note.version = text, ctx.clock.now(), note.version + 1
        await note.save(using_db=connection)
        return note

    changed: Note = await ctx.write(change)
    return changed


async def delete(ctx: HubContext, note_id: str, match: Match) -> None:
    """Delete a note. Problem 404 when there is none (any more)."""

    async def change(connection: Any) -> None:
        note = await get(note_id, connection)
        match(note.version)
        await note.delete(using_db=connection)

    await ctx.write(change)
    ctx.metrics.counter("deleted_total").inc()


def not_found() -> Problem:
    """The same for what is not there and for what may not be seen."""
    return Problem(404, "notes.not_found", "there is no such note")
