"""Routes below /api/p/notes. Whether one may do it at all is declared in ``plugin.py``; here it is asked per stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quart import Blueprint, request

from glimpser_sdk.web import Problem, body, current_principal, matcher, page, read, require, versioned

from . import store
from .inputs import Change, ListQuery, NewNote, invalid

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

    from .models import Note


def make(ctx: HubContext) -> Blueprint:
    """The routes, with what they need of the hub."""
    routes = Blueprint("glimpser_notes", __name__)

    @routes.get("/", strict_slashes=False)
    async def notes() -> Any:
        """Notes of a stream and its activities, newest first."""
        query = read(ListQuery, request.args.to_dict(), invalid)
        require("notes.view", query.stream)
        found, cursor, total = await store.page_of(query)
        return page([store.shown(note) for note in found], cursor=cursor, total=total)

    @routes.post("/", strict_slashes=False)
    async def new_note() -> Any:
        """Add a note."""
        new = read(NewNote, await body(), invalid)
        require("notes.write", new.stream_id)
        return _answer(await store.add(ctx, new, current_principal()), 201)

    @routes.patch("/<note_id>")
    async def rewrite(note_id: str) -> Any:
        """Write another text. Needs If-Match."""
        wanted, match = read(Change, await body(), invalid), matcher("note")
        await _may_change(note_id)
        return _answer(await store.rewrite(ctx, note_id, wanted.text, match), 200)

    @routes.delete("/<note_id>")
    async def delete(note_id: str) -> Any:
        """Delete a note. Needs If-Match."""
        match = matcher("note")
        await _may_change(note_id)
        await store.delete(ctx, note_id, match)
        return "", 204

    return routes


def _answer(note: Note, status: int) -> Any:
    return versioned(store.shown(note), note.version, status)


async def _may_change(note_id: str) -> None:
    """Problem 404 or 403 for who may not. A note's stream and author never change, so this holds in the write too."""
    note, asking = await store.get(note_id), current_principal()
    try:
        require("notes.write", note.stream_id)
    except Problem as problem:
        raise store.not_found() if problem.status == 404 else problem from None
    if asking.id != note.author_id and asking.role != "admin":
        raise Problem(403, "notes.not_yours", "only its author and administrators may change a note")
