"""Streams that join groups, and groups that take streams: neither way leads around what one may see and give."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ApiHub
from .test_people import ANY, Person, grant, make_role

NOBODYS = "01M7YW8X72E3JAZDG68NWJCPQ2"


def group(hub: ApiHub, name: str, *streams: str, private: bool = False) -> str:
    body = {"name": name, "private": private, "streams": list(streams)}
    return str(hub.call("POST", "/api/stream-groups", body)["id"])


def members(hub: ApiHub, group_id: str) -> list[str]:
    return list(hub.get(f"/api/stream-groups/{group_id}")["streams"])


def householder(hub: ApiHub, stream: str, *more: str) -> Person:
    """Somebody who may do everything to one stream."""
    role = make_role(hub, permissions=["streams.view", "streams.configure", *more])
    person = Person(hub, role)
    grant(hub, f"/api/streams/{stream}", {"user": person.id, "permissions": ["streams.view"]})
    return person


def move(person: Person, stream: str, *groups: str) -> Any:
    return person.api.patch(f"/api/streams/{stream}", json={"groups": list(groups)}, headers=ANY)


@pytest.mark.attack("A67", "A73", control=True)
def test_a_stream_joins_and_leaves_no_group_without_the_permission(hub: ApiHub) -> None:
    stream = hub.watch("Hers")
    street, hidden, elsewhere = (
        group(hub, "Street", stream),
        group(hub, "Hidden", stream, private=True),
        group(hub, "B"),
    )
    person = householder(hub, stream)
    assert move(person, stream, street, elsewhere).json()["detail"] == f"/groups: there is no group {elsewhere}"
    for unseen in (hidden, elsewhere, NOBODYS):
        refused = move(person, stream, street, unseen)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "group.not_found")
    refused = move(person, stream)
    assert (refused.status_code, refused.json()["params"]) == (403, {"permission": "groups.manage"})
    assert move(person, stream, street).json()["groups"] == [street]
    assert hub.stream(stream)["groups"] == [street, hidden]
    control = hub.api.patch(f"/api/streams/{stream}", json={"groups": [elsewhere]}, headers=ANY)
    assert control.json()["groups"] == [elsewhere]


@pytest.mark.attack("A67", control=True)
def test_joining_a_group_gives_nobody_more_than_one_has(hub: ApiHub) -> None:
    stream, friend = hub.watch("Hers"), Person(hub, "guest")
    grant(hub, f"/api/streams/{hub.watch('Theirs')}", {"user": friend.id, "permissions": ["streams.view"]})
    shared = group(hub, "Shared")
    grant(hub, f"/api/stream-groups/{shared}", {"user": friend.id, "permissions": ["streams.view", "media.delete"]})
    person = householder(hub, stream, "groups.manage")
    refused = move(person, stream, shared)
    assert (refused.status_code, refused.json()["code"]) == (403, "permission.not_yours")
    assert friend.streams() == ["Theirs"]
    grant(hub, f"/api/stream-groups/{shared}", {"user": friend.id, "permissions": ["streams.view"]})
    assert move(person, stream, shared).status_code == 200
    assert friend.streams() == ["Hers", "Theirs"]
    assert move(person, stream).status_code == 200
    assert friend.streams() == ["Theirs"]


def test_who_sees_a_part_of_a_group_changes_that_part(hub: ApiHub) -> None:
    one, two, three = (hub.watch(name) for name in ("One", "Two", "Three"))
    mixed = group(hub, "Mixed", one, two)
    person = Person(hub, "operator", streams=[one, three])
    changed = person.api.patch(f"/api/stream-groups/{mixed}", json={"streams": [three]}, headers=ANY)
    assert changed.json()["streams"] == [three]
    assert members(hub, mixed) == [three, two]
    hub.remove(two)
    assert members(hub, mixed) == [three]
    assert hub.call("PATCH", f"/api/stream-groups/{mixed}", {"streams": [one]}, **ANY)["streams"] == [one]
