"""Single sign-on at a certified provider, through a real hub."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.hub import LOOPBACK
from tests.support.oidc import Person, free_port, provider, settings

from .conftest import ApiHub

PEOPLE = {"grace": ["family"], "linus": ["family", "house-admins"], "stranger": []}
ROLES = [{"group": "house-admins", "role": "operator"}, {"group": "family", "role": "viewer"}]


def problem(location: str) -> str:
    """What the sign-in page is told."""
    _, found, code = location.partition("/login?problem=")
    assert found, location
    return code


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub that knows one provider, which runs."""
    folder, own, port = tmp_path_factory.mktemp("sso"), free_port(), free_port()
    made = ApiHub(folder / "data", "--port", str(own))
    made.environment |= {
        "GLIMPSER_PLUGINS": "password,oidc",
        "GLIMPSER_EGRESS_ALLOW": f"{LOOPBACK},identity=127.0.0.1:{port}",
        "GLIMPSER_OIDC__PROVIDERS": json.dumps([settings(f"http://127.0.0.1:{port}", create=True, roles=ROLES)]),
    }
    with provider(port, f"http://127.0.0.1:{own}", people=PEOPLE):
        made.start()
        yield made
        made.stop()


@pytest.fixture
def person(hub: ApiHub) -> Iterator[Person]:
    """Somebody."""
    made = Person(hub.url)
    yield made
    made.close()


def test_the_way_there_and_back(hub: ApiHub, person: Person) -> None:
    answer = person.sign_in("grace", next="/events")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/events")
    me = person.me()
    assert me is not None
    assert (me["name"], me["role"], me["display_name"]) == ("grace", "viewer", "grace of the test")
