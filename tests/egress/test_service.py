from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from support.authority import authority

from glimpser.egress.errors import Refused
from glimpser.egress.service import EgressService

Start = Callable[..., Awaitable[Any]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def service() -> AsyncIterator[EgressService]:
    one = EgressService("camera=127.0.0.1,web=127.0.0.1")
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def origin(serve: Start) -> int:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()

    port: int = await serve(handle)
    return port


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_http_targets_keep_their_url_and_get_a_proxy(service: EgressService, origin: int) -> None:
    opened = await service.open(f"http://127.0.0.1:{origin}/a.jpg", "camera", "s1")
    assert opened.url == f"http://127.0.0.1:{origin}/a.jpg"
    assert (opened.address, opened.port) == ("127.0.0.1", origin)
    async with httpx.AsyncClient(proxy=opened.proxy, trust_env=False) as http:
        assert (await http.get(opened.url)).text == "hi"
        await service.release("s1")
        assert (await http.get(opened.url)).status_code == 407


async def test_refusals_reach_the_caller_as_codes(service: EgressService) -> None:
    for url, purpose, code in [
        ("http://169.254.169.254/latest", "camera", "egress.metadata"),
        ("http://192.168.0.1/", "web", "egress.private"),
        ("file:///etc/passwd", "web", "egress.scheme"),
        ("http://8.8.8.8/", "nope", "egress.purpose"),
    ]:
        with pytest.raises(Refused) as caught:
            await service.open(url, purpose, "s1")
        assert caught.value.code == code
        assert "?" not in str(caught.value)
    assert (await service.counters()).refusals["egress.private"] == 1


async def test_hub_clients_go_through_the_proxy_and_learn_why_not(
    service: EgressService, origin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    http = service.http_client("web")
    assert (await http.get(f"http://127.0.0.1:{origin}/")).text == "hi"
    for url in ("http://10.0.0.1/", "https://10.0.0.1/"):
        with pytest.raises(httpx.ProxyError) as caught:
            await http.get(url)
        assert isinstance(caught.value, Refused)
        assert caught.value.code == "egress.private"
    assert (await service.counters()).bytes_received > 0


async def test_a_crash_of_the_child_is_survived(service: EgressService, origin: int) -> None:
    http = service.http_client("web")
    relay = await service.open("rtsp://127.0.0.1:8554/a", "camera", "s1")
    first = service.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    # A request made while there is no child waits for the next one; port and token stay the same.
    assert (await http.get(f"http://127.0.0.1:{origin}/")).text == "hi"
    assert service.pid != first
    again = await service.open("rtsp://127.0.0.1:8554/a", "camera", "s1")
    _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(again.url).port)
    writer.close()
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", urlsplit(relay.url).port)


async def test_what_ended_a_stream_can_be_asked_for(service: EgressService, serve: Start) -> None:
    async def moved(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.1:1/\r\n\r\n")
        await writer.drain()

    url = f"rtsp://127.0.0.1:{await serve(moved)}/"
    opened = await service.open(url, "camera", "s1")
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(opened.url).port)
    writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: %s\r\n\r\n" % opened.agent.encode())
    await reader.read()
    writer.close()
    refusal = await service.last_refusal("s1")
    assert refusal is not None
    assert (refusal.code, refusal.params["status"]) == ("egress.redirect", 302)
    await service.open(url, "camera", "s1")
    assert await service.last_refusal("s1") is None


async def test_stop_leaves_nothing_behind(origin: int) -> None:
    service = EgressService()
    await service.start()
    pid, port = service.pid, service.proxy_port
    assert pid is not None
    await service.stop()
    assert not is_running(pid)
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises(Refused) as caught:
        await service.open("http://8.8.8.8/", "web", "s")
    assert caught.value.code == "egress.unavailable"


async def test_the_child_dies_with_its_parent() -> None:
    code = (
        "import asyncio\nfrom glimpser.egress.service import EgressService\n"
        "async def main():\n s = EgressService(); await s.start(); print(s.pid, flush=True); await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout
    child = int(await parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    await parent.communicate()
    await until(lambda: not is_running(child))


async def test_the_child_sees_none_of_the_hubs_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLIMPSER_SECRET_KEY", "canary-secret")
    service = EgressService()
    await service.start()
    assert service.pid is not None
    child = psutil.Process(service.pid)
    assert "canary-secret" not in child.environ().values()
    assert not any("sqlite" in entry.path or "quart" in entry.path for entry in child.memory_maps())
    await service.stop()


def test_a_mistake_in_the_settings_is_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"disk=10\.0\.0\.1.*allowed: camera, feed, identity, model, web, webhook"):
        EgressService("disk=10.0.0.1")


async def test_an_authority_of_ones_own_is_trusted_once_it_is_named(tmp_path: Path) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):  # who does not trust it asks nothing
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        writer.close()

    home, other = authority(tmp_path / "home"), authority(tmp_path / "other")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(home.certificate, home.key)
    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    for named, trusted in ((home.ca, True), (other.ca, False), (None, False)):
        service = EgressService("identity=127.0.0.1", ca_file=named)
        await service.start()
        asked = service.http_client("identity", hosts=lambda: ["127.0.0.1"]).get(url)
        if trusted:
            assert (await asked).text == "hi"
        else:
            with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
                await asked
        await service.stop()
    server.close()
