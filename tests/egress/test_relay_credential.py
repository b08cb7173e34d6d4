from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.rtsp_talk import ask, camera, port_of

Start = Callable[..., Awaitable[Any]]


@pytest.mark.parametrize("agent", [b"", b"User-Agent: \r\n", b"User-Agent: secret\r\n", b"User-Agent: cameraX\r\n",
                                   b"User-Agent: Lavf/62\r\nX: camera\r\n"])  # fmt: skip
async def test_a_relay_serves_nobody_without_its_credential(here: Start, serve: Start, agent: bytes) -> None:
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(b"")
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")
        await reader.read()

    port = await serve(handle)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n" + agent + b"\r\n")
    assert b"403 egress.auth" in await asyncio.wait_for(reader.read(), 5)
    assert heads == []
    assert gate.reported == [("l", "egress.auth")]
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    assert b"200 OK" in await ask(reader, writer, b"OPTIONS *", 1)  # control
    assert b"User-Agent: Glimpser\r\n" in heads[1]
    assert b"camera" not in heads[1]
    writer.close()


async def test_a_credential_stays_here_after_the_media_flow(here: Start, serve: Start) -> None:
    port = await serve(camera())
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    await ask(reader, writer, b"PLAY rtsp://h/x", 1)
    echoed = await ask(reader, writer, b"GET_PARAMETER rtsp://h/x", 2)  # this camera echoes after PLAY
    assert b"User-Agent: Glimpser" in echoed
    writer.close()


async def test_udp_goes_to_no_port_that_the_purpose_may_not_reach(here: Start, serve: Start) -> None:
    async def pointing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nTransport: RTP/AVP;unicast;server_port=53-54\r\n\r\n")
        await reader.read()

    port = await serve(pointing)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    assert b"403 egress.port" in await ask(reader, writer, b"SETUP rtsp://h/x", 1)
    writer.close()
