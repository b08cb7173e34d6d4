"""What routes read, compare and answer by."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from glimpser_sdk import RouterSpec, RouteSpec, lazy
from glimpser_sdk.testing import app_with
from glimpser_sdk.web import Problem, body, matcher, read, versioned

VERSION = 3


class Memo(BaseModel):
    model_config = ConfigDict(extra="forbid")

    texts: list[str] = Field(max_length=2)

    @field_validator("texts")
    @classmethod
    def _said(cls, texts: list[str]) -> list[str]:
        if not texts:
            raise ValueError("write something")
        return texts


def invalid(field: str, message: str) -> Problem:
    return Problem(422, "memo.invalid", message, field=field)


@pytest.fixture
def client() -> Any:
    from quart import Blueprint

    routes = Blueprint("memo", __name__)

    @routes.put("/memo")
    async def write() -> Any:
        match, memo = matcher("memo"), read(Memo, await body(), invalid)
        match(VERSION)
        return versioned(memo.model_dump(), VERSION + 1, 201)

    spec = RouterSpec(
        factory=lazy("memo:routes"), routes=(RouteSpec(path="/memo", methods=("PUT",), permission="authenticated"),)
    )
    return app_with("memo", spec, routes).test_client()


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ('"v3"', 201),
        ("*", 201),
        ('"v1", "v3"', 201),
        (None, 428),
        ("", 428),
        ('"v2"', 412),
        ("v3", 412),
        ('W/"v3"', 412),
    ],
)
async def test_versions_are_compared(client: Any, tags: str | None, status: int) -> None:
    headers = {} if tags is None else {"If-Match": tags}
    answer = await client.put("/api/p/memo/memo", json={"texts": ["milk"]}, headers=headers)
    assert answer.status_code == status
    if status == 201:
        assert (await answer.get_json(), answer.headers["ETag"]) == ({"texts": ["milk"]}, '"v4"')
    else:
        assert "memo" in (await answer.get_json())["detail"]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        (b'{"texts": ["a", 7]}', "/texts/1", "valid string"),
        (b'{"texts": []}', "/texts", "write something"),
        (b'{"texts": ["a"], "a/b~c": 1}', "/a~1b~0c", "not permitted"),
        (b"[]", "", "object"),
        (b"{", "", "Invalid JSON"),
        (b"[" * 100_000, "", "Invalid JSON"),
        ({"texts": "a"}, "/texts", "valid list"),
    ],
)
def test_the_first_wrong_field_is_named(given: Any, field: str, words: str) -> None:
    with pytest.raises(Problem) as caught:
        read(Memo, given, invalid)
    assert caught.value.params == {"field": field}
    assert words in caught.value.detail
    assert not caught.value.detail.startswith("Value error")
