"""Who manages whom: a deputy manages users, below administrators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from .conftest import PASSWORD, ApiHub
from .test_people import ANY, Person, make_role


@pytest.fixture(scope="module")
def yard(hub: ApiHub) -> str:
    """A stream."""
    return hub.watch("Yard")


@pytest.fixture(scope="module")
def deputy(hub: ApiHub) -> Person:
    return Person(hub, make_role(hub, base="viewer", rank=40, permissions=["users.manage"]))


def test_manages_lower_ranks_only(hub: ApiHub, deputy: Person) -> None:
    for role, status in (("viewer", 200), ("guest", 200), ("operator", 403), ("admin", 403)):
        other = Person(hub, role)
        path = f"/api/users/{other.id}"
        assert deputy.api.patch(path, json={"display_name": "x"}, headers=ANY).status_code == status, role
        assert deputy.api.post(f"{path}/unlock").status_code == status, role
        assert deputy.api.delete(path, headers=ANY).status_code == (204 if status == 200 else 403), role
        if status == 403:
            hub.call("DELETE", path, **ANY)


def test_says_whom_it_manages_and_what_it_gives(hub: ApiHub, deputy: Person) -> None:
    people = {role: Person(hub, role) for role in ("viewer", "operator", "admin")}
    may = {role: deputy.api.get(f"/api/users/{person.id}").json()["can"] for role, person in people.items()}
    assert may == {"viewer": ["users.manage"], "operator": [], "admin": []}
    assert {user["id"]: user["can"] for user in hub.get("/api/users?limit=500")}[people["admin"].id] == ["users.manage"]
    low = make_role(hub, base="guest", rank=5, permissions=[])
    roles = {role["id"]: role["can"] for role in deputy.api.get("/api/roles").json()["roles"]}
    # What a viewer sees everywhere, the deputy sees only where it was granted.
    assert [roles[role] for role in ("viewer", "operator", "admin")] == [[], [], []]
    assert (roles["guest"], roles[low]) == (["give", "base"], ["give", "change"])
    mine = {role["id"]: role["can"] for role in hub.get("/api/roles")["roles"]}
    assert (mine["admin"], mine["operator"], mine[low]) == (["give"], ["give", "base"], ["give", "change"])


def test_gives_no_more_than_it_has(hub: ApiHub, deputy: Person, yard: str) -> None:
    new = {"name": "somebody", "password": PASSWORD}
    for role in ("operator", "admin"):
        assert deputy.api.post("/api/users", json={**new, "role": role}).status_code == 403
    own = hub.get(f"/api/users/{deputy.id}")
    assert deputy.api.patch(f"/api/users/{deputy.id}", json={"role": "admin"}, headers=ANY).status_code == 403
    assert hub.get(f"/api/users/{deputy.id}") == own
    for body in (
        {"name": "up", "base": "guest", "rank": 40, "permissions": []},
        {"name": "up", "base": "guest", "rank": 5, "permissions": ["settings.change"]},
        {"name": "up", "base": "operator", "rank": 5, "permissions": []},
    ):
        assert deputy.api.post("/api/roles", json=body).status_code == 403, body
    # Another's password, or the end of another's limit, would be more than it has as well.
    viewer = Person(hub, "viewer", streams=[yard])
    for change in ({"password": "some other pass phrase"}, {"streams": None}, {"role": "viewer"}):
        assert deputy.api.patch(f"/api/users/{viewer.id}", json=change, headers=ANY).status_code == 403, change
    assert viewer.streams() == ["Yard"]
    # It sees no stream of its own accord, so it cannot give any away.
    path = f"/api/streams/{yard}/permissions"
    body = {"grants": [{"user": deputy.id, "permissions": ["streams.view"]}]}
    assert deputy.api.put(path, json=body).status_code == 404
    assert hub.api.put(path, json=body).status_code == 200
    body["grants"][0]["permissions"] = ["streams.view", "media.delete"]
    assert deputy.api.put(path, json=body).json()["code"] == "permission.not_yours"
    assert hub.api.put(path, json={"grants": []}).status_code == 200


@pytest.mark.attack("A67", control=True)
@pytest.mark.parametrize(("role", "status"), [("viewer", 204), ("operator", 403), ("admin", 403)])
def test_ends_what_lower_ranks_have_and_no_more(hub: ApiHub, deputy: Person, yard: str, role: str, status: int) -> None:
    other = Person(hub, role)
    key = other.api.post("/api/api-keys", json={"name": "mine"}).json()
    asked = deputy.api.delete(f"/api/api-keys/{key['id']}")
    assert asked.status_code == status
    assert hub.client(key["key"]).get("/api/me").status_code == (401 if status == 204 else 200)
    if role == "operator":
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        link = {"name": "w", "stream": yard, "expires_at": tomorrow}
        link = other.api.post("/api/share-links", json=link).json()["id"]
        assert deputy.api.delete(f"/api/share-links/{link}").json()["code"] == "rank.too_low"
        assert link in {found["id"] for found in other.api.get("/api/share-links").json()}
    own = deputy.api.post("/api/api-keys", json={"name": "mine"}).json()["id"]
    assert deputy.api.delete(f"/api/api-keys/{own}").status_code == 204


@pytest.mark.attack("A67", control=True)
def test_neither_gives_nor_takes_grants_of_higher_ranks(hub: ApiHub, deputy: Person, yard: str) -> None:
    high, low = make_role(hub, rank=70), make_role(hub, rank=10)
    path, seen = f"/api/streams/{yard}/permissions", ["streams.view"]
    own = {"user": deputy.id, "permissions": seen}
    theirs, others = {"role": high, "permissions": seen}, {"role": low, "permissions": seen}
    assert hub.api.put(path, json={"grants": [own, theirs]}).status_code == 200
    operator = {"role": "operator", "permissions": seen}
    for grants in (
        [],
        [own],
        [theirs],
        [own, theirs, operator],
        [own, theirs, own | {"user": Person(hub, "admin").id}],
    ):
        refused = deputy.api.put(path, json={"grants": grants})
        assert (refused.status_code, refused.json()["code"]) == (403, "rank.too_low"), grants
    assert deputy.api.put(path, json={"grants": [own, theirs, others]}).status_code == 200, "control"
    assert len(deputy.api.get(path).json()) == 3
    assert deputy.api.put(path, json={"grants": [own, theirs]}).status_code == 200, "control"
    assert hub.api.put(path, json={"grants": []}).status_code == 200
