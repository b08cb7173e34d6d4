from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from glimpser.egress import gateway, leases, proxy, resolve

Start = Callable[..., Awaitable[Any]]
AUTH = b"Proxy-Authorization: Basic " + base64.b64encode(b"glimpser:secret") + b"\r\n"


async def head_of(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def answer(body: bytes = b"hello", status: bytes = b"200 OK", extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), extra, body)


def client(through: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(proxy=through, trust_env=False, timeout=10)


async def talk(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_request_arrives_as_the_client_meant_it(here: Start, serve: Start) -> None:
    seen: list[bytes] = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await head_of(reader))
        writer.write(answer(extra=b"X-Glimpser-Egress: egress.loopback\r\nConnection: keep-alive\r\n"))
        await writer.drain()
        await reader.read()

    port = await serve(origin)
    gate = await here(f"web=127.0.0.1:{port}")
    async with client(gate.proxy) as http:
        response = await http.get(f"http://127.0.0.1:{port}/a?b=c", headers={"X-Mine": "1", "Cookie": "k=v"})
    assert response.text == "hello"
    assert "x-glimpser-egress" not in response.headers
    assert seen[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
    lower = seen[0].lower()
    assert f"host: 127.0.0.1:{port}".encode() in lower
    assert b"x-mine: 1" in lower
    assert b"cookie: k=v" in lower
    assert b"proxy-" not in lower
    assert b"secret" not in lower
    figures = gate.gateway.release("l")
    assert figures.connections == 1
    assert figures.bytes_received > 5


async def test_bodies_of_both_framings_arrive_whole(here: Start, serve: Start) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await head_of(reader)).lower()
        body = b""
        if b"transfer-encoding: chunked" in head:
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readexactly(2)
        else:
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length"))
            body = await reader.readexactly(int(length.split(b":")[1]))
        writer.write(answer(body))
        await writer.drain()

    port = await serve(echo)
    gate = await here(f"web=127.0.0.1:{port}")
    data = bytes(range(256)) * 4000

    async def parts() -> Any:
        for start in range(0, len(data), 100_000):
            yield data[start : start + 100_000]

    async with client(gate.proxy) as http:
        assert (await http.post(f"http://127.0.0.1:{port}/", content=data)).content == data
        assert (await http.post(f"http://127.0.0.1:{port}/", content=parts())).content == data


async def test_https_goes_through_a_tunnel(here: Start, serve: Start) -> None:
    async def upper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line.upper())

    port = await serve(upper)
    gate = await here(f"web=127.0.0.1:{port}")
    request = b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: x\r\n%s\r\nearly\n" % (port, AUTH)
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    writer.write(request)
    assert (await head_of(reader)).startswith(b"HTTP/1.1 200 ")
    assert await reader.readline() == b"EARLY\n"
    writer.write(b"late\n")
    assert await reader.readline() == b"LATE\n"
    writer.close()


@pytest.mark.parametrize(
    ("request_line", "code"),
    [
        (b"GET http://127.0.0.1:1/ HTTP/1.1", b"egress.loopback"),
        (b"CONNECT 10.0.0.1:443 HTTP/1.1", b"egress.private"),
        (b"CONNECT [::1]:443 HTTP/1.1", b"egress.loopback"),
        (b"CONNECT 8.8.8.8:25 HTTP/1.1", b"egress.port"),
        (b"GET https://8.8.8.8/ HTTP/1.1", b"egress.scheme"),
        (b"GET ftp://8.8.8.8/ HTTP/1.1", b"egress.scheme"),
        (b"GET /path HTTP/1.1", b"egress.bad_url"),
        (b"GET http://u:p@8.8.8.8/ HTTP/1.1", b"egress.userinfo"),
        (b"GET http://nowhere.example/ HTTP/1.1", b"egress.resolve_failed"),
    ],
)
async def test_refusals_are_told_with_their_code(here: Start, request_line: bytes, code: bytes) -> None:
    gate = await here()
    reply = await talk(gate.port, request_line + b"\r\nHost: x\r\n" + AUTH + b"\r\n")
    assert reply.startswith(b"HTTP/1.1 403 " + code + b"\r\n")
    assert b"X-Glimpser-Egress: " + code in reply
    assert b'"code": "' + code + b'"' in reply
    assert gate.reported == [("l", code.decode())]


async def test_nobody_gets_out_without_a_valid_token(here: Start, serve: Start) -> None:
    hits: list[int] = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hits.append(1)
        await head_of(reader)
        writer.write(answer())

    port = await serve(origin)
    gate = await here(f"web=127.0.0.1:{port}")
    request = b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\n%%s\r\n" % port
    wrong = b"Proxy-Authorization: Basic " + base64.b64encode(b"glimpser:guess") + b"\r\n"
    for header in (b"", wrong, b"Proxy-Authorization: Basic !!\r\n", b"Proxy-Authorization: Bearer secret\r\n"):
        reply = await talk(gate.port, request % header)
        assert reply.startswith(b"HTTP/1.1 407 ")
        assert b"Proxy-Authenticate: Basic" in reply
    assert hits == []
    assert (await talk(gate.port, request % AUTH)).startswith(b"HTTP/1.1 200")
    gate.gateway.release("l")
    assert (await talk(gate.port, request % AUTH)).startswith(b"HTTP/1.1 407")
    assert hits == [1]


async def test_a_second_request_on_the_connection_reaches_nobody(here: Start, serve: Start) -> None:
    seen: list[bytes] = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await head_of(reader))
        writer.write(answer())
        await writer.drain()
        await asyncio.sleep(0.3)
        seen.append(await reader.read(1000))

    port = await serve(origin)
    gate = await here(f"web=127.0.0.1:{port}")
    one = b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\n%s\r\n" % (port, AUTH)
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    writer.write(one + one)
    await head_of(reader)
    writer.write(one)
    await asyncio.sleep(0.5)
    writer.close()
    await asyncio.sleep(0.1)
    assert len(seen) == 2
    assert seen[1] == b""


async def test_odd_answers_of_cameras_pass_and_hostile_ones_do_not(here: Start, serve: Start) -> None:
    replies = {
        b"/old": b"HTTP/1.0 200 OK\nContent-Type: multipart/x-mixed-replace; boundary=b\n\n--b\r\n",
        b"/early": b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\n\r\nbody",
        b"/junk": b"SSH-2.0-OpenSSH\r\n\r\n",
        b"/nothing": b"",
        b"/huge": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000,
    }

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await head_of(reader)).split(b" ")[1]
        writer.write(replies[path])
        await writer.drain()

    port = await serve(origin)
    gate = await here(f"web=127.0.0.1:{port}")

    async def get(path: bytes) -> bytes:
        return await talk(gate.port, b"GET http://127.0.0.1:%d%s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (port, path, AUTH))

    assert (await get(b"/old")).endswith(b"--b\r\n")
    early = await get(b"/early")
    assert early.startswith(b"HTTP/1.1 200 OK")
    assert early.endswith(b"\r\n\r\nbody")
    assert b"egress.bad_message" in await get(b"/junk")
    assert b"egress.bad_message" in await get(b"/nothing")
    assert b"egress.too_large" in await get(b"/huge")


async def test_a_slow_reader_slows_the_target_and_costs_little_memory(here: Start, serve: Start) -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while sent < 200 << 20:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    port = await serve(flood)
    gate = await here(f"web=127.0.0.1:{port}")
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port, limit=65536)
    writer.write(b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\n%s\r\n" % (port, AUTH))
    await head_of(reader)
    await asyncio.sleep(0.5)
    stalled = sent
    await asyncio.sleep(0.3)
    assert sent == stalled
    assert sent < 32 << 20
    for _ in range(200):
        await reader.readexactly(65536)
    await asyncio.sleep(0.1)
    assert sent > stalled
    writer.close()


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
async def test_an_answer_that_never_gets_to_its_end_is_told(
    here: Start, serve: Start, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(before + b"HTTP/1.1 200 OK\r\nServer: ")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    monkeypatch.setattr(proxy, "TRICKLE_S", 0.3)
    port = await serve(trickle)
    gate = await here(f"web=127.0.0.1:{port}")
    reply = await talk(gate.port, b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\n%s\r\n" % (port, AUTH))
    assert reply.startswith(b"HTTP/1.1 403 egress.trickle\r\n")
    assert gate.reported == [("l", "egress.trickle")]
    assert gate.gateway.counters().links == 0


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
async def test_a_target_may_be_silent_for_long_before_it_answers(
    here: Start, serve: Start, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    async def thinking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(before)
        await asyncio.sleep(0.5)
        writer.write(answer(b"thought"))
        await writer.drain()

    monkeypatch.setattr(proxy, "TRICKLE_S", 0.1)
    port = await serve(thinking)
    gate = await here(f"web=127.0.0.1:{port}")
    reply = await talk(gate.port, b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\n%s\r\n" % (port, AUTH))
    assert reply.endswith(b"thought")


async def test_redirects_in_a_row_are_limited(here: Start, serve: Start) -> None:
    async def loop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(answer(b"", b"302 Found", b"Location: /again\r\n"))
        await writer.drain()

    port = await serve(loop)
    gate = await here(f"web=127.0.0.1:{port}")
    async with client(gate.proxy) as http:
        statuses = [(await http.get(f"http://127.0.0.1:{port}/")).status_code for _ in range(leases.MAX_HOPS + 1)]
    assert statuses == [302] * leases.MAX_HOPS + [403]
    assert gate.reported == [("l", "egress.hops")]


async def test_no_answer_from_the_network_is_told(here: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(host: str) -> Any:
        await asyncio.sleep(60)

    gate = await here("web=127.0.0.1:1")
    request = b"GET http://%s/ HTTP/1.1\r\nHost: x\r\n" + AUTH + b"\r\n"
    assert b"egress.connection_refused" in await talk(gate.port, request % b"127.0.0.1:1")
    monkeypatch.setattr(resolve, "RESOLVE_S", 0.1)
    monkeypatch.setattr(gate.gateway._resolver, "_lookup", never)
    assert b"egress.timeout" in await talk(gate.port, request % b"slow.example")


async def test_releasing_a_lease_ends_its_connections(here: Start, serve: Start) -> None:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await reader.read()

    port = await serve(hold)
    gate = await here(f"web=127.0.0.1:{port}")
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
    writer.write(b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: x\r\n%s\r\n" % (port, AUTH))
    await head_of(reader)
    assert gate.gateway.counters().links == 1
    gate.gateway.release("l")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    writer.close()
    await asyncio.sleep(0.05)
    assert gate.gateway.counters().links == 0
    assert gate.gateway.counters().connections == 1


async def test_connections_over_which_nothing_moves_are_ended(
    here: Start, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await head_of(reader)).split(b" ")[1]
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while path == b"/busy":
            writer.write(b"x")
            await asyncio.sleep(0.05)
        await reader.read()

    monkeypatch.setattr(gateway, "IDLE_S", 0.3)
    port = await serve(hold)
    gate = await here(f"web=127.0.0.1:{port}")
    writers = []
    for path in (b"/silent", b"/busy"):
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(b"GET http://127.0.0.1:%d%s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (port, path, AUTH))
        await head_of(reader)
        writers.append(writer)
    assert gate.gateway.counters().links == 2
    await asyncio.sleep(1)
    assert gate.gateway.counters().links == 1
    for writer in writers:
        writer.close()


async def test_a_client_that_never_finishes_its_request_is_dropped(
    here: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "HEAD_S", 0.2)
    gate = await here()
    assert await talk(gate.port, b"GET http://8.8.8.8/ HTTP/1.1\r\nX: ") == b""
