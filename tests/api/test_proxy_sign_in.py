"""Signing in by a proxy's header, through a real hub: only the proxy is believed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from .conftest import ApiHub

ADA = {"Remote-User": "ada"}
PROXY = "127.0.0.2"


def client(hub: ApiHub, address: str = PROXY, **headers: str) -> httpx.Client:
    """Somebody who connects from an address of this machine."""
    made = httpx.Client(base_url=hub.url, headers=headers, transport=httpx.HTTPTransport(local_address=address))
    hub._clients.append(made)
    return made


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    made = ApiHub(tmp_path_factory.mktemp("proxy") / "data")
    made.environment |= {
        "GLIMPSER_PLUGINS": "password,proxyauth",
        "GLIMPSER_PROXYAUTH__NETWORKS": json.dumps([PROXY]),
        # That forwarded addresses are believed of everybody here changes nothing about who names users.
        "GLIMPSER_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    made.start()
    made.create_user("grace", "viewer")
    yield made
    made.stop()


def test_the_proxy_signs_in(hub: ApiHub) -> None:
    behind = client(hub, **ADA)
    assert behind.get("/api/auth/methods").json()["providers"] == [
        {"id": "proxy", "title": "Your proxy", "automatic": True}
    ]
    answer = behind.get("/api/auth/sso/proxy?next=/events")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/events")
    assert behind.get("/api/me").json()["name"] == "ada"


@pytest.mark.attack("A64", control=True)
def test_nobody_else_names_users(hub: ApiHub) -> None:
    for headers in (
        ADA,
        ADA | {"X-Forwarded-For": PROXY},
        ADA | {"Forwarded": f"for={PROXY}"},
        {"X-Real-IP": PROXY} | ADA,
    ):
        stranger = client(hub, "127.0.0.3", **headers)
        assert stranger.get("/api/auth/methods").json()["providers"] == []
        answer = stranger.get("/api/auth/sso/proxy")
        assert answer.headers["Location"] == "/login?problem=auth.sso_refused"
        assert stranger.get("/api/me").status_code == 401
    good = client(hub, **ADA, **{"X-Forwarded-For": "10.9.9.9"})
    assert good.get("/api/auth/sso/proxy").headers["Location"] == "/"
    assert good.get("/api/me").status_code == 200


@pytest.mark.attack("A64", control=True)
def test_a_header_beside_that_of_the_proxy(hub: ApiHub) -> None:
    for headers in (
        [("Remote-User", "grace"), ("Remote-User", "ada")], [("Remote-User", "ada"), ("remote-user", "ada")],
        [("Remote_User", "ada"), ("Remote-User", "grace")], [("Remote-User", "grace, ada")], [("Remote-User", "")],
    ):  # fmt: skip
        spoofed = client(hub)
        answer = spoofed.get("/api/auth/sso/proxy", headers=headers)
        assert answer.headers["Location"] == "/login?problem=auth.sso_refused"
        assert spoofed.get("/api/me", headers=headers).status_code == 401
    assert client(hub, **{"Remote-User": "grace"}).get("/api/auth/sso/proxy").headers["Location"] == "/"


def test_a_session_counts_while_the_proxy_says_the_same(hub: ApiHub) -> None:
    behind = client(hub)
    behind.get("/api/auth/sso/proxy", headers=ADA)
    cookie = {"Cookie": "; ".join(f"{k}={v}" for k, v in behind.cookies.items())}
    assert behind.get("/api/me", headers=ADA).json()["name"] == "ada"
    assert behind.get("/api/me").status_code == 401, "without the header"
    assert behind.get("/api/me", headers={"Remote-User": "grace"}).status_code == 401, "somebody else"
    assert client(hub, "127.0.0.3", **ADA, **cookie).get("/api/me").status_code == 401, "past the proxy"
    assert behind.get("/api/me", headers=ADA).json()["name"] == "ada"


def test_no_account_is_made_unless_asked_for(hub: ApiHub) -> None:
    answer = client(hub, **{"Remote-User": "newcomer"}).get("/api/auth/sso/proxy")
    assert answer.headers["Location"] == "/login?problem=auth.sso_unknown"


def test_the_header_alone_opens_nothing(hub: ApiHub) -> None:
    assert client(hub, **ADA).get("/api/me").status_code == 401


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0"])
def test_believing_everybody_stops_the_plugin(tmp_path_factory: pytest.TempPathFactory, network: str) -> None:
    made = ApiHub(tmp_path_factory.mktemp("wide") / "data")
    made.environment |= {
        "GLIMPSER_PLUGINS": "password,proxyauth",
        "GLIMPSER_PROXYAUTH__NETWORKS": json.dumps([network]),
    }
    made.start()
    try:
        [plugin] = [p for p in made.get("/api/plugins") if p["id"] == "proxyauth"]
        assert plugin["state"] == "config_error"
        assert network in made.logged()
        assert "would believe anybody" in made.logged()
        assert client(made, **ADA).get("/api/auth/sso/proxy").status_code == 404
    finally:
        made.stop()
