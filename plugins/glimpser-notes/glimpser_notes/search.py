"""Notes that hold what somebody looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glimpser_sdk import SearchHit, SearchQuestion

from .models import Note

if TYPE_CHECKING:
    from glimpser_sdk import HubContext

NAMED_STREAMS = 5000
"""Of so many streams each is named to the database, so that nothing of others is even looked at; of more it is asked
for all, a part at a time."""
BATCH = 500
SOON, LONGEST = 60, 200


async def find(ctx: HubContext, question: SearchQuestion) -> list[SearchHit]:
    """Notes of these streams with the text in them, newest first."""
    rows = Note.filter(text__icontains=question.text)
    if len(question.streams) <= NAMED_STREAMS:
        rows = rows.filter(stream_id__in=sorted(question.streams))
    found: list[Note] = []
    last: str | None = None
    while len(found) < question.limit:
        batch = await (rows if last is None else rows.filter(id__lt=last)).order_by("-id").limit(BATCH)
        found += [note for note in batch if note.stream_id in question.streams]
        if len(batch) < BATCH:
            break
        last = batch[-1].id
    return [_hit(note, question.text) for note in found[: question.limit]]


def _hit(note: Note, text: str) -> SearchHit:
    return SearchHit(
        id=note.id,
        title=_around(" ".join(note.text.split()), text),
        detail=note.author_name,
        link=f"streams/{note.stream_id}?tab=notes-tab",
        stream_id=note.stream_id,
        at=note.created_at,
    )


def _around(words: str, text: str) -> str:
    """The part of a note that holds what was looked for soon after its beginning, which is all that may be shown."""
    at = words.casefold().find(text.casefold())
    start = 0 if at + len(text) <= SOON else words.rfind(" ", 0, max(0, at - SOON // 2)) + 1
    part = words[start : start + LONGEST - 2]
    return ("…" if start else "") + part + ("…" if start + len(part) < len(words) else "")
