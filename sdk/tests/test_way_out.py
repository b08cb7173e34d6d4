"""Sources under the conformance rules have no way out but the context's egress: who takes another is told so."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from glimpser_sdk import ConfigInvalid, NotReady
from glimpser_sdk.pictures import BgrPicture
from glimpser_sdk.testing.conformance.source_run import Run
from glimpser_sdk.testing.conformance.watch import PythonWatch, Rules, Watch, watch
from glimpser_sdk.testing.conformance.way_out import WayOut

Way = Callable[[Any, int], Any]


class Canary:
    """Listens where nobody may come, and answers nothing. ``seen``: whether somebody connected or sent a datagram."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self.port))
        for one in (self._listener, self._datagrams):
            one.setblocking(False)

    @property
    def seen(self) -> bool:
        with contextlib.suppress(BlockingIOError):
            self._listener.accept()[0].close()
            return True
        with contextlib.suppress(BlockingIOError):
            return bool(self._datagrams.recv(1))
        return False

    def close(self) -> None:
        self._listener.close()
        self._datagrams.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    one = Canary()
    yield one
    one.close()


@pytest.fixture(scope="module")
def python_watch() -> PythonWatch:
    return PythonWatch()


@pytest.fixture
def runs(worker_context: Callable[..., Any]) -> Iterator[Callable[..., Run]]:
    """``runs(way, port, by=watch())``: a run of a source that takes a way."""
    with contextlib.ExitStack() as stack:

        def make(way: Way, port: int, by: Watch, source: Any = None, shape: str = "blocking") -> Run:
            rules = Rules()
            ctx = worker_context(egress=stack.enter_context(WayOut(rules)))
            stack.enter_context(by.over(rules))
            return Run(lambda: (source or Goes)(ctx, way, port), shape, by, rules)

        yield make


class Goes:
    """A source that takes a way, which may fail, and has one picture."""

    def __init__(self, ctx: Any, way: Way, port: int) -> None:
        self.ctx, self.way, self.port = ctx, way, port

    def run(self) -> Iterator[BgrPicture]:
        self.way(self.ctx, self.port)
        yield BgrPicture(np.zeros((48, 64, 3), np.uint8))

    def close(self) -> None:
        """Nothing is open."""


class GoesWhenMade(Goes):
    def __init__(self, ctx: Any, way: Way, port: int) -> None:
        super().__init__(ctx, lambda *_: None, port)
        way(ctx, port)


class GoesWhenClosed(Goes):
    def run(self) -> Iterator[BgrPicture]:
        yield BgrPicture(np.zeros((48, 64, 3), np.uint8))

    def close(self) -> None:
        self.way(self.ctx, self.port)


class GoesAsync(Goes):
    async def run(self) -> AsyncIterator[BgrPicture]:  # type: ignore[override]
        await asyncio.to_thread(self.way, self.ctx, self.port)
        yield BgrPicture(np.zeros((48, 64, 3), np.uint8))

    async def close(self) -> None:  # type: ignore[override]
        """Nothing is open."""


# --- ways past the egress ---------------------------------------------------------------------------------------------


def own_socket(ctx: Any, port: int) -> None:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        pass


def own_datagram(ctx: Any, port: int) -> None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", port))


def own_message(ctx: Any, port: int) -> None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendmsg([b"x"], [], 0, ("127.0.0.1", port))


def own_client(ctx: Any, port: int) -> None:
    with contextlib.suppress(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{port}/", timeout=0.3, trust_env=False)


def own_thread(ctx: Any, port: int) -> None:
    thread = threading.Thread(target=own_socket, args=(ctx, port))
    thread.start()
    thread.join()


def past_the_proxy(ctx: Any, port: int) -> None:
    assert ctx.egress.open(f"http://127.0.0.1:{port}/").proxy
    own_client(ctx, port)


def past_the_relay(ctx: Any, port: int) -> None:
    assert str(port) not in ctx.egress.open(f"rtsp://127.0.0.1:{port}/").url
    own_socket(ctx, port)


def over_ipv6(ctx: Any, port: int) -> None:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as own:
        own.connect(("::ffff:127.0.0.1", port))


def own_process(ctx: Any, port: int) -> None:
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=2)"
    subprocess.run([sys.executable, "-S", "-c", code], stderr=subprocess.DEVNULL)


def _library(address: str) -> None:
    av: Any = pytest.importorskip("av")
    with contextlib.suppress(av.error.FFmpegError), av.open(address, timeout=(0.5, 0.5)):
        pass


def library_by_http(ctx: Any, port: int) -> None:
    _library(f"http://127.0.0.1:{port}/a.mp4")


def library_by_rtsp(ctx: Any, port: int) -> None:
    _library(f"rtsp://127.0.0.1:{port}/a")


def library_by_udp(ctx: Any, port: int) -> None:
    av: Any = pytest.importorskip("av")
    with contextlib.suppress(av.error.FFmpegError), av.open(f"udp://127.0.0.1:{port}", "w", format="mpegts") as sent:
        stream: Any = sent.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(3):
            sent.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        sent.mux(stream.encode(None))


PYTHON = [own_socket, own_datagram, own_message, own_client, own_thread, past_the_proxy, past_the_relay]
LIBRARIES = [own_process, over_ipv6, library_by_http, library_by_rtsp, library_by_udp]


@pytest.fixture
def everything() -> Watch:
    best = watch()
    if not best.sees_libraries:
        pytest.skip("this system shows only what Python connects")
    return best


@pytest.mark.parametrize("way", [*PYTHON, *LIBRARIES])
def test_who_goes_out_by_themselves_is_told(
    way: Way, canary: Canary, runs: Callable[..., Run], everything: Watch
) -> None:
    running = runs(way, canary.port, everything).start()
    assert running.wait(1, 10), running.error
    with pytest.raises(AssertionError, match=rf"by itself, to .*:{canary.port}.*ctx\.egress\.open\(address\)"):
        running.close()
    assert not canary.seen


@pytest.mark.parametrize("way", PYTHON)
def test_python_tells_it_of_itself(
    way: Way, canary: Canary, runs: Callable[..., Run], python_watch: PythonWatch
) -> None:
    running = runs(way, canary.port, python_watch).start()
    assert running.wait(1, 10), running.error
    with pytest.raises(AssertionError, match=r"by itself, to .*ctx\.egress\.open\(address\)"):
        running.close()
    assert not canary.seen


@pytest.mark.parametrize("way", [*PYTHON, *LIBRARIES])
def test_without_a_watch_they_get_there(way: Way, canary: Canary, worker_context: Callable[..., Any]) -> None:
    """The control: each of these ways leads to the canary."""
    with WayOut(Rules()) as egress:
        going = threading.Thread(target=way, args=(worker_context(egress=egress), canary.port))
        going.start()
        going.join()
    assert canary.seen


@pytest.mark.parametrize(
    ("source", "shape"), [(GoesWhenMade, "blocking"), (GoesWhenClosed, "blocking"), (GoesAsync, "async")]
)
def test_whenever_it_goes(source: Any, shape: str, canary: Canary, runs: Callable[..., Run], everything: Watch) -> None:
    running = runs(library_by_http, canary.port, everything, source, shape).start()
    assert running.wait(1, 10), running.error
    with pytest.raises(AssertionError, match="by itself"):
        running.close()
    assert not canary.seen


# --- the way out ------------------------------------------------------------------------------------------------------


class Server:
    """Answers each connection with the same bytes. ``heads``: what was asked."""

    def __init__(self, answer: bytes) -> None:
        self.heads: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(answer,), daemon=True).start()

    def _serve(self, answer: bytes) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client:
                    self.heads.append(client.recv(65536))
                    client.sendall(answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def server() -> Iterator[Callable[[bytes], Server]]:
    made: list[Server] = []

    def start(answer: bytes) -> Server:
        made.append(Server(answer))
        return made[-1]

    yield start
    for one in made:
        one.close()


def finished(run: Run) -> None:
    assert run.start().wait(1, 10), run.error
    run.close()


@pytest.fixture(params=["system", "python"])
def either(request: pytest.FixtureRequest, python_watch: PythonWatch) -> Watch:
    return python_watch if request.param == "python" else watch()


def test_by_the_proxy(server: Callable[[bytes], Server], runs: Callable[..., Run], either: Watch) -> None:
    def fetch(ctx: Any, port: int) -> None:
        opened = ctx.egress.open(f"http://127.0.0.1:{port}/a?b=c")
        with httpx.Client(proxy=opened.proxy, trust_env=False) as client:
            for _ in range(2):
                assert client.get(opened.url).text == "hi"
            # A redirect to elsewhere is a new request, and refused.
            assert client.get("http://192.0.2.1/").headers["x-glimpser-egress"] == "egress.private"
        with httpx.Client(proxy=opened.proxy.replace("glimpser:", "else:"), trust_env=False) as client:
            assert client.get(opened.url).status_code == 407

    answers = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi")
    finished(runs(fetch, answers.port, either))
    assert len(answers.heads) == 2
    assert all(head.startswith(b"GET /a?b=c HTTP/1.1\r\n") for head in answers.heads)
    assert all(b"proxy-" not in head.lower() for head in answers.heads)


def test_by_the_client(server: Callable[[bytes], Server], runs: Callable[..., Run], either: Watch) -> None:
    def fetch(ctx: Any, port: int) -> None:
        async def ask() -> None:
            async with ctx.egress.http() as client:
                for host in ("127.0.0.1", "localhost"):
                    assert (await client.get(f"http://{host}:{port}/")).text == "hi"
                with pytest.raises(ConfigInvalid):
                    await client.get("http://192.0.2.1/")

        asyncio.run(ask())

    finished(runs(fetch, server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").port, either))


def test_the_client_opens_the_way_for_itself_only(
    server: Callable[[bytes], Server], runs: Callable[..., Run], everything: Watch
) -> None:
    def fetch(ctx: Any, port: int) -> None:
        async def ask() -> None:
            async with ctx.egress.http() as client:
                await client.get(f"http://127.0.0.1:{port}/")

        asyncio.run(ask())
        own_socket(ctx, port)

    running = runs(fetch, server(b"HTTP/1.1 204 No\r\n\r\n").port, everything).start()
    assert running.wait(1, 10), running.error
    with pytest.raises(AssertionError, match="by itself"):
        running.close()


def test_by_the_relay(server: Callable[[bytes], Server], runs: Callable[..., Run], either: Watch) -> None:
    def connect(ctx: Any, port: int) -> None:
        opened = ctx.egress.open(f"rtsp://u:p@localhost:{port}/a")
        assert ctx.egress.open(f"rtsp://u:p@localhost:{port}/a") == opened
        assert opened.url.startswith("rtsp://u:p@127.0.0.1:")
        place = ("127.0.0.1", int(opened.url.rpartition(":")[2].partition("/")[0]))
        with socket.create_connection(place) as relay:
            relay.sendall(f"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: {opened.agent}\r\n\r\n".encode())
            assert relay.recv(100) == b"hello"

    finished(runs(connect, server(b"hello").port, either))


def test_the_relay_wants_to_know_who_asks(
    server: Callable[[bytes], Server], runs: Callable[..., Run], everything: Watch
) -> None:
    def connect(ctx: Any, port: int) -> None:
        _library(ctx.egress.open(f"rtsp://127.0.0.1:{port}/a").url)

    target = server(b"hello")
    running = runs(connect, target.port, everything).start()
    assert running.wait(1, 10), running.error
    with pytest.raises(AssertionError, match="`agent` as User-Agent"):
        running.close()
    assert not target.heads


def test_to_the_pinned_address(server: Callable[[bytes], Server], runs: Callable[..., Run], either: Watch) -> None:
    def connect(ctx: Any, port: int) -> None:
        assert ctx.egress.open(f"rtmp://localhost:{port}/a").url == f"rtmp://127.0.0.1:{port}/a"
        with socket.create_connection(("127.0.0.1", port)) as own:
            own.sendall(b"x")
            assert own.recv(100) == b"hello"

    finished(runs(connect, server(b"hello").port, either))


def test_sockets_of_this_machine_are_no_way_out(runs: Callable[..., Run], either: Watch, tmp_path: Path) -> None:
    def talk(ctx: Any, port: int) -> None:
        with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as client:
            listener.bind(str(tmp_path / "s"))
            listener.listen()
            client.connect(str(tmp_path / "s"))
        a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with a, b:
            a.sendmsg([b"x"])

    finished(runs(talk, 0, either))


def test_errors_of_a_source_come_as_they_are(runs: Callable[..., Run]) -> None:
    def fail(ctx: Any, port: int) -> None:
        raise NotReady(code="net.refused")

    with pytest.raises(NotReady):
        runs(fail, 0, watch(), GoesWhenMade)
