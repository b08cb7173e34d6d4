"""Too much, too deep, too slow, too many: refused, within bounded memory, while others are served."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import statistics
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest
import websockets.sync.client
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ResponseReceived
from h2.exceptions import ProtocolError
from support.hub import until
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.extensions import PerMessageDeflate

from tests.api.conftest import ApiHub

MORE_MB = 64
"""What the hub may take for an attack."""
SERVED_S = 2.0
"""The longest that anybody else waits meanwhile."""
GIGABYTE = 1 << 30
LOGIN = b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
Figure = Callable[[str, str], None]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiHub]:
    """A hub with one stream."""
    made = ApiHub(tmp_path_factory.mktemp("floods") / "data")
    made.start()
    made.add("quiet", "rtsp://127.0.0.1:554/", enabled=False)
    yield made
    made.stop()


class Watch:
    """Meanwhile: the hub's memory, and how long somebody else waits who comes from another address."""

    def __init__(self, hub: ApiHub) -> None:
        self._hub, self._process = hub, psutil.Process(hub.pid)
        self.waits: list[float] = []
        self._over = threading.Event()

    def __enter__(self) -> Watch:
        self.peak = self.before = self._process.memory_info().rss
        self._threads = [threading.Thread(target=f, daemon=True) for f in (self._measure, self._ask)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(0.3)
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _measure(self) -> None:
        while not self._over.wait(0.005):
            self.peak = max(self.peak, self._process.memory_info().rss)

    def _ask(self) -> None:
        transport = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(
            base_url=self._hub.url, transport=transport, timeout=30, headers=self._hub.api.headers
        ) as api:
            while not self._over.is_set():
                began = time.monotonic()
                assert api.get("/api/streams").status_code == 200
                self.waits.append(time.monotonic() - began)
                time.sleep(0.05)

    @property
    def more_mb(self) -> float:
        return (self.peak - self.before) / 2**20

    def check(self, figure: Figure, what: str) -> None:
        usual, longest = statistics.median(self.waits) * 1000, max(self.waits)
        text = f"+{self.more_mb:.1f} MB, others wait {usual:.0f} ms, at most {longest:.2f} s"
        figure(f"flood, {what}", text)
        print(f"{what}: {text}")
        assert self.more_mb < MORE_MB
        assert max(self.waits) < SERVED_S


@contextlib.contextmanager
def connected(hub: ApiHub, timeout_s: float = 60.0) -> Iterator[socket.socket]:
    host, _, port = hub.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=timeout_s) as connection:
        yield connection


def answer(connection: socket.socket) -> bytes:
    """All until the hub closes; b'' where it only closes."""
    said = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        while more := connection.recv(65536):
            said += more
    return said


def pour(connection: socket.socket, piece: bytes, size: int) -> int:
    """Send until the hub closes; how much went."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < size:
            connection.sendall(piece)
            sent += len(piece)
    return sent


@pytest.mark.attack("A54", control=True)
def test_headers_without_end(hub: ApiHub, figure: Figure) -> None:
    with Watch(hub) as watch:
        for head in (b"X: " + b"a" * 65536, b"a" * 65536, (b"X: y\r\n" * 11000), b"Cookie: " + b"a=b; " * 13000):
            with connected(hub) as connection:
                connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
                sent = pour(connection, head, 64 * 2**20)
                said = answer(connection)
            assert sent < 16 * 2**20
            assert b" 200 " not in said.split(b"\r\n")[0]
    watch.check(figure, "headers without end")
    assert hub.client().get("/healthz", headers={"X": "a" * 8000}).status_code == 200


@pytest.mark.attack("A54")
def test_bodies_of_strangers(hub: ApiHub, figure: Figure) -> None:
    with Watch(hub) as watch, contextlib.ExitStack() as stack:
        for _ in range(100):
            connection = stack.enter_context(connected(hub))
            connection.sendall(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n")
            pour(connection, b"40000\r\n" + b" " * 0x40000 + b"\r\n", 4 * 2**20)
    watch.check(figure, "100 bodies of 4 MB")
    wrong = hub.client().post("/api/auth/login", content=b'{"name":"x","password":"' + b"y" * 66000 + b'"}',
                              headers={"Content-Type": "application/json"})  # fmt: skip
    assert wrong.status_code == 413


@pytest.mark.attack("A54")
def test_deep_json(hub: ApiHub, figure: Figure) -> None:
    depth = 100_000
    with Watch(hub) as watch:
        for text in ("[" * depth, "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
            for path in ("/api/streams", "/api/auth/login"):
                said = hub.api.post(path, content=text, headers={"Content-Type": "application/json"})
                assert said.status_code in (400, 413), said.text[:100]
        with websockets.sync.client.connect(
            hub.url.replace("http", "ws") + "/api/ws", additional_headers={"Authorization": f"Bearer {hub.key}"}
        ) as page:
            page.recv(5)
            page.send("[" * 60_000)
            assert '"message.invalid"' in str(page.recv(5))
    watch.check(figure, "JSON 100,000 deep")


@pytest.mark.attack("A54")
@pytest.mark.timeout(120)
def test_slow_headers_and_bodies_are_cut_off(hub: ApiHub, figure: Figure) -> None:
    """A byte a second: without limits each would hold its connection for hours. Those who ask in time are answered."""
    kinds = {
        "header": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ",
        "nothing": b"",
        "body": LOGIN + b"Content-Length: 5000\r\n\r\n{",
        "body of somebody": b"POST /api/stream-groups HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer " + hub.key.encode() + b"\r\nContent-Length: 5000\r\n\r\n{",
    }  # fmt: skip
    lasted: dict[str, list[float]] = {kind: [] for kind in kinds}

    def trickle(kind: str) -> None:
        began = time.monotonic()
        with connected(hub) as connection, contextlib.suppress(OSError):
            connection.sendall(kinds[kind])
            connection.settimeout(1.0)
            while time.monotonic() - began < 60:
                if kind != "nothing":
                    connection.sendall(b"a")
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(65536):
                        break
        lasted[kind].append(time.monotonic() - began)

    threads = [threading.Thread(target=trickle, args=(kind,)) for kind in kinds for _ in range(25)]
    with Watch(hub) as watch:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for kind, seconds in lasted.items():
        print(f"slow {kind}: cut off after {min(seconds):.0f} to {max(seconds):.0f} s")
        assert len(seconds) == 25
        assert max(seconds) < 45
    assert min(lasted["header"]) > 10  # who is merely slow is not cut off at once
    watch.check(figure, "100 slow clients")


@pytest.mark.attack("A54")
def test_many_connections_of_one_address_make_room_for_each_other(hub: ApiHub, figure: Figure) -> None:
    with Watch(hub) as watch, contextlib.ExitStack() as stack:
        opened = [stack.enter_context(connected(hub, 5)) for _ in range(600)]
        time.sleep(1)
        there = [c for c in psutil.Process(hub.pid).net_connections("tcp") if c.status == psutil.CONN_ESTABLISHED]
        print(f"{len(there)} of {len(opened)} connections are open")
        assert len(there) <= 256 + 20
        # The same address is served as well: what waits for a request makes room.
        assert hub.client().get("/healthz").status_code == 200
    watch.check(figure, "600 connections")


def streams_of(connection: socket.socket, bodies: bytes) -> dict[int, bytes]:
    """Ask for 100 sign-ins at a time over one connection of HTTP/2, and end none of them; what each was answered."""
    http, said = H2Connection(H2Configuration(client_side=True, header_encoding=None)), dict[int, bytes]()
    head = [(b":method", b"POST"), (b":path", b"/api/auth/login"), (b":scheme", b"http"), (b":authority", b"localhost"),
            (b"content-type", b"application/json")]  # fmt: skip

    def read() -> bool:
        connection.sendall(http.data_to_send())
        more = connection.recv(65536)
        for event in http.receive_data(more):
            if isinstance(event, ResponseReceived):
                said[event.stream_id] = dict(event.headers)[b":status"]
        connection.sendall(http.data_to_send())
        return bool(more)

    http.initiate_connection()
    read()
    with contextlib.suppress(OSError, ProtocolError):
        for _ in range(100):
            number, left = http.get_next_available_stream_id(), len(bodies)
            http.send_headers(number, head)
            while left and number not in said:
                size = min(left, http.local_flow_control_window(number), http.max_outbound_frame_size)
                if size <= 0 and not read():
                    return said
                if size > 0:
                    http.send_data(number, bodies[:size])
                    left -= size
        connection.sendall(http.data_to_send())
        connection.settimeout(0.3)
        while read():
            pass
    return said


@pytest.mark.serial  # how long others wait is close to its limit
@pytest.mark.attack("A54")
def test_many_requests_over_few_connections(hub: ApiHub, figure: Figure) -> None:
    """Each brings 60 KB and waits; 256 of one address may, whatever the connections are."""
    refused: list[bytes] = []
    with Watch(hub) as watch, contextlib.ExitStack() as stack:
        for _ in range(16):
            refused += streams_of(stack.enter_context(connected(hub, 10)), bytes(60_000)).values()
        print(f"{len(refused)} of 1600 requests were refused")
        assert set(refused) == {b"429"}
        assert len(refused) >= 1600 - 256
        assert hub.client().get("/api/me").json()["code"] == "requests.too_many"
        assert hub.client().get("/healthz").status_code == 200
    watch.check(figure, "1600 requests over 16 connections")
    assert until(lambda: hub.client().get("/api/me").status_code == 401, 10)  # those who left make room


@pytest.mark.attack("A54")
def test_one_who_watches_leaves_live_pictures_to_others(hub: ApiHub) -> None:
    stream, (key, other) = next(iter(hub.streams())), (hub.person(name, "viewer") for name in ("wanda", "otto"))
    with contextlib.ExitStack() as stack:

        def page(of: str) -> websockets.sync.client.ClientConnection:
            opened = websockets.sync.client.connect(
                hub.url.replace("http", "ws") + "/api/ws", additional_headers={"Authorization": f"Bearer {of}"}
            )
            made = stack.enter_context(opened)
            made.recv(5)
            return made

        def subscribe(to: websockets.sync.client.ClientConnection, count: int) -> None:
            for number in range(count):
                to.send(json.dumps({"type": "subscribe", "id": number, "stream": stream, "side": 160, "fps": 0.1}))

        pages = [page(key) for _ in range(5)]
        for opened in pages[:4]:
            subscribe(opened, 256)
        until(lambda: len(hub.get("/api/live-sessions")) == 1024, 20)
        subscribe(pages[4], 1)
        assert json.loads(pages[4].recv(5))["code"] == "live.too_many"
        control = page(other)
        subscribe(control, 1)
        until(lambda: len(hub.get("/api/live-sessions")) == 1025, 10)
        mjpeg = hub.client(key).stream("GET", f"/api/stream/{stream}/mjpeg")
        assert stack.enter_context(mjpeg).status_code == 200  # counted by itself


def bomb() -> bytes:
    """A gigabyte of zeros as one compressed WebSocket frame of a megabyte."""
    deflate = zlib.compressobj(9, wbits=-15)
    squeezed = b"".join(deflate.compress(bytes(2**20)) for _ in range(1024)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    squeezed = squeezed.removesuffix(b"\x00\x00\xff\xff")
    return b"\xc1" + struct.pack("!BQ", 0x80 | 127, len(squeezed)) + bytes(4) + squeezed


def upgrade(hub: ApiHub, connection: socket.socket) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /api/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Authorization: Bearer {hub.key}\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n".encode()
    )
    return connection.recv(4096)


@pytest.mark.attack("A54")
def test_websocket_bombs(hub: ApiHub, figure: Figure) -> None:
    long = b"\x81" + struct.pack("!BQ", 0x80 | 127, GIGABYTE) + bytes(4)
    part = b"\x01" + struct.pack("!BQ", 0x80 | 127, 2**16) + bytes(4) + bytes(2**16)
    with Watch(hub) as watch:
        for start, rest in ((bomb(), b""), (long, bytes(2**16)), (part, part.replace(b"\x01", b"\x00", 1))):
            with connected(hub) as connection:
                accepted = upgrade(hub, connection)
                assert accepted.startswith(b"HTTP/1.1 101")
                assert b"permessage-deflate" not in accepted.lower()
                with contextlib.suppress(OSError):
                    connection.sendall(start)
                if rest:
                    assert pour(connection, rest, GIGABYTE) < 64 * 2**20
                connection.settimeout(10)
                answer(connection)
    watch.check(figure, "WebSocket bombs of 1 GB")


@pytest.mark.control("A54")
def test_a_websocket_bomb_goes_off_where_messages_are_unfolded() -> None:
    deflate = PerMessageDeflate()
    deflate.accept("permessage-deflate")
    deflate._enabled = True
    naive = Connection(ConnectionType.SERVER, [deflate])
    assert naive.state is ConnectionState.OPEN
    naive.receive_data(bomb()[: 64 * 1024])
    unfolded = sum(len(getattr(event, "data", "")) for event in naive.events())
    print(f"control: 64 KB of it unfold to {unfolded / 2**20:.0f} MB")
    assert unfolded > MORE_MB * 2**20 / 2
