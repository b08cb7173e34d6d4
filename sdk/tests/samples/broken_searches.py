"""Searches that break one rule each, and one that keeps all. Run by ``test_kit``."""

import asyncio
import re
import sys

import pytest

from glimpser_sdk import SearchHit, SearchSpec, lazy
from glimpser_sdk.testing import SearchConformance

# References are loaded by this name, whatever pytest calls the module.
sys.modules["broken_searches_samples"] = sys.modules[__name__]


def hits(things, question, **more):
    return [
        SearchHit(**{"id": str(n), "title": text, "link": f"streams/{stream}", "stream_id": stream, **more})
        for n, (stream, text) in enumerate(things)
    ]


async def good(ctx, question):
    text = question.text.casefold()
    mine = [thing for thing in ctx.things if thing[0] in question.streams and text in thing[1].casefold()]
    return hits(mine[: question.limit], question)


async def of_all(ctx, question):
    return hits([thing for thing in ctx.things if question.text in thing[1]][: question.limit], question)


async def late_filter(ctx, question):
    found = [thing for thing in ctx.things if question.text in thing[1]][-question.limit :]
    return hits([thing for thing in found if thing[0] in question.streams], question)


async def pattern(ctx, question):
    mine = [t for t in ctx.things if t[0] in question.streams and re.search(question.text.replace("_", "."), t[1])]
    return hits(mine[: question.limit], question)


async def elsewhere(ctx, question):
    return hits(seen(ctx, question), question, link="https://vane.example")


def seen(ctx, question):
    return [t for t in ctx.things if t[0] in question.streams and question.text in t[1]][: question.limit]


async def slow(ctx, question):
    await asyncio.sleep(1.2 if len(question.streams) > 100 else 0)
    return await good(ctx, question)


class Rules(SearchConformance):
    target = "good"

    @pytest.fixture
    def spec(self):
        return SearchSpec(title="T", permission="test.read", find=lazy(f"broken_searches_samples:{self.target}"))

    @pytest.fixture
    def ctx(self, hub_context):
        made = hub_context()
        made.things = []
        return made

    @pytest.fixture
    def put(self, ctx):
        async def put(stream):
            ctx.things.append((stream, "A needle in the hay"))

        return put


class TestGoodSearch(Rules):
    pass


class TestSearchOfAll(Rules):
    target = "of_all"


class TestSearchFiltersLate(Rules):
    target = "late_filter"


class TestSearchTakesPatterns(Rules):
    target = "pattern"


class TestSearchLeadsElsewhere(Rules):
    target = "elsewhere"


class TestSlowSearch(Rules):
    target = "slow"
