"""Which hits of a plugin are fit to be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from glimpser_sdk import SearchHit, SearchQuestion, new_id
from glimpser_sdk.search import hit_problem

STREAM = new_id()
HIT = SearchHit(id="a", title="Found", link=f"streams/{STREAM}?tab=vane-tab&at=2026-01-01#x", stream_id=STREAM)
QUESTION = SearchQuestion(text="found", limit=5, streams=frozenset({STREAM}))


def test_a_good_one() -> None:
    assert hit_problem(HIT, QUESTION) == ""
    assert hit_problem(replace(HIT, detail="by Ada", at=datetime.now(UTC)), QUESTION) == ""


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"title": ""}, "title"), ({"title": " "}, "title"), ({"title": "x" * 201}, "title"), ({"title": 7}, "title"),
        ({"detail": None}, "detail"), ({"detail": "x" * 501}, "detail"), ({"id": ""}, "id"), ({"id": 1}, "id"),
        *(({"link": link}, "link") for link in (
            "", "/streams", "//evil.example", "https://evil.example", "javascript:alert(1)", "a//b", "../up", "a\nb",
            "a\\b", "streams/ä", "x" * 501, None)),
        ({"at": "yesterday"}, "at"), ({"at": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 -- that is what is wrong
        ({"stream_id": 7}, "stream_id"), ({"stream_id": new_id()}, "may not see"), ({"stream_id": None}, "may not see"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_others(change: dict[str, Any], wrong: str) -> None:
    assert wrong in hit_problem(replace(HIT, **change), QUESTION)


def test_what_belongs_to_the_hub_is_for_who_may_see_it() -> None:
    assert hit_problem(replace(HIT, stream_id=None), replace(QUESTION, whole=True)) == ""
    assert "may not see" in hit_problem(replace(HIT, stream_id=new_id()), replace(QUESTION, whole=True))


@pytest.mark.parametrize("nonsense", [None, "a hit", {"title": "Found"}, object()])
def test_what_is_no_hit(nonsense: object) -> None:
    assert "must be a SearchHit" in hit_problem(nonsense, QUESTION)
