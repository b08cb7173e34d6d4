"""What a refusal of the outbound proxy becomes for a plugin."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from hubside import HubSide, pictures

from glimpser.egress.gateway import Gateway
from glimpser.egress.policy import Address, EgressPolicy
from glimpser.egress.wire import Grant
from glimpser.protocol.messages import EgressAnswer, EgressAsk, Stop, StreamPart
from glimpser.worker.http import client
from glimpser_sdk.contexts import Opened
from glimpser_sdk.errors import ConfigInvalid, GlimpserError, NotReady


class Egress:
    """Sends everything by one proxy."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy

    async def open_async(self, url: str) -> Opened:
        return Opened(url=url, proxy=self._proxy)


@pytest.fixture
async def refusing() -> AsyncIterator[Egress]:
    """A proxy that refuses whatever the host's name says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        code = f"egress.{target.removeprefix('http://').partition('.')[0]}"
        body = json.dumps({"code": code, "params": {"address": "10.0.0.1"}, "detail": "Not there."}).encode()
        head = f"HTTP/1.1 403 {code}\r\nX-Glimpser-Egress: {code}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield Egress(f"http://token:secret@127.0.0.1:{server.sockets[0].getsockname()[1]}")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("code", "kind"), [("private", ConfigInvalid), ("connection_refused", NotReady)])
async def test_a_refusal_is_told_in_the_vocabulary(
    refusing: Egress, scheme: str, code: str, kind: type[GlimpserError]
) -> None:
    async with client(refusing, verify_tls=True) as http:
        with pytest.raises(kind) as caught:
            await http.get(f"{scheme}://{code}.example/picture.jpg")
    assert caught.value.reason.code == f"egress.{code}"
    assert caught.value.reason.params["host"] == f"{code}.example"


@dataclass
class Served:
    """The hub's own proxy at ``proxy``, which lets nothing into this machine but the server at ``url``."""

    gateway: Gateway
    proxy: str
    url: str


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """One server and the way to it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    async def lookup(host: str) -> list[Address]:
        raise OSError("no such name")

    def address(port: int) -> str:
        return f"127.0.0.1:{port}"

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        allowed = address(server.sockets[0].getsockname()[1])
        gateway = Gateway(EgressPolicy.parse(f"web={allowed}"), lookup, lambda lease, refusal: None)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            await gateway.start(listener)
            yield Served(gateway, address(listener.getsockname()[1]), f"http://{allowed}/")
            await gateway.stop()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(("allowed", "state", "code"), [(True, "active", None), (False, "error", "egress.loopback")])
async def test_a_source_fetches_through_the_hubs_proxy(
    within: HubSide, served: Served, allowed: bool, state: str, code: str | None
) -> None:
    url = served.url if allowed else "http://127.0.0.1:9/"
    within.start(StreamPart(id="s", name="S", source=pictures(url=url)))
    ask = await within.wait(EgressAsk)
    served.gateway.grant(Grant(0, ask.lease, "web", "secret"))
    within.post(EgressAnswer(request_id=ask.request_id, url=url, proxy=f"http://glimpser:secret@{served.proxy}"))
    status = await within.state(state)
    assert (status.why and status.why.code) == code
    figures = served.gateway.release(ask.lease)
    assert figures.connections == allowed
    assert bool(figures.refusals) is not allowed
    within.post(Stop(stream_id="s", generation=1))
    await within.state("inactive")
