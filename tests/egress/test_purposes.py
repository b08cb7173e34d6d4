from __future__ import annotations

import pytest
from pydantic import BaseModel

from glimpser.egress.errors import Refused
from glimpser.egress.policy import PROFILES
from glimpser.egress.purposes import hosts_in, purpose_of

EVERY = frozenset(f"network:{purpose}" for purpose in PROFILES)


@pytest.mark.parametrize(
    ("declared", "serves", "purpose"),
    [
        ({"network:camera", "files"}, "source", "camera"),
        ({"network:feed"}, "source", "feed"),
        ({"network:web"}, "sink", "web"),
        ({"network:identity"}, "plugin", "identity"),
        (EVERY, "source", "camera"),
        (EVERY, "analyzer", "model"),
        (EVERY, "sink", "webhook"),
    ],
)
def test_the_purpose_follows_from_the_capability_and_what_it_serves(
    declared: set[str], serves: str, purpose: str
) -> None:
    assert purpose_of("p", declared, serves) == purpose


@pytest.mark.parametrize(
    ("declared", "serves"),
    [
        (set(), "source"),
        ({"files"}, "source"),
        ({"network:camera"}, "sink"),
        ({"network:camera"}, "plugin"),
        ({"network:identity"}, "source"),
        ({"network:nonsense"}, "source"),
        (EVERY, ""),
        (EVERY, "camera"),
    ],
)
def test_nothing_else_has_a_purpose(declared: set[str], serves: str) -> None:
    with pytest.raises(Refused) as caught:
        purpose_of("p", declared, serves)
    assert caught.value.code == "egress.capability"


def test_the_hosts_of_a_configuration() -> None:
    class Config(BaseModel):
        issuer: str = "https://SSO.lan:8443/realm"
        more: list[str] = ["https://bücher.example/x", "http://[fd00::5]/", "ftp://a.example/", "b.example"]
        nested: dict[str, str] = {"a": "http://c.example\\@d.example/"}

    assert hosts_in(Config()) == {"sso.lan", "xn--bcher-kva.example", "fd00::5"}
    assert hosts_in(None) == frozenset()
