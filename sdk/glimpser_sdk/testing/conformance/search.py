"""Rules for what the hub's search asks of a plugin."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from glimpser_sdk.ids import new_id
from glimpser_sdk.search import SearchHit, SearchQuestion, hit_problem
from glimpser_sdk.specs import SearchSpec

from .base import Conformance

SECONDS = 1.0
ODD = ("%", "_", "\\", "'", '"', "a' OR '1'='1", "*", "[", "ß", "👩‍🌾", "x" * 200, " ")

Find = Callable[..., Awaitable[list[SearchHit]]]
Put = Callable[[str], Awaitable[None]]


class SearchConformance(Conformance):
    """What the core relies on in a search::

        class TestSearch(SearchConformance):
            @pytest.fixture
            def spec(self):
                return plugin.glimpser_search()[0]

            @pytest.fixture
            def put(self, ctx):
                async def put(stream_id): ...  # something on that stream that "needle" finds

                return put

    Fixtures to override: ``spec`` and ``put`` (always), ``text`` (what finds it), ``ctx`` (with the
    plugin's tables if it has some).
    """

    @pytest.fixture
    def spec(self) -> SearchSpec:
        """The spec under test."""
        pytest.fail("override the fixture `spec` with the SearchSpec under test")

    @pytest.fixture
    def put(self) -> Put:
        """An async function that puts something on a stream, which `text` finds."""
        pytest.fail("override the fixture `put` with an async function that puts something there to be found")

    @pytest.fixture
    def text(self) -> str:
        """What finds it."""
        return "needle"

    @pytest.fixture
    def ctx(self, hub_context: Callable[..., Any]) -> Any:
        """What the hub hands in."""
        return hub_context()

    @pytest.fixture
    def ask(self, spec: SearchSpec, ctx: Any) -> Find:
        """``await ask(text, streams…, limit=…)``: what is found, each of it fit to be shown."""

        async def ask(text: str, *streams: str, limit: int = 20) -> list[SearchHit]:
            question = SearchQuestion(text=text, limit=limit, streams=frozenset(streams))
            found: Any = await spec.find.load()(ctx, question)
            assert isinstance(found, list | tuple), f"it answers {type(found).__name__}, not a list"
            problems = {problem for hit in found if (problem := hit_problem(hit, question))}
            assert not problems, f"{text!r}: {'; '.join(sorted(problems))}"
            return list(found)

        return ask

    async def test_what_is_there_is_found(self, ask: Find, put: Put, text: str) -> None:
        """With a title, and a link to its page."""
        stream = new_id()
        await put(stream)
        assert [hit.stream_id for hit in await ask(text, stream)] == [stream]
        assert await ask(f"{text}-that-nobody-put-there", stream) == []

    async def test_nothing_is_found_of_streams_that_may_not_be_seen(self, ask: Find, put: Put, text: str) -> None:
        """The core drops such hits, and counts them as faults of the plugin."""
        mine, other = new_id(), new_id()
        for stream in (mine, other, other):
            await put(stream)
        assert {hit.stream_id for hit in await ask(text, mine)} == {mine}
        assert await ask(text, new_id()) == []
        assert await ask(text) == []

    async def test_not_more_than_asked_for(self, ask: Find, put: Put, text: str) -> None:
        """Also where those first in line may not be seen."""
        mine, other = new_id(), new_id()
        for stream in (mine, mine, mine, other, other, other):
            await put(stream)
        assert [hit.stream_id for hit in await ask(text, mine, limit=2)] == [mine, mine]

    @pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
    async def test_whatever_is_typed_is_answered(self, ask: Find, put: Put, odd: str) -> None:
        """Signs that mean something to a database mean nothing here."""
        stream = new_id()
        await put(stream)
        for hit in await ask(odd, stream):
            assert odd.strip().casefold() in f"{hit.title} {hit.detail}".casefold(), "it finds what does not hold it"

    async def test_it_answers_in_time(self, ask: Find, put: Put, text: str) -> None:
        """Of many streams as well; it lets others work, and ends when it is cancelled."""
        stream = new_id()
        await put(stream)
        began = time.monotonic()
        assert await ask(text, stream, *(new_id() for _ in range(2000)))
        assert time.monotonic() - began < SECONDS
        task = asyncio.ensure_future(ask(text, stream))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=SECONDS)
        assert task.done(), "it goes on after it was cancelled"
