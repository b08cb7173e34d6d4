"""CPU of the egress for each Mbit/s that it relays, beside a relay that looks at nothing, in one run."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import uvloop

from glimpser.egress.service import EgressService

from .figures import Figures

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Load:
    """So many streams, each sending so many pieces a second of so many bytes."""

    streams: int
    pieces: int
    size: int


# Each stream has 4 Mbit/s, as a camera of two megapixels. Pictures arrive at once where the network is faster than the
# camera's; in the worst case every packet wakes the relay by itself.
PICTURES = Load(50, 25, 20_000)
PACKETS = Load(5, 360, 1_400)
CASES = {"RTSP relay": PICTURES, "RTSP relay, packet by packet": PACKETS, "HTTP proxy": PICTURES}
REPEATS = 5
SECONDS = 8.0

BARE = """
import asyncio, sys, uvloop
class Half(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.other.transport.write(data)
    def pause_writing(self):
        self.other.transport.pause_reading()
    def resume_writing(self):
        self.other.transport.resume_reading()
    def connection_lost(self, error):
        self.other.transport.close()
class Front(Half):
    first = b""
    def connection_made(self, transport):
        super().connection_made(transport)
        self.task = asyncio.ensure_future(self.join())
    def data_received(self, data):
        # The first request is on its way before there is somebody to pass it to.
        self.first = data
        self.transport.pause_reading()
    async def join(self):
        back = Half()
        await asyncio.get_running_loop().create_connection(lambda: back, "127.0.0.1", int(sys.argv[1]))
        front = Half()
        front.transport, front.other, back.other = self.transport, back, front
        for half in (front, back):
            half.transport.set_write_buffer_limits(high=256 * 1024)
        self.transport.set_protocol(front)
        back.transport.write(self.first)
        self.transport.resume_reading()
async def main():
    server = await asyncio.get_running_loop().create_server(Front, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
"""


class Camera(asyncio.Protocol):
    """Agrees to the first request of a connection and is then among those that send."""

    def __init__(self, sending: set[Any]) -> None:
        self._sending = sending
        self._asked = False

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._asked:
            self._asked = True
            rtsp = data.startswith(b"PLAY")
            self._transport.write(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n" if rtsp else b"HTTP/1.1 200 OK\r\n\r\n")
            self._sending.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._sending.discard(self._transport)


class Viewers(asyncio.Protocol):
    """All who watch by one way. ``bytes``: what reached them."""

    def __init__(self, request: bytes) -> None:
        self.bytes = 0
        self._request = request
        self._transports: list[Any] = []

    def connection_made(self, transport: Any) -> None:
        self._transports.append(transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)

    async def connect(self, port: int, count: int) -> None:
        for _ in range(count):
            await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)

    def close(self) -> None:
        for transport in self._transports:
            transport.close()


def spent(pid: int) -> float:
    """CPU seconds of one process."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


async def _send(sending: set[Any], load: Load) -> None:
    clock, piece = asyncio.get_running_loop().time, b"$\0" + (load.size - 4).to_bytes(2, "big") + bytes(load.size - 4)
    following = clock()
    while True:
        for transport in list(sending):
            transport.write(piece)
        following += 1 / load.pieces
        await asyncio.sleep(max(0.0, following - clock()))


async def _costs(by_http: bool, load: Load) -> list[tuple[float, float, float]]:
    """For each window CPU seconds per Mbit of the egress and of the bare relay, and the Mbit/s of the egress."""
    loop, sending = asyncio.get_running_loop(), set[Any]()
    cameras = await loop.create_server(lambda: Camera(sending), "127.0.0.1", 0)
    port = cameras.sockets[0].getsockname()[1]
    bare = await asyncio.create_subprocess_exec(sys.executable, "-c", BARE, str(port), stdout=subprocess.PIPE)
    assert bare.stdout is not None
    bare_port = int(await bare.stdout.readline())
    service = EgressService("camera=127.0.0.1")
    await service.start()
    sender = loop.create_task(_send(sending, load))
    try:
        scheme = "http" if by_http else "rtsp"
        opened = await service.open(f"{scheme}://127.0.0.1:{port}/a", "camera", "bench")
        if by_http:
            login = base64.b64encode(urlsplit(opened.proxy).netloc.rpartition("@")[0].encode())
            asked = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % (opened.url.encode(), port)
            ours, plain = (
                Viewers(asked + b"Proxy-Authorization: Basic " + login + b"\r\n\r\n"),
                Viewers(asked + b"\r\n"),
            )
        else:
            asked = b"PLAY %s RTSP/1.0\r\nCSeq: 1\r\n" % opened.url.encode()
            ours = Viewers(asked + b"User-Agent: " + opened.agent.encode() + b"\r\n\r\n")
            plain = Viewers(asked + b"\r\n")
        await ours.connect(service.proxy_port if by_http else urlsplit(opened.url).port or 0, load.streams)
        await plain.connect(bare_port, load.streams)
        await asyncio.sleep(2)
        assert len(sending) == 2 * load.streams
        ways = [(service.pid or 0, ours), (bare.pid, plain)]
        found = []
        for _ in range(REPEATS):
            before = [(spent(pid), viewers.bytes) for pid, viewers in ways]
            began = loop.time()
            await asyncio.sleep(SECONDS)
            after = [(spent(pid), viewers.bytes) for pid, viewers in ways]
            passed = loop.time() - began
            mbit = [(late[1] - early[1]) * 8e-6 for early, late in zip(before, after, strict=True)]
            cpu = [late[0] - early[0] for early, late in zip(before, after, strict=True)]
            found.append((cpu[0] / mbit[0], cpu[1] / mbit[1], mbit[0] / passed))
        for viewers in (ours, plain):
            viewers.close()
        return found
    finally:
        sender.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sender
        await service.stop()
        bare.kill()
        await bare.wait()
        cameras.close()
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("by", CASES)
def test_egress_per_mbit(figures: Figures, by: str) -> None:
    """Cameras by the egress, and at the same time as many by the bare relay."""
    load = CASES[by]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        windows = runner.run(_costs(by == "HTTP proxy", load))
    ours, bare, mbit = (statistics.median(window[part] for window in windows) for part in range(3))
    figures.add(f"egress, CPU per Mbit/s, {by}", 100 * ours, " % of a core")
    ratio = statistics.median(window[0] / window[1] for window in windows)
    figures.add(f"egress, CPU against a bare asyncio relay of the same bytes, {by}", ratio, "×")
    figures.note(
        f"egress, {by}: {load.streams} streams of {load.pieces} × {load.size:,} bytes a second, {mbit:.0f} Mbit/s "
        f"together: {100 * ours * mbit:.1f} % of a core; the bare relay {100 * bare * mbit:.1f} %"
    )
