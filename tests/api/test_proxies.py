"""Forwarded headers count from trusted proxies only."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from glimpser.proxies import TrustedProxies

HEADERS = [
    (b"host", b"inside:8080"),
    (b"x-forwarded-for", b"198.51.100.7, 10.0.0.2"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"cams.example"),
]


async def seen(peer: str, *, kind: str = "http", networks: tuple[str, ...] = ("10.0.0.0/8",)) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        found.update(scope)

    scheme = "http" if kind == "http" else "ws"
    scope = {"type": kind, "client": (peer, 1234), "scheme": scheme, "headers": list(HEADERS)}
    await TrustedProxies(app, [ipaddress.ip_network(n) for n in networks])(scope, None, None)
    return found


async def test_a_trusted_proxy_is_believed() -> None:
    scope = await seen("10.0.0.1")
    assert scope["client"] == ("198.51.100.7", 0)
    assert scope["scheme"] == "https"
    assert dict(scope["headers"])[b"host"] == b"cams.example"


async def test_sockets_get_their_own_scheme() -> None:
    assert (await seen("10.0.0.1", kind="websocket"))["scheme"] == "wss"


@pytest.mark.parametrize("peer", ["203.0.113.5", "not an address"])
async def test_anybody_else_is_not(peer: str) -> None:
    scope = await seen(peer)
    assert scope["client"] == (peer, 1234)
    assert scope["scheme"] == "http"
    assert dict(scope["headers"])[b"host"] == b"inside:8080"


async def test_a_spoofed_start_of_the_chain_is_not_believed() -> None:
    """The client may write anything before what the proxies add: the first untrusted hop from the right counts."""
    scope = await seen("10.0.0.1", networks=("10.0.0.1/32",))
    assert scope["client"] == ("10.0.0.2", 0)
