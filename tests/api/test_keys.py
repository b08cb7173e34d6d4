"""What an API key may not do to its owner."""

from __future__ import annotations

import pytest

from .conftest import ApiHub
from .test_people import ANY, Person


@pytest.mark.attack("A67", control=True)
def test_a_key_knows_itself_alone_and_leaves_its_owners_account_alone(hub: ApiHub) -> None:
    person = Person(hub, "viewer")
    made = [person.api.post("/api/api-keys", json={"name": name}).json() for name in ("one", "two")]
    key = hub.client(made[0]["key"])
    assert [k["name"] for k in key.get("/api/api-keys").json()] == ["one"]
    assert key.delete(f"/api/api-keys/{made[1]['id']}").status_code == 404
    for method, path in (("PATCH", "/api/me"), ("GET", "/api/me/sessions"), ("DELETE", "/api/me/sessions")):
        refused = key.request(method, path, json={"theme": "dark"}, headers=ANY)
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.session_needed"), path
    session = person.api.get("/api/me/sessions").json()[0]["id"]
    assert key.delete(f"/api/me/sessions/{session}").status_code == 404
    assert person.api.patch("/api/me", json={"theme": "dark"}, headers=ANY).status_code == 200
    assert key.delete(f"/api/api-keys/{made[0]['id']}").status_code == 204
    assert key.get("/api/me").status_code == 401
