from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.rtsp_talk import AGENT, ask, camera, port_of

from glimpser.egress import relay, resolve
from glimpser.egress.errors import Refused

Start = Callable[..., Awaitable[Any]]


async def test_the_url_points_at_the_relay_and_keeps_the_rest(here: Start) -> None:
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", "rtsp://us%40er:pw@127.0.0.1:8554/live/1?q=2")
    assert re.fullmatch(r"rtsp://us%40er:pw@127\.0\.0\.1:\d+/live/1\?q=2", opened.url)
    assert port_of(opened.url) != 8554
    assert (opened.address, opened.port, opened.proxied) == ("127.0.0.1", 8554, False)
    again = await gate.gateway.open("l", "camera", "rtsp://127.0.0.1:8554/live/2")
    assert port_of(again.url) == port_of(opened.url)


async def test_requests_pass_unchanged_and_media_flows_both_ways(here: Start, serve: Start) -> None:
    media = b"$\x00\x00\x10" + b"m" * 16
    port = await serve(camera(after_play=media))
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    line = b"DESCRIBE rtsp://127.0.0.1:%d/x" % port_of(opened.url)
    assert b"X-Line: " + line in await ask(reader, writer, line, 1)
    assert b"200 OK" in await ask(reader, writer, b"PLAY rtsp://h/x", 2)
    assert await reader.readexactly(20) == media
    blob = b"".join(b"$\x01\xff\xff" + os.urandom(65535) for _ in range(46))
    writer.write(blob)
    assert await asyncio.wait_for(reader.readexactly(len(blob)), 10) == blob
    writer.close()
    await asyncio.sleep(0.1)
    figures = gate.gateway.counters()
    assert figures.links == 0
    assert figures.bytes_sent > len(blob)
    assert figures.bytes_received > len(blob)


@pytest.mark.parametrize("line", [b"DESCRIBE rtsp://h/x", b"PLAY rtsp://h/x"])
async def test_redirects_end_the_conversation(here: Start, serve: Start, line: bytes) -> None:
    async def moved(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"RTSP/1.0 302 Moved\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.1:1/\r\n\r\n")
        await reader.read()

    port = await serve(moved)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    reply = await ask(reader, writer, line, 1)
    assert b"Location" not in reply
    assert b"X-Glimpser-Egress: egress.redirect" in reply
    assert await reader.read() == b""
    assert gate.reported == [("l", "egress.redirect")]
    writer.close()


async def test_an_answer_that_is_not_to_play_does_not_blind_the_relay(here: Start, serve: Start) -> None:
    async def tricky(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n")
        await asyncio.sleep(0.1)
        writer.write(b"RTSP/1.0 301 Moved\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.1:1/\r\n\r\n")
        await reader.read()

    port = await serve(tricky)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    await ask(reader, writer, b"DESCRIBE rtsp://h/x", 1)
    assert b"egress.redirect" in await reader.read()
    writer.close()


async def test_a_server_cannot_name_another_address_for_udp(here: Start, serve: Start) -> None:
    async def pointing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n"
            b"Transport: RTP/AVP;unicast;client_port=5000-5001;source=10.0.0.9; "
            b"Destination=10.0.0.8;server_port=6000-6001\r\n\r\n"
        )
        await reader.read()

    port = await serve(pointing)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    udp = b"Transport: RTP/AVP/UDP;unicast;client_port=5000-5001\r\n"
    reply = await ask(reader, writer, b"SETUP rtsp://h/x", 1, udp)
    assert b"client_port=5000-5001;server_port=6000-6001;source=127.0.0.1\r\n" in reply
    assert b"10.0.0." not in reply
    writer.close()


async def test_anything_but_rtsp_is_refused(here: Start, serve: Start) -> None:
    async def http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: rtsp://127.0.0.1:1/\r\n\r\n")
        await reader.read()

    port = await serve(http)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n" + AGENT + b"\r\n")
    assert b"egress.bad_message" in await asyncio.wait_for(reader.read(), 5)
    writer.close()


async def test_release_closes_the_port_and_the_connections(here: Start, serve: Start) -> None:
    port = await serve(camera())
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    await ask(reader, writer, b"PLAY rtsp://h/x", 1)
    gate.gateway.release("l")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 5)
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    writer.close()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port: int = gone.getsockname()[1]
        return port


async def test_a_target_that_is_not_there_is_told_in_answer_to_the_first_request(here: Start) -> None:
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{free_port()}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    reply = await ask(reader, writer, b"OPTIONS rtsp://h/x", 7)
    assert reply.startswith(b"RTSP/1.0 503 egress.connection_refused\r\nCSeq: 7\r\n")
    assert await reader.read() == b""
    assert gate.reported == [("l", "egress.connection_refused")]
    writer.close()


@pytest.mark.parametrize("says", [b"", b"OPTIONS", b"GET / HTTP/1.1\r\n\r\n"])
async def test_a_client_that_asks_nothing_is_not_kept(
    here: Start, monkeypatch: pytest.MonkeyPatch, says: bytes
) -> None:
    monkeypatch.setattr(relay, "REQUEST_S", 0.2)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{free_port()}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    writer.write(says)
    assert b"200" not in await asyncio.wait_for(reader.read(), 5)
    writer.close()


async def test_failures_of_the_connection_are_told_apart(
    here: Start, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"RTSP/1.0 400 Bad Request\r\n\r\n")

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    monkeypatch.setattr(resolve, "CONNECT_S", 0.5)
    gate = await here("camera=127.0.0.1")
    for target, code in (
        (f"rtsp://127.0.0.1:{free_port()}", b"egress.connection_refused"),
        (f"rtsps://127.0.0.1:{await serve(no_tls)}", b"egress.tls"),
        (f"rtsps://127.0.0.1:{await serve(hang_up)}", b"egress.tls"),
        (f"rtsps://127.0.0.1:{await serve(silent)}", b"egress.timeout"),
    ):
        opened = await gate.gateway.open("l", "camera", f"{target}/x")
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
        assert b"503 " + code in await ask(reader, writer, b"OPTIONS rtsp://h/x", 1)
        writer.close()


@pytest.mark.parametrize("first", [b"RTSP/1.0 200 OK\r\nX: ", b"RTSP/1.0 200 OK\r\nCSeq: 3\r\n\r\nRTSP"])
async def test_an_answer_that_never_gets_to_its_end_is_told(
    here: Start, serve: Start, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    monkeypatch.setattr(relay, "TRICKLE_S", 0.3)
    port = await serve(trickle)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    writer.write(b"OPTIONS rtsp://h/x RTSP/1.0\r\nCSeq: 3\r\n" + AGENT + b"\r\n")
    reply = await asyncio.wait_for(reader.read(), 5)
    assert b"RTSP/1.0 403 egress.trickle\r\nCSeq: 3\r\n" in reply
    assert gate.reported == [("l", "egress.trickle")]
    writer.close()


async def test_slow_but_complete_answers_and_slow_media_pass(
    here: Start, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for media in (b"", b"$\x00\x00"):
            head = await reader.readuntil(b"\r\n\r\n")
            cseq = re.search(rb"CSeq: (\d+)", head)
            assert cseq
            await asyncio.sleep(0.6)
            writer.write(b"RTSP/1.0 200 OK\r\n")
            await asyncio.sleep(0.2)
            writer.write(b"CSeq: %s\r\n\r\n" % cseq[1] + media)
        await asyncio.sleep(0.8)
        writer.write(b"\x01m")

    monkeypatch.setattr(relay, "TRICKLE_S", 0.4)
    port = await serve(slow)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsp://127.0.0.1:{port}/x")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    assert b"200 OK" in await ask(reader, writer, b"OPTIONS rtsp://h/x", 1)
    assert b"200 OK" in await ask(reader, writer, b"PLAY rtsp://h/x", 2)
    assert await asyncio.wait_for(reader.read(), 5) == b"$\x00\x00\x01m"
    assert gate.reported == []
    writer.close()


@pytest.mark.parametrize(
    ("url", "pinned"),
    [
        ("srt://cam.lan:9000?latency=200", "srt://10.1.2.3:9000?latency=200"),
        ("rtmp://u:p@cam.lan/app/key", "rtmp://u:p@10.1.2.3:1935/app/key"),
        ("rtmps://cam.lan/app/key", "rtmps://10.1.2.3:443/app/key"),
    ],
)
async def test_what_has_no_redirects_is_pinned_to_its_address(here: Start, url: str, pinned: str) -> None:
    gate = await here("", names={"cam.lan": ["10.1.2.3"]})
    opened = await gate.gateway.open("l", "camera", url)
    assert (opened.url, opened.proxied, opened.relayed) == (pinned, False, False)


@pytest.mark.parametrize("url", ["srt://10.1.2.3:9000?mode=listener", "srt://10.1.2.3:9000?a=1&mode=rendezvous",
                                 "rtsp://10.1.2.3/live?multicast", "rtsp://10.1.2.3/live?a=1&multicast"])  # fmt: skip
async def test_what_cannot_be_pinned_is_refused(here: Start, url: str) -> None:
    gate = await here()
    with pytest.raises(Refused) as caught:
        await gate.gateway.open("l", "camera", url)
    assert caught.value.code == "egress.unpinnable"
    assert urlsplit(url).scheme in str(caught.value)


async def test_tls_ends_in_the_relay_so_that_redirects_are_seen(here: Start, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cam")])
    now = dt.datetime.now(dt.UTC)
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "cam.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + cert.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    served = camera(after_play=b"$\x00\x00\x01m")
    server = await asyncio.start_server(served, "127.0.0.1", 0, ssl=context)
    gate = await here("camera=127.0.0.1")
    opened = await gate.gateway.open("l", "camera", f"rtsps://127.0.0.1:{server.sockets[0].getsockname()[1]}/x")
    assert opened.url.startswith("rtsp://127.0.0.1:")
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(opened.url))
    assert b"200 OK" in await ask(reader, writer, b"PLAY rtsp://h/x", 1)
    assert await reader.readexactly(5) == b"$\x00\x00\x01m"
    sent = b"".join(b"$\x01\xff\xff" + b"x" * 65535 for _ in range(8))
    writer.write(sent)
    assert await asyncio.wait_for(reader.readexactly(len(sent)), 10) == sent
    writer.close()
    gate.gateway.release("l")
    server.close()


SERVER = Path(__file__).parents[2].parent / "shared" / "tools" / "rtsp_server.py"


@pytest.fixture
async def real_camera() -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """A GStreamer RTSP server: `await real_camera("--user", "u", "--password", "p")` answers its port."""
    script = Path(os.environ.get("GLIMPSER_TEST_RTSP_SERVER", SERVER))
    if not script.exists() or shutil.which("/usr/bin/python3") is None:
        pytest.skip("needs the GStreamer RTSP server (GLIMPSER_TEST_RTSP_SERVER)")
    started: list[subprocess.Popen[bytes]] = []

    async def start(*options: str) -> int:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
        command = ["/usr/bin/python3", str(script), str(port), *options]
        process = await asyncio.to_thread(subprocess.Popen, command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        started.append(process)
        assert process.stdout
        if b"ready" not in await asyncio.to_thread(process.stdout.readline):
            pytest.skip("the GStreamer RTSP server does not run here")
        return port

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def frames(url: str, **options: str) -> int:
    options |= {"user_agent": "camera"}
    with av.open(url, options={"timeout": "5000000", **options}, timeout=10) as container:
        for count, _ in enumerate(container.decode(video=0), 1):
            if count == 5:
                return count
    return 0


@pytest.mark.parametrize("login", [(), ("--user", "u", "--password", "p")])
async def test_ffmpeg_plays_a_real_camera_through_the_relay(
    here: Start, real_camera: Start, login: tuple[str, ...]
) -> None:
    port = await real_camera(*login)
    gate = await here("camera=127.0.0.1")
    who = "u:p@" if login else ""
    opened = await gate.gateway.open("l", "camera", f"rtsp://{who}127.0.0.1:{port}/cam0")
    assert await asyncio.to_thread(frames, opened.url, rtsp_transport="tcp") == 5
    assert await asyncio.to_thread(frames, opened.url) == 5
    assert await asyncio.to_thread(frames, opened.url, rtsp_transport="udp") == 5
