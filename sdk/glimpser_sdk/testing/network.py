"""What counts as this machine, and how tests are kept on it."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import pytest


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine. No name is resolved."""
    host = host.strip("[]").partition("%")[0]
    if host.lower() in {"localhost", ""}:
        return bool(host)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """The host of a URL; '' when it has none or cannot be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def deny_outside(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make Python's sockets refuse what is not this machine; the list returned fills with what was refused."""
    refused: list[str] = []
    names = socket.getaddrinfo

    def check(host: Any) -> None:
        text = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
        if not is_loopback(text) and text not in {"", "0.0.0.0", "::", "None"}:  # noqa: S104 - names of this machine
            refused.append(text)
            raise ConnectionRefusedError(f"no_network: {text} is not this machine")

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        check(host)
        return names(host, *arguments, **named)

    class Socket(socket.socket):
        def connect(self, address: Any) -> None:
            if isinstance(address, tuple):
                check(address[0])
            super().connect(address)

        def connect_ex(self, address: Any) -> int:
            if isinstance(address, tuple):
                check(address[0])
            return super().connect_ex(address)

        def sendto(self, data: Any, *rest: Any) -> int:
            if isinstance(rest[-1], tuple):
                check(rest[-1][0])
            return super().sendto(data, *rest)

    monkeypatch.setattr(socket, "socket", Socket)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return refused
