"""Attacks on the way out. Each has its control: the same attack on a naive client must hit the canary.

The attacker's own server is the one listed exception (one address and port); the canary on the next port is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import httpx
import pytest
from support.canary import Server, http

from glimpser.egress import resolve
from glimpser.egress.errors import Refused
from glimpser.egress.gateway import Gateway
from glimpser.egress.policy import Address, EgressPolicy
from glimpser.egress.service import EgressService
from glimpser.egress.wire import Grant


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(reply: Callable[[bytes], bytes] = lambda head: http(), host: str = "127.0.0.1", port: int = 0) -> Server:
        servers.append(Server(reply, host, port))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
async def guard() -> AsyncIterator[Callable[..., Any]]:
    services: list[EgressService] = []

    async def start(attacker: Server) -> EgressService:
        listed = f"127.0.0.1:{attacker.port}"
        services.append(EgressService(f"camera={listed},web={listed}"))
        await services[-1].start()
        return services[-1]

    yield start
    for service in services:
        await service.stop()


def watch(url: str, proxy: str | None = None, **options: str) -> None:
    """Open a URL as a source does, with FFmpeg, and read a little."""
    given = {"timeout": "3000000", **options} | ({"http_proxy": proxy} if proxy else {})
    with (
        contextlib.suppress(OSError, ValueError, av.error.FFmpegError),
        av.open(url, options=given, timeout=5) as container,
    ):
        for _ in container.demux():
            break


REDIRECTS = [b"301 Moved", b"302 Found", b"303 See", b"307 Temporary", b"308 Permanent"]


@pytest.mark.attack("A12", control=True)
@pytest.mark.parametrize("status", REDIRECTS)
async def test_a12_http_redirect_of_a_camera(serve: Any, guard: Any, status: bytes) -> None:
    canary = serve()
    attacker = serve(lambda head: http(b"", status, b"Location: http://127.0.0.1:%d/x\r\n" % canary.port))
    url = f"http://127.0.0.1:{attacker.port}/live"
    await asyncio.to_thread(watch, url)
    assert canary.hits > 0, "control"
    canary.hits = 0
    service = await guard(attacker)
    opened = await service.open(url, "camera", "s")
    before = attacker.hits
    await asyncio.to_thread(watch, opened.url, opened.proxy)
    assert attacker.hits > before
    assert canary.hits == 0


@pytest.mark.attack("A12", control=True)
@pytest.mark.parametrize("tag", ["segment", "key", "map", "variant"])
async def test_a12_hls_playlist_naming_an_internal_address(serve: Any, guard: Any, tag: str) -> None:
    canary = serve()
    inner = f"http://127.0.0.1:{canary.port}/x.ts"
    key = f'METHOD=AES-128,URI="{inner}"'
    lines = {
        "segment": f"#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{inner}\n#EXT-X-ENDLIST\n",
        "key": f"#EXT-X-TARGETDURATION:1\n#EXT-X-KEY:{key}\n#EXTINF:1,\nown.ts\n#EXT-X-ENDLIST\n",
        "map": f'#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI="{inner}"\n#EXTINF:1,\nown.ts\n#EXT-X-ENDLIST\n',
        "variant": f"#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:{canary.port}/x.m3u8\n",
    }
    playlist = f"#EXTM3U\n#EXT-X-VERSION:7\n{lines[tag]}".encode()
    attacker = serve(lambda head: http(playlist, extra=b"Content-Type: application/vnd.apple.mpegurl\r\n"))
    url = f"http://127.0.0.1:{attacker.port}/live.m3u8"
    await asyncio.to_thread(watch, url, None, extension_picky="0")
    assert canary.hits > 0, "control"
    canary.hits = 0
    service = await guard(attacker)
    opened = await service.open(url, "camera", "s")
    await asyncio.to_thread(watch, opened.url, opened.proxy, extension_picky="0")
    assert canary.hits == 0
    assert (await service.last_refusal("s")).code == "egress.loopback"


@pytest.mark.attack("A12", control=True)
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("smuggled", [False, True])
async def test_a12_rtsp_redirect(serve: Any, guard: Any, end: bytes, smuggled: bool) -> None:
    canary = serve()

    def reply(head: bytes) -> bytes:
        cseq = head.partition(b"CSeq: ")[2].split(b"\r\n")[0]
        target = b"rtsp://127.0.0.1:%d/x" % canary.port
        moved = end.join([b"RTSP/1.0 302 Moved", b"CSeq: " + cseq, b"Location: " + target, b"", b""])
        fine = b"RTSP/1.0 200 OK\nCSeq: %s\nPublic: DESCRIBE\n\n" % cseq
        if head.startswith(b"OPTIONS"):
            return fine + (moved if smuggled else b"")
        return moved

    attacker = serve(reply)
    url = f"rtsp://127.0.0.1:{attacker.port}/live"
    await asyncio.to_thread(watch, url, None, rtsp_transport="tcp")
    assert canary.hits > 0, "control"
    canary.hits = 0
    service = await guard(attacker)
    opened = await service.open(url, "camera", "s")
    before = attacker.hits
    await asyncio.to_thread(watch, opened.url, None, rtsp_transport="tcp", user_agent=opened.agent)
    assert attacker.hits > before
    assert canary.hits == 0
    assert (await service.last_refusal("s")).code == "egress.redirect"


INTERNAL = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://localhost:{port}/",
    "http://LocalHost:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
]


@pytest.mark.attack("A17", "A19", control=True)
@pytest.mark.parametrize("shape", INTERNAL)
async def test_a17_a19_spellings_of_this_machine(serve: Any, guard: Any, shape: str) -> None:
    canary, attacker = serve(), serve()
    url = shape.format(port=canary.port)
    with contextlib.suppress(OSError):
        host = urlsplit(url).hostname or ""
        with socket.create_connection((host, canary.port), 2):
            pass
    await asyncio.sleep(0.05)
    assert canary.hits > 0, "control"
    canary.hits = 0
    service = await guard(attacker)
    for purpose in ("camera", "web"):
        with pytest.raises(Refused):
            await service.open(url, purpose, "s")
        with pytest.raises(Refused):
            await service.open(url.replace("http:", "rtsp:"), "camera", "s")
    client = service.http_client("web")
    with pytest.raises((httpx.HTTPError, httpx.InvalidURL)):
        await client.get(url)
    assert canary.hits == 0


@pytest.mark.attack("A17", "A19")
@pytest.mark.parametrize(
    "host",
    [
        *("10.0.0.1", "169.254.169.254", "[fd00::1]", "[fe80::1]", "100.64.0.1", "224.0.0.1", "[64:ff9b::a00:1]"),
        *("[2002:a00:1::]", "[::ffff:10.0.0.1]", "[::1]", "[2001:0:808:808:0:0:80ff:fffe]", "168.63.129.16"),
    ],
)
async def test_a17_a19_web_reaches_nothing_that_is_not_public(serve: Any, guard: Any, host: str) -> None:
    service = await guard(serve())
    with pytest.raises(Refused) as caught:
        await service.open(f"https://{host}/", "web", "s")
    assert caught.value.code not in {"egress.bad_url", "egress.unavailable"}


@pytest.mark.attack("A17", control=True)
async def test_a17_the_machines_own_lan_address_is_not_a_camera(serve: Any, guard: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        own = probe.getsockname()[0]
    if ipaddress.ip_address(own).is_loopback:
        pytest.skip("this machine has no address but loopback")
    canary = serve(host="0.0.0.0")
    with socket.create_connection((own, canary.port), 2):
        pass
    service = await guard(serve())
    with pytest.raises(Refused) as caught:
        await service.open(f"http://{own}:{canary.port}/", "camera", "s")
    assert caught.value.code == "egress.loopback"


@pytest.mark.attack("A18", control=True)
async def test_a18_hosts_that_two_parsers_read_differently(serve: Any, guard: Any) -> None:
    canary, attacker = serve(), serve()
    url = f"http://127.0.0.1:{attacker.port}\\@127.0.0.1:{canary.port}/"
    naive = urlsplit(url)
    assert naive.port == canary.port, "control: the standard library goes to the canary"
    service = await guard(attacker)
    for purpose in ("camera", "web"):
        with pytest.raises(Refused) as caught:
            await service.open(url, purpose, "s")
        assert caught.value.code == "egress.bad_url"
    assert canary.hits == 0


@pytest.mark.attack("A21", control=True)
@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "FILE:/etc/hostname", "file:/etc/hostname", "source:file:///etc/hostname"]
)
async def test_a21_files_are_no_targets(serve: Any, guard: Any, url: str) -> None:
    assert Path("/etc/hostname").exists(), "control"
    service = await guard(serve())
    for purpose in ("camera", "web"):
        with pytest.raises(Refused) as caught:
            await service.open(url, purpose, "s")
        assert caught.value.code == "egress.scheme"


@pytest.mark.attack("A23", control=True)
async def test_a23_redirect_of_a_page(serve: Any, guard: Any) -> None:
    canary = serve()
    attacker = serve(lambda head: http(b"", b"302 Found", b"Location: http://127.0.0.1:%d/\r\n" % canary.port))
    url = f"http://127.0.0.1:{attacker.port}/"
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as naive:
        assert (await naive.get(url)).text == "secret"
    assert canary.hits == 1, "control"
    service = await guard(attacker)
    with pytest.raises(httpx.ProxyError) as caught:
        await service.http_client("web").get(url, follow_redirects=True)
    assert isinstance(caught.value, Refused)
    assert caught.value.code == "egress.loopback"
    assert canary.hits == 1


class Rebinding:
    """A name that points to the attacker first and to the canary from then on."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str) -> list[Address]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ipaddress.ip_address(text) for text in answer]


async def naive_fetch(lookup: Rebinding, policy: EgressPolicy, port: int) -> None:
    """Checks the name, then lets the client look it up again: what must not be done."""
    for address in await lookup("rebind.example"):
        policy.judge("web", "rebind.example", address, port)
    again = (await lookup("rebind.example"))[0]
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(f"http://{again}:{port}/")


@contextlib.asynccontextmanager
async def gateway(policy: EgressPolicy, lookup: Rebinding) -> AsyncIterator[tuple[Gateway, str]]:
    one = Gateway(policy, lookup, lambda lease, refusal: None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await one.start(listener)
        one.grant(Grant(0, "s", "web", "t"))
        one.grant(Grant(0, "s", "camera", "camera"))
        yield one, f"http://u:t@127.0.0.1:{listener.getsockname()[1]}"
        await one.stop()


@pytest.mark.attack("A23", control=True)
async def test_a23_dns_rebinding(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "REMEMBER_S", 0.0)
    attacker = serve(host="127.0.0.2")
    canary = serve(host="127.0.0.1", port=attacker.port)
    policy = EgressPolicy.parse("web=127.0.0.2,camera=127.0.0.2")
    await naive_fetch(Rebinding(["127.0.0.2"], ["127.0.0.1"]), policy, attacker.port)
    assert canary.hits == 1, "control"
    url = f"http://rebind.example:{attacker.port}/"
    lookup = Rebinding(["127.0.0.2"], ["127.0.0.2"], ["127.0.0.1"])
    async with gateway(policy, lookup) as (gate, proxy), httpx.AsyncClient(proxy=proxy, trust_env=False) as client:
        await gate.open("s", "web", url)
        assert (await client.get(url)).status_code == 200
        assert lookup.asked == 2
        refused = await client.get(url)
        assert refused.headers["x-glimpser-egress"] == "egress.loopback"
    assert (attacker.hits, canary.hits) == (1, 1)


@pytest.mark.attack("A23", control=True)
async def test_a23_a_relay_stays_where_its_url_was_checked(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "REMEMBER_S", 0.0)
    attacker = serve(lambda head: b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", host="127.0.0.2")
    canary = serve(host="127.0.0.1", port=attacker.port)
    lookup = Rebinding(["127.0.0.2"], ["127.0.0.1"])
    async with gateway(EgressPolicy.parse("camera=127.0.0.2"), lookup) as (gate, _):
        opened = await gate.open("s", "camera", f"rtsp://rebind.example:{attacker.port}/")
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(opened.url).port)
            writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: camera\r\n\r\n")
            assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            writer.close()
        with pytest.raises(Refused):
            await gate.open("s", "camera", f"rtsp://rebind.example:{attacker.port}/")
    assert (attacker.hits, canary.hits) == (2, 0)


@pytest.mark.attack("A23", control=True)
async def test_a23_a_name_with_a_good_and_a_bad_address(serve: Any) -> None:
    attacker = serve(host="127.0.0.2")
    canary = serve(host="127.0.0.1", port=attacker.port)
    url = f"http://both.example:{attacker.port}/"
    lookup = Rebinding(["127.0.0.1", "127.0.0.2"])
    first = (await lookup("both.example"))[0]
    async with httpx.AsyncClient(trust_env=False) as naive:
        await naive.get(f"http://{first}:{attacker.port}/")
    assert canary.hits == 1, "control"
    policy = EgressPolicy.parse("web=127.0.0.2")
    async with gateway(policy, lookup) as (_, proxy), httpx.AsyncClient(proxy=proxy, trust_env=False) as client:
        assert (await client.get(url)).status_code == 200
        attacker.close()
        assert (await client.get(url)).headers["x-glimpser-egress"] == "egress.connection_refused"
    assert canary.hits == 1
    attacker.close = lambda: None


@pytest.mark.attack("A24", control=True)
async def test_a24_spellings_of_a_listed_name_are_that_name() -> None:
    lookup = Rebinding(["10.9.9.9"])
    policy = EgressPolicy.parse("web=Bücher.example")
    async with gateway(policy, lookup) as (gate, _):
        for host in ("bücher.example", "BÜCHER。example", "xn--bcher-kva.example.", "ｂücher.example"):
            assert (await gate.open("s", "web", f"http://{host}/")).address == "10.9.9.9"
        for host in ("bucher.example", "bücher.example.evil.example", "xbücher.example"):
            with pytest.raises(Refused) as caught:
                await gate.open("s", "web", f"http://{host}/")
            assert caught.value.code == "egress.private"


@pytest.mark.attack("A26", control=True)
async def test_a26_credentials_stay_with_the_camera_they_belong_to(serve: Any) -> None:
    elsewhere = serve()
    camera = serve()
    headers = {"Authorization": "Basic Y2FtOnB3", "Cookie": "session=1"}
    async with httpx.AsyncClient(trust_env=False, headers=headers) as naive:
        await naive.get(f"http://127.0.0.1:{elsewhere.port}/")
    assert b"Y2FtOnB3" in elsewhere.heads[0], "control"
    lookup = Rebinding(["127.0.0.1"])
    policy = EgressPolicy.parse("web=127.0.0.1")
    async with gateway(policy, lookup) as (gate, proxy), httpx.AsyncClient(proxy=proxy, trust_env=False) as client:
        await gate.open("s", "web", f"http://127.0.0.1:{camera.port}/")
        for server in (camera, elsewhere):
            assert (await client.get(f"http://127.0.0.1:{server.port}/", headers=headers)).status_code == 200
    assert b"Y2FtOnB3" in camera.heads[-1]
    assert b"session=1" in camera.heads[-1]
    assert b"Y2FtOnB3" not in elsewhere.heads[-1]
    assert b"session=1" not in elsewhere.heads[-1]
