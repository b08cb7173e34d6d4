"""Groups are grants: who may put a stream into one."""

from __future__ import annotations

import pytest

from .conftest import ApiHub
from .test_people import ANY, Person, grant, make_role


@pytest.fixture(scope="module")
def yard(hub: ApiHub) -> tuple[str, str, str]:
    """Two streams; the first is in a group, whose id is the third."""
    one, two = hub.watch("Yard"), hub.watch("Cellar")
    return one, two, str(hub.call("POST", "/api/stream-groups", {"name": "Outside", "streams": [one]})["id"])


class TestJoining:
    """Groups are grants: what joins one is given away to everybody that the group was granted to."""

    @pytest.fixture
    def keeper(self, hub: ApiHub, yard: tuple[str, str, str]) -> Person:
        """Manages groups and configures streams, sees both and may delete nothing."""
        role = make_role(hub, base="guest", rank=40, permissions=["groups.manage", "streams.configure"])
        person = Person(hub, role)
        for stream in yard[:2]:
            granted = hub.get(f"/api/streams/{stream}/permissions")
            kept = [{k: v for k, v in g.items() if v} for g in granted]
            grant(hub, f"/api/streams/{stream}", *kept, {"user": person.id, "permissions": ["streams.view"]})
        return person

    @pytest.mark.parametrize("to", ["role", "user"])
    def test_what_a_role_brings_along_is_given_too(
        self, hub: ApiHub, yard: tuple[str, str, str], keeper: Person, to: str
    ) -> None:
        one, two, group = yard
        cleaners = make_role(hub, permissions=["media.delete"])
        cleaner = Person(hub, cleaners)
        path = f"/api/stream-groups/{group}"
        mine = {"user": keeper.id, "permissions": ["streams.view"]}
        theirs = {"role": cleaners} if to == "role" else {"user": cleaner.id}
        grant(hub, path, mine, {**theirs, "permissions": ["streams.view"]})
        asked = {"streams": [one, two]}
        refused = keeper.api.patch(path, json=asked, headers=ANY)
        assert (refused.status_code, refused.json()["params"]["permission"]) == (403, "media.delete")
        assert cleaner.streams() == ["Yard"]
        stream = f"/api/streams/{two}"
        refused = keeper.api.patch(stream, json={"groups": [group]}, headers=ANY)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission.not_yours")
        assert hub.get(stream)["groups"] == []
        assert cleaner.streams() == ["Yard"]

        grant(hub, path, mine)
        assert keeper.api.patch(stream, json={"groups": [group]}, headers=ANY).status_code == 200
        assert hub.get(path)["streams"] == [one, two]
        assert keeper.api.patch(stream, json={"groups": []}, headers=ANY).status_code == 200
        hub.call("PATCH", path, asked, **ANY)
        hub.call("PATCH", path, {"streams": [one]}, **ANY)
        grant(hub, path)

    def test_groups_that_one_does_not_see_stay_and_cannot_be_named(
        self, hub: ApiHub, yard: tuple[str, str, str]
    ) -> None:
        stream = hub.watch("Attic")
        hidden = str(hub.call("POST", "/api/stream-groups", {"name": "h", "private": True, "streams": [stream]})["id"])
        other = str(hub.call("POST", "/api/stream-groups", {"name": "o", "private": True})["id"])
        person = Person(hub, make_role(hub, permissions=["streams.configure"]))
        grant(hub, f"/api/streams/{stream}", {"user": person.id, "permissions": ["streams.view"]})
        path = f"/api/streams/{stream}"
        assert person.api.get(path).json()["groups"] == []
        missing = person.api.patch(path, json={"groups": [other]}, headers=ANY).json()
        assert missing["code"] == person.api.patch(path, json={"groups": [stream]}, headers=ANY).json()["code"]
        assert person.api.patch(path, json={"groups": []}, headers=ANY).status_code == 200
        assert hub.get(path)["groups"] == [hidden]
        hub.remove(stream)
