"""Parts shared by the egress tests: a gateway in this process, its proxy's address, and small servers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address

import pytest
import uvloop

from glimpser.egress.errors import Refused
from glimpser.egress.gateway import Gateway
from glimpser.egress.policy import Address, EgressPolicy
from glimpser.egress.resolve import Lookup
from glimpser.egress.wire import Grant

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The child runs on uvloop, so these tests do."""
    return {"uvloop": uvloop.new_event_loop}


class Here:
    """A gateway in the test's own loop, with what it reported."""

    def __init__(self, allow: str, names: dict[str, list[str]]) -> None:
        self.names = names
        self.asked: list[str] = []
        self.reported: list[tuple[str, str]] = []
        self.gateway = Gateway(EgressPolicy.parse(allow), self._lookup, self._report)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]

    @property
    def proxy(self) -> str:
        return f"http://glimpser:secret@127.0.0.1:{self.port}"

    async def _lookup(self, host: str) -> list[Address]:
        self.asked.append(host)
        if host not in self.names:
            raise OSError("no such name")
        return [ip_address(text) for text in self.names[host]]

    def _report(self, lease: str, refusal: Refused) -> None:
        self.reported.append((lease, refusal.code))

    @property
    def lookup(self) -> Lookup:
        return self._lookup


@pytest.fixture
async def here() -> AsyncIterator[Callable[..., Awaitable[Here]]]:
    """Start a gateway: `await here(allow, names={host: [address]})`; lease "l" may use the proxy as "web" with the
    token "secret", and as "camera" with the token "camera"."""
    started: list[Here] = []

    async def start(allow: str = "", names: dict[str, list[str]] | None = None, purpose: str = "web") -> Here:
        one = Here(allow, names or {})
        await one.gateway.start(one.listener)
        one.gateway.grant(Grant(0, "l", purpose, "secret"))
        if purpose != "camera":
            one.gateway.grant(Grant(0, "l", "camera", "camera"))
        started.append(one)
        return one

    yield start
    for one in started:
        await one.gateway.stop()
        one.listener.close()
    await asyncio.sleep(0.01)


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """Start a TCP server for a handler and return its port: `await serve(handler, host="127.0.0.1")`."""
    servers: list[asyncio.Server] = []

    async def start(handler: Handler, host: str = "127.0.0.1", port: int = 0) -> int:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await handler(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                return
            finally:
                writer.close()

        servers.append(await asyncio.start_server(handle, host, port))
        bound: int = servers[-1].sockets[0].getsockname()[1]
        return bound

    yield start
    for server in servers:
        server.close()
