"""Full text of events: which of them have words that begin as asked, the last recorded first.

SQLite has them in an FTS5 table that triggers keep beside `event_texts`, PostgreSQL in a `tsvector` of its rows. The
stream is a word as well, so that who sees few streams is not led through the events of all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

_WORD = re.compile(r"[^\W_]+")
MOST_STREAMS = 200
"""Of more than that none is named in what is asked for."""
LONGEST = 2000

_SQLITE = (
    "CREATE VIRTUAL TABLE event_words USING fts5(words, stream_id, content='event_texts', content_rowid='id',"
    " tokenize='unicode61 remove_diacritics 0', prefix='1 2 3')",
    "CREATE TRIGGER event_texts_added AFTER INSERT ON event_texts BEGIN"
    " INSERT INTO event_words (rowid, words, stream_id) VALUES (new.id, new.words, new.stream_id); END",
    "CREATE TRIGGER event_texts_gone AFTER DELETE ON event_texts BEGIN"
    " INSERT INTO event_words (event_words, rowid, words, stream_id)"
    " VALUES ('delete', old.id, old.words, old.stream_id); END",
    "CREATE TRIGGER event_texts_changed AFTER UPDATE ON event_texts BEGIN"
    " INSERT INTO event_words (event_words, rowid, words, stream_id)"
    " VALUES ('delete', old.id, old.words, old.stream_id);"
    " INSERT INTO event_words (rowid, words, stream_id) VALUES (new.id, new.words, new.stream_id); END",
)
_POSTGRES = (
    "ALTER TABLE event_texts ADD COLUMN found tsvector GENERATED ALWAYS AS"
    " (to_tsvector('simple', words) || array_to_tsvector(ARRAY[coalesce(stream_id, '-')::text])) STORED",
    "CREATE INDEX idx_event_texts_found ON event_texts USING gin (found)",
)


def words_of(data: Any) -> str:
    """The words of an event's data, as they are kept: its text and its label."""
    if not isinstance(data, dict):
        return ""
    return " ".join(split(" ".join(str(data[name]) for name in ("text", "label") if data.get(name))))[:LONGEST]


def split(text: str) -> list[str]:
    """The words of a text, in lower case and without accents."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(bare.casefold())


async def create(conn: BaseDBAsyncClient) -> None:
    """What finds words, beside an empty `event_texts`."""
    for statement in _SQLITE if conn.capabilities.dialect == "sqlite" else _POSTGRES:
        await conn.execute_script(statement)


async def drop(conn: BaseDBAsyncClient) -> None:
    """Take it away again; the rest goes with `event_texts`."""
    if conn.capabilities.dialect == "sqlite":
        await conn.execute_script("DROP TABLE event_words")


async def fill(conn: BaseDBAsyncClient, size: int = 5000) -> None:
    """Keep the words of all events that there are, oldest first."""
    if conn.capabilities.dialect == "sqlite":
        text, label, marks = "json_extract(data, '$.text')", "json_extract(data, '$.label')", ("?", "?", "?")
    else:
        text, label, marks = "data ->> 'text'", "data ->> 'label'", ("$1", "$2", "$3")
    read = f"SELECT id, stream_id, {text} AS text, {label} AS label FROM events"  # noqa: S608 -- all of it ours
    put = f"INSERT INTO event_texts (event_id, stream_id, words) VALUES ({', '.join(marks)})"  # noqa: S608
    last = ""
    while True:
        rows = await conn.execute_query_dict(f"{read} WHERE id > {marks[0]} ORDER BY id LIMIT {size}", [last])
        found = [[row["id"], row["stream_id"], words_of(dict(row))] for row in rows]
        if kept := [row for row in found if row[2]]:
            await conn.execute_many(put, kept)
        if len(rows) < size:
            return
        last = rows[-1]["id"]


async def find(
    conn: BaseDBAsyncClient,
    text: str,
    streams: Collection[str] | None,
    limit: int,
    before: int = 2**62,
    but: Collection[str] = (),
) -> list[tuple[int, str]]:
    """At most so many events that have all words of ``text``, the last recorded first, each with the number to go on
    ``before``. ``streams``: of these alone where they are few; ``but``: not of these, where they are. Who may see what
    is not asked here, but how long it takes should not tell how often others have the words."""
    sqlite = conn.capabilities.dialect == "sqlite"
    wanted = split(text)
    named = None if streams is None or len(streams) > MOST_STREAMS else sorted(streams)
    without = sorted(but) if len(but) <= MOST_STREAMS else []
    if not wanted or named == []:
        return []
    if sqlite:
        matching = "words : (" + " AND ".join(f'"{word}" *' for word in wanted) + ")"
        if named is not None:
            matching += " AND stream_id : (" + " OR ".join(f'"{stream}"' for stream in named) + ")"
        if without:
            matching = f"({matching}) NOT stream_id : (" + " OR ".join(f'"{stream}"' for stream in without) + ")"
        inner = "SELECT rowid FROM event_words WHERE event_words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
        asked = f"SELECT id, event_id FROM event_texts WHERE id IN ({inner}) ORDER BY id DESC"  # noqa: S608
    else:
        matching = " & ".join(f"'{word}':*" for word in wanted)
        if named is not None:
            matching += " & (" + " | ".join(f"'{stream}'" for stream in named) + ")"
        if without:
            matching += " & !(" + " | ".join(f"'{stream}'" for stream in without) + ")"
        asked = ("SELECT id, event_id FROM event_texts WHERE found @@ $1::tsquery AND id < $2"
                 " ORDER BY id DESC LIMIT $3")  # fmt: skip
    rows = await conn.execute_query_dict(asked, [matching, before, limit])
    return [(row["id"], row["event_id"]) for row in rows]
