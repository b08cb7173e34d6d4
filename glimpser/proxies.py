"""Forwarded headers: believed only from proxies that the operator trusts, ignored from everybody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Scope = dict[str, Any]
App = Callable[..., Awaitable[None]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """ASGI middleware: what ``X-Forwarded-For``, ``-Proto`` and ``-Host`` of a trusted peer say becomes the request's
    client, scheme and host. Of a chain of proxies the first address from the right that is not trusted counts."""

    def __init__(self, app: App, networks: Sequence[Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket") and scope.get("client") and self.trusts(scope["client"][0]):
            # Who really holds the other end stays known, for what goes by it.
            scope = {**self._rewritten(scope), "glimpser.peer": scope["client"]}
        await self._app(scope, receive, send)

    def trusts(self, text: str) -> bool:
        """Whether an address is that of a proxy to believe."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self._networks if network.version == address.version)

    def _rewritten(self, scope: Scope) -> Scope:
        given = {name: value.decode("latin-1") for name, value in scope["headers"] if name.startswith(b"x-forwarded-")}
        changed = dict(scope)
        client = self._client(given.get(b"x-forwarded-for", ""))
        if client is not None:
            changed["client"] = (client, 0)
        proto = _last(given.get(b"x-forwarded-proto", ""))
        if proto in ("http", "https"):
            changed["scheme"] = proto if scope["type"] == "http" else {"http": "ws", "https": "wss"}[proto]
        host = _last(given.get(b"x-forwarded-host", ""))
        if host:
            rest = [(name, value) for name, value in scope["headers"] if name != b"host"]
            changed["headers"] = [(b"host", host.encode("latin-1")), *rest]
        return changed

    def _client(self, chain: str) -> str | None:
        hops = [hop.strip() for hop in chain.split(",") if hop.strip()]
        for hop in reversed(hops):
            try:
                ipaddress.ip_address(hop)
            except ValueError:
                return None
            if not self.trusts(hop):
                return hop
        return None


def _last(value: str) -> str:
    """What the nearest proxy added."""
    return value.rpartition(",")[2].strip()
