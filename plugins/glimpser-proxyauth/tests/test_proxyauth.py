"""Whom the backend believes, and which settings it refuses."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import ValidationError

from glimpser_proxyauth.backend import ProxyBackend
from glimpser_proxyauth.config import ProxyAuthConfig

ADA = ("Remote-User", "ada")


@dataclass
class Context:
    config: Any = None


def backend(**config: Any) -> ProxyBackend:
    return ProxyBackend(Context(ProxyAuthConfig(**config)))


@pytest.mark.parametrize(
    "networks",
    [
        ["0.0.0.0/0"], ["::/0"], ["10.0.0.5", "0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["0.0.0.0/4"],
        ["10.0.0.0/8", "11.0.0.0/8"], ["2000::/3"],
        ["::ffff:0:0/96"], ["::ffff:10.0.0.5"],
    ],
)  # fmt: skip
def test_networks_that_believe_anybody_are_refused(networks: list[str]) -> None:
    with pytest.raises(ValidationError) as caught:
        ProxyAuthConfig(networks=networks)
    assert [error["loc"] for error in caught.value.errors()] == [("networks",)]


@pytest.mark.parametrize("networks", [["10.0.0.0/8"], ["fd00::/16"], ["127.0.0.1", "::1"], []])
def test_networks_of_a_house_are_taken(networks: list[str]) -> None:
    assert len(ProxyAuthConfig(networks=networks).networks) == len(networks)


@pytest.mark.parametrize("header", ["Cookie", "authorization", "X-Forwarded-For", "X-Forwarded-Host", "Host",
                                    "Sec-Fetch-Site", "Remote_User", "Remote User", ""])  # fmt: skip
def test_headers_that_say_something_else_are_refused(header: str) -> None:
    with pytest.raises(ValidationError):
        ProxyAuthConfig(user_header=header)


def test_without_networks_nobody_is_believed() -> None:
    assert ProxyBackend(Context()).prove("127.0.0.1", [ADA]) is None


def test_an_ipv4_proxy_on_a_socket_of_both_kinds() -> None:
    assert backend(networks=["10.0.0.5"]).prove("::ffff:10.0.0.5", [ADA]) is not None


def test_the_first_group_that_fits_is_the_role() -> None:
    roles = [{"group": "admins", "role": "admin"}, {"group": "family", "role": "viewer"}]
    given = backend(networks=["10.0.0.5"], groups_header="Remote-Groups", roles=roles)

    def role(*groups: str) -> str | None:
        found = given.prove("10.0.0.5", [ADA, *(("Remote-Groups", g) for g in groups)])
        return None if found is None else found.role

    assert role("family,admins") == "admin"
    assert role("family") == "viewer"
    assert role("admin") is None
    assert role() is None
    assert role("family", "admins") is None


def test_those_in_no_group_get_the_other_role() -> None:
    given = backend(networks=["10.0.0.5"], roles=[{"group": "admins", "role": "admin"}], other_role="guest")
    found = given.prove("10.0.0.5", [ADA, ("Remote-Groups", "admins")])
    assert found is not None
    assert found.role == "guest", "a groups header that was not configured does not count"


def test_accounts_are_made_only_if_asked_for() -> None:
    off = backend(networks=["10.0.0.5"]).prove("10.0.0.5", [ADA])
    on = backend(networks=["10.0.0.5"], create=True).prove("10.0.0.5", [ADA])
    assert off is not None
    assert on is not None
    assert (off.create_as, on.create_as) == (None, "guest")


def test_registering_is_light() -> None:
    code = (
        "import glimpser_proxyauth.plugin as p, sys; p.glimpser_manifest(); p.glimpser_config();"
        "p.glimpser_auth_backends(); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "numpy", "cv2"} & set(loaded)
