"""Hostile addresses on every way out of a real hub, in a network where nothing but the policy keeps it from them."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from support.canary import Server, http

from glimpser.egress.errors import Refused
from glimpser.egress.service import EgressService

TESTS = Path(__file__).parents[1]
ALONE = ["unshare", "--map-root-user", "--net", "--mount"]
PATHS = {
    "http video", "mjpeg", "hls", "rtsp tcp", "rtsp udp", "rtmp", "srt", "http picture", "http picture 302",
    "http video 302", "mjpeg 302", "hls segment", "hls nested playlist", "hls key", "rtsp 302", "rtsp udp source",
    "ctx.http", "ctx.http 302",
}  # fmt: skip
ELSEWHERE = {"net.closed", "net.not_found", "media.unsupported_protocol", "egress.bad_message", "RemoteProtocolError"}
"""How it ends at the attacker's own site, where names that rebind lead the first time and stay pinned to."""


def alone() -> bool:
    """Whether a process may have a network of its own here."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.attack("A12", "A17", "A18", "A19", "A20", "A23", control=True)
def test_no_way_out_leads_inside(tmp_path: Path, figure: Callable[[str, str], None]) -> None:
    if not alone():
        pytest.skip("needs user namespaces (unshare) and iproute2")
    command = [*ALONE, sys.executable, "-m", "support.outbound", str(tmp_path)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads((tmp_path / "result.json").read_text())
    controls = {name: value for name, value in found["controls"].items() if name != "unreached"}
    assert all(reached == total for reached, total in controls.values()), found["controls"]
    assert controls["addresses"][1] >= 60
    assert found["paths"].keys() == PATHS
    tried = refused = 0
    for path, result in found["paths"].items():
        assert result["hits"] == [], path
        assert result["odd"] == [], path
        assert path == "rtsp udp source" or result["urls"] >= 60, path
        ended = sum(count for code, count in result["codes"].items() if code in ELSEWHERE)
        assert ended <= 4, (path, result["codes"])
        tried += result["urls"]
        refused += result["urls"]
    assert found["own port"] == ["egress.own_port"] * 2
    assert found["lan visits"] == len(found["lan"])
    assert found["arguments"] == []
    reached, total = (sum(pair[i] for pair in controls.values()) for i in (0, 1))
    figure("outbound", f"{len(PATHS)} paths, refused {refused}/{tried}, controls {reached}/{total}, canaries 0")


@pytest.fixture
async def service() -> AsyncIterator[EgressService]:
    one = EgressService("camera=127.0.0.1,web=127.0.0.1")
    await one.start()
    yield one
    await one.stop()


@pytest.mark.attack("A23", control=True)
async def test_a_credential_of_another_or_a_guessed_one_opens_nothing(service: EgressService) -> None:
    canary = Server(lambda head: http(b"here"))
    try:
        url = f"http://127.0.0.1:{canary.port}/"
        own = await service.open(url, "camera", "one")
        assert own.proxy is not None
        secret = urlsplit(own.proxy).password or ""
        relay = await service.open(f"rtsp://127.0.0.1:{canary.port}/", "camera", "two")
        other = await service.open(f"rtsp://127.0.0.1:{canary.port}/", "camera", "three")
        guesses = ["", "glimpser", "0" * 32, secret[:-1], secret + "A", secret.swapcase(), relay.agent[::-1]]
        for guess in guesses:
            async with httpx.AsyncClient(
                proxy=f"http://g:{guess}@127.0.0.1:{service.proxy_port}", trust_env=False
            ) as c:
                assert (await c.get(url)).status_code == 407
        for agent in [*guesses, secret, other.agent]:
            assert "403" in await said(relay.url, agent), agent
        assert canary.hits == 0
        await said(relay.url, relay.agent)
        async with httpx.AsyncClient(proxy=own.proxy, trust_env=False) as http_client:
            assert (await http_client.get(url)).text == "here"
        assert canary.hits == 2, "control"
        await service.release("one")
        async with httpx.AsyncClient(proxy=own.proxy, trust_env=False) as http_client:
            assert (await http_client.get(url)).status_code == 407
        assert canary.hits == 2
    finally:
        canary.close()


async def said(url: str, agent: str) -> str:
    """The first line of a relay's answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    writer.write(f"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: {agent}\r\n\r\n".encode())
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    return line.decode(errors="replace")


async def test_a_credential_stands_for_one_purpose(service: EgressService) -> None:
    web = await service.open("http://127.0.0.1:49999/", "web", "same")
    camera = await service.open("http://127.0.0.1:49999/", "camera", "same")
    for opened, allowed in ((web, False), (camera, True)):
        async with httpx.AsyncClient(proxy=opened.proxy, trust_env=False, timeout=1) as client:
            try:
                code = (await client.get("http://10.255.255.1:9999/")).headers.get("x-glimpser-egress")
            except httpx.TimeoutException:
                code = None
        assert (code != "egress.private") is allowed


async def test_a_credential_stands_for_so_many_bytes(service: EgressService) -> None:
    server = Server(lambda head: http(b"x" * 100_000))
    try:
        url = f"http://127.0.0.1:{server.port}/"
        opened = await service.open(url, "web", "small", hourly_bytes=250_000)
        got, why = 0, ""
        async with httpx.AsyncClient(proxy=opened.proxy, trust_env=False) as client:
            for _ in range(4):
                try:
                    answer = await client.get(url)
                    why = answer.headers.get("x-glimpser-egress", "")
                    got += len(answer.content) if not why else 0
                except httpx.HTTPError:
                    why = "cut off"
        assert got == 200_000
        assert why in ("egress.budget", "cut off")
        assert ((await service.last_refusal("small")) or Refused("egress.auth")).code == "egress.budget"
        control = await service.open(url, "web", "large")
        async with httpx.AsyncClient(proxy=control.proxy, trust_env=False) as client:
            assert all([len((await client.get(url)).content) == 100_000 for _ in range(4)])
    finally:
        server.close()
