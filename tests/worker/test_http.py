"""What a refusal of the outbound proxy becomes for a plugin."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from glimpser.worker.http import client
from glimpser_sdk.contexts import Opened
from glimpser_sdk.errors import ConfigInvalid, GlimpserError, NotReady


class Egress:
    """Sends everything by one proxy."""

    def __init__(self, proxy: str) -> None:
        self._proxy = proxy

    async def open_async(self, url: str, purpose: str) -> Opened:
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
    async with client(refusing, "camera", verify_tls=True) as http:
        with pytest.raises(kind) as caught:
            await http.get(f"{scheme}://{code}.example/picture.jpg")
    assert caught.value.reason.code == f"egress.{code}"
    assert caught.value.reason.params["host"] == f"{code}.example"
