"""Notes by way of the routes."""

from __future__ import annotations

from typing import Any

import pytest

from glimpser_sdk.testing import FakePrincipal

URL = "/api/p/notes/"
BOTH = frozenset({"notes.view", "notes.write"})
# Fixed, because parallel test runs must collect the same names.
STREAM, OTHER, ACTIVITY = (f"01KAK2J1W0E7M8N9P0Q1R2S3T{n}" for n in "456")


async def written(client: Any, text: str = "That was the postman.", **more: Any) -> Any:
    answer = await client.post(URL, json={"stream_id": STREAM, "text": text, **more})
    assert answer.status_code == 201, await answer.get_data()
    return await answer.get_json()


async def texts(client: Any, query: str) -> list[str]:
    answer = await client.get(f"{URL}?{query}")
    assert answer.status_code == 200, await answer.get_data()
    return [note["text"] for note in await answer.get_json()]


async def test_a_note_lives_and_dies(app: Any, ctx: Any) -> None:
    client = app.test_client()
    note = await written(client, "First line\nsecond 👩‍🌾")
    assert (note["object_type"], note["object_id"], note["author_name"]) == ("stream", STREAM, "tester")
    assert note["created_at"].endswith("Z")
    url = URL + note["id"]
    answer = await client.patch(url, json={"text": "Better"}, headers={"If-Match": '"v1"'})
    assert answer.headers["ETag"] == '"v2"'
    changed = await answer.get_json()
    assert (changed["text"], changed["version"], changed["created_at"]) == ("Better", 2, note["created_at"])
    assert changed["updated_at"] > note["updated_at"]
    assert await texts(client, f"stream={STREAM}") == ["Better"]
    assert (await client.delete(url, headers={"If-Match": '"v1", "v2"'})).status_code == 204
    assert await texts(client, f"stream={STREAM}") == []
    assert (await client.delete(url, headers={"If-Match": "*"})).status_code == 404
    assert ctx.metrics.values == {"created_total": 1, "deleted_total": 1}


async def test_lists_are_of_a_stream_or_an_object_of_it(app: Any) -> None:
    client = app.test_client()
    await written(client, "of the stream")
    await written(client, "of the activity", object_type="activity", object_id=ACTIVITY)
    await written(client, "of another", stream_id=OTHER)
    assert await texts(client, f"stream={STREAM}") == ["of the activity", "of the stream"]
    assert await texts(client, f"stream={STREAM}&object={ACTIVITY}") == ["of the activity"]
    assert await texts(client, f"stream={OTHER}&object={ACTIVITY}") == []


async def test_pages_follow_each_other_while_notes_are_added(app: Any) -> None:
    client = app.test_client()
    for number in range(5):
        await written(client, str(number))
    seen, cursor = [], ""
    while len(seen) < 10:
        answer = await client.get(f"{URL}?stream={STREAM}&limit=2{cursor}")
        assert int(answer.headers["X-Total-Count"]) == 5 + bool(cursor)
        seen += [note["text"] for note in await answer.get_json()]
        if "Link" not in answer.headers:
            break
        if not cursor:
            await written(client, "meanwhile")
        cursor = "&cursor=" + answer.headers["Link"].partition("cursor=")[2].partition(">")[0]
    assert seen == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"stream_id": STREAM}, "text"),
        ({"stream_id": STREAM, "text": ""}, "text"),
        ({"stream_id": STREAM, "text": " \n "}, "text"),
        ({"stream_id": STREAM, "text": "x" * 2001}, "text"),
        ({"stream_id": STREAM, "text": "bell \a"}, "text"),
        ({"stream_id": STREAM, "text": 7}, "text"),
        ({"stream_id": "the door", "text": "x"}, "stream_id"),
        ({"stream_id": STREAM, "text": "x", "object_type": "group"}, "object_type"),
        ({"stream_id": STREAM, "text": "x", "object_type": "activity"}, "object_id"),
        ({"stream_id": STREAM, "text": "x", "object_id": OTHER}, "object_id"),
        ({"stream_id": STREAM, "text": "x", "author_id": OTHER}, "author_id"),
        (["text"], ""),
    ],
)
async def test_what_is_wrong_is_named(app: Any, document: Any, field: str) -> None:
    answer = await app.test_client().post(URL, json=document)
    assert answer.status_code == 422
    problem = await answer.get_json()
    assert (problem["code"], problem["params"]["field"]) == ("notes.invalid", field)


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "stream"), ("stream=x", "stream"), (f"stream={STREAM}&limit=201", "limit"),
     (f"stream={STREAM}&limit=0", "limit"), (f"stream={STREAM}&cursor=x", "cursor"), (f"stream={STREAM}&o=1", "o")],
)  # fmt: skip
async def test_wrong_queries_are_named(app: Any, query: str, field: str) -> None:
    answer = await app.test_client().get(f"{URL}?{query}")
    assert answer.status_code == 422
    assert (await answer.get_json())["params"]["field"] == field


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"v2"'}, 412), ({"If-Match": "v1"}, 412)])
async def test_changes_need_the_version_that_was_read(app: Any, headers: dict[str, str], status: int) -> None:
    client = app.test_client()
    url = URL + (await written(client))["id"]
    assert (await client.patch(url, json={"text": "x"}, headers=headers)).status_code == status
    assert (await client.delete(url, headers=headers)).status_code == status
    assert await texts(client, f"stream={STREAM}") == ["That was the postman."]


@pytest.mark.parametrize(("role", "statuses"), [("operator", (403, 403)), ("admin", (200, 204))])
async def test_notes_of_others_are_changed_by_administrators_alone(
    app: Any, role: str, statuses: tuple[int, int]
) -> None:
    client = app.test_client()
    url, any_version = URL + (await written(client))["id"], {"If-Match": "*"}
    app.extensions["glimpser"].principal = FakePrincipal(permissions=BOTH, id="another", role=role)
    changed = await client.patch(url, json={"text": "Mine now"}, headers=any_version)
    assert (changed.status_code, (await client.delete(url, headers=any_version)).status_code) == statuses


async def test_an_impossible_id_is_just_not_there(app: Any) -> None:
    answer = await app.test_client().delete(f"{URL}%00", headers={"If-Match": "*"})
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "notes.not_found")
