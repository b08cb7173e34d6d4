"""Notes by what is written in them."""

from __future__ import annotations

from typing import Any

import pytest

from glimpser_notes import plugin as entry_module
from glimpser_notes.models import Note
from glimpser_notes.search import NAMED_STREAMS, find
from glimpser_sdk import SearchQuestion, SearchSpec, new_id
from glimpser_sdk.testing import SearchConformance


async def write(ctx: Any, stream: str, text: str) -> Note:
    now = ctx.clock.now()
    return await Note.create(stream_id=stream, object_type="stream", object_id=stream, text=text, author_id="a",
                             author_name="Ada", created_at=now, updated_at=now)  # fmt: skip


class TestSearch(SearchConformance):
    @pytest.fixture
    def spec(self) -> SearchSpec:
        return entry_module.glimpser_search()[0]

    @pytest.fixture
    def put(self, ctx: Any) -> Any:
        async def put(stream: str) -> None:
            await write(ctx, stream, "A needle in the hay")

        return put

    @pytest.fixture
    def ctx(self, database: Any, hub_context: Any) -> Any:
        return hub_context("notes", connection=database)


async def found(ctx: Any, text: str, *streams: str, limit: int = 20) -> list[Any]:
    return await find(ctx, SearchQuestion(text=text, limit=limit, streams=frozenset(streams)))


async def test_newest_first_with_author_and_time(ctx: Any) -> None:
    stream = new_id()
    for text in ("The POSTMAN came", "nobody", "100% postman\nand a parcel"):
        await write(ctx, stream, text)
    hits = await found(ctx, "postman", stream)
    assert [hit.title for hit in hits] == ["100% postman and a parcel", "The POSTMAN came"]
    assert {(hit.detail, hit.link) for hit in hits} == {("Ada", f"streams/{stream}?tab=notes-tab")}
    assert hits[0].at.tzinfo is not None
    assert [hit.title for hit in await found(ctx, "0%", stream)] == ["100% postman and a parcel"]


async def test_of_a_long_note_the_part_that_was_looked_for(ctx: Any) -> None:
    stream = new_id()
    await write(ctx, stream, "hay " * 200 + "needle " + "straw " * 100)
    [hit] = await found(ctx, "needle", stream)
    assert len(hit.title) <= 200
    assert hit.title.startswith("…")
    assert hit.title.endswith("…")
    assert 0 < hit.title.index("needle") < 40


async def test_among_many_streams_only_those_that_may_be_seen(ctx: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glimpser_notes.search.BATCH", 3)
    mine, other = new_id(), new_id()
    for stream in (mine, mine, other, other, other, other, mine):
        await write(ctx, stream, "needle")
    many = [new_id() for _ in range(NAMED_STREAMS)]
    assert [hit.stream_id for hit in await found(ctx, "needle", mine, *many)] == [mine] * 3
    assert [hit.stream_id for hit in await found(ctx, "needle", mine, *many, limit=2)] == [mine] * 2


@pytest.mark.parametrize("streams", [1, 2, NAMED_STREAMS + 1])
async def test_it_goes_by_an_index(ctx: Any, database: Any, streams: int, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, list[Any]]] = []

    def through(inner: Any) -> Any:
        async def noted(self: Any, query: str, values: list[Any] | None = None) -> Any:
            heard.append((query, list(values or [])))
            return await inner(self, query, values)

        return noted

    for name in ("execute_query", "execute_query_dict"):
        monkeypatch.setattr(type(database), name, through(getattr(type(database), name)))
    await found(ctx, "needle", *(new_id() for _ in range(streams)))
    monkeypatch.undo()
    assert heard
    for query, values in heard:
        plan = [step["detail"] for step in await database.execute_query_dict(f"EXPLAIN QUERY PLAN {query}", values)]
        wanted = "stream_id" if streams <= NAMED_STREAMS else "INDEX"
        assert any("INDEX" in step and wanted in step for step in plan), (query, plan)
