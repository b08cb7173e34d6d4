"""The egress of a source under test: as in the hub, what it answers is not where the target is, so that whoever goes
there by themselves shows."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
import ssl
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from glimpser_sdk.contexts import Opened
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.testing.contexts import FakeEgress

from .watch import Rules

T = TypeVar("T")

PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322, "rtmp": 1935, "rtmps": 443, "srt": None}
HERE = "127.0.0.1"
_END = b"\r\n\r\n"
_BLOCK = 1 << 16
_UNREACHED = "egress.connection_refused"


class WayOut(FakeEgress):
    """Reaches this machine, through relays and a proxy of its own, and tells ``rules`` what it handed out.

    A context manager, to be entered on a thread that is not watched: its own connections come from a thread that it
    starts.
    """

    def __init__(self, rules: Rules) -> None:
        super().__init__()
        self._rules = rules
        self._token = secrets.token_urlsafe(12)
        self._login = b"Basic " + base64.b64encode(f"glimpser:{self._token}".encode())
        self._proxy = 0
        self._relays: dict[tuple[str, str, int], int] = {}
        self._servers: list[asyncio.Server] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread

    def __enter__(self) -> WayOut:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="conformance egress", daemon=True)
        self._thread.start()
        self._proxy = self._do(self._listen(None))
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self, url: str) -> Opened:
        """The relay, proxy or pinned address to use instead. ConfigInvalid for what is not this machine."""
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop()
            raise AssertionError("ctx.egress.open() blocks: call it from a thread, or use ctx.egress.http()")
        self._check(url)
        scheme, host, port = _parts(url)
        if scheme in ("http", "https"):
            return Opened(url=url, proxy=f"http://glimpser:{self._token}@{HERE}:{self._proxy}")
        if scheme not in ("rtsp", "rtsps"):
            self._rules.allow(host, port)
            return Opened(url=_at(url, host, port))
        target = scheme, host, port
        if target not in self._relays:
            self._relays[target] = self._do(self._listen(target))
            self._rules.allow_datagrams(HERE)
        return Opened(url=_at(url, HERE, self._relays[target], "rtsp"), agent=self._token)

    @contextmanager
    def _during(self, url: str) -> Iterator[None]:
        """The client's own connection may be made while it asks."""
        with super()._during(url), self._rules.passing(*_parts(url)[1:]):
            yield

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self, target: tuple[str, str, int] | None) -> int:
        """Serve a relay to a target, or the proxy; the port, which may be reached."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._serving.add(task)
            try:
                head = await reader.readuntil(_END)
                work = (
                    self._serve_proxy(head, reader, writer)
                    if target is None
                    else self._relay(target, head, reader, writer)
                )
                await work
            except (OSError, EOFError, ValueError, asyncio.LimitOverrunError, asyncio.CancelledError):
                pass  # one of the two is gone, or said what cannot be understood
            finally:
                self._serving.discard(task)
                writer.close()

        server = await asyncio.start_server(serve, HERE, 0)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        self._rules.allow(HERE, port)
        return port

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        if self._servers:
            await asyncio.sleep(0.01)  # a connection that was accepted a moment ago is served from now on
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await asyncio.sleep(0)

    async def _relay(
        self, target: tuple[str, str, int], head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        scheme, host, port = target
        sequence = _field(head, b"cseq")
        if _field(head, b"user-agent") != self._token.encode():
            self._rules.refuse("the relay of ctx.egress.open() without `agent` as User-Agent")
            writer.write(_rtsp_refusal(403, "egress.auth", sequence))
            return
        try:
            to_target = await asyncio.open_connection(host, port, ssl=_unverified() if scheme == "rtsps" else None)
        except OSError:
            writer.write(_rtsp_refusal(503, _UNREACHED, sequence))
            return
        to_target[1].write(head)
        await _join((reader, writer), to_target)

    async def _serve_proxy(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, as the hub's proxy has it."""
        first, *fields = head[: -len(_END)].split(b"\r\n")
        method, asked, _ = first.split(b" ")
        if _field(head, b"proxy-authorization") != self._login:
            writer.write(_refusal(407, "egress.auth", 'Proxy-Authenticate: Basic realm="glimpser"\r\n'))
            return
        url = f"https://{asked.decode()}/" if method == b"CONNECT" else asked.decode()
        try:
            self._check(url)
            _, host, port = _parts(url)
        except ConfigInvalid as error:
            writer.write(_refusal(403, error.reason.code))
            return
        try:
            to_target = await asyncio.open_connection(host, port)
        except OSError:
            writer.write(_refusal(403, _UNREACHED))
            return
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established" + _END)
        else:
            path = f"{urlsplit(url).path or '/'}{'?' if urlsplit(url).query else ''}{urlsplit(url).query}"
            to_target[1].write(_once([b"%s %s HTTP/1.1" % (method, path.encode()), *fields]))
            to_target = await _answered(to_target, writer)
        await _join((reader, writer), to_target)


async def _answered(
    target: tuple[asyncio.StreamReader, asyncio.StreamWriter], client: asyncio.StreamWriter
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        head = await target[0].readuntil(_END)
    except BaseException:
        target[1].close()
        raise
    client.write(_once(head[: -len(_END)].split(b"\r\n")))
    return target


def _once(lines: list[bytes]) -> bytes:
    """A head after which the connection ends, without what is meant for the proxy."""
    ours = (b"connection:", b"keep-alive:", b"proxy-")
    kept = [line for line in lines if not line.lower().startswith(ours)]
    return b"\r\n".join([*kept, b"Connection: close"]) + _END


async def _join(
    client: tuple[asyncio.StreamReader, asyncio.StreamWriter], target: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    """Copy both ways until one of the two ends."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_BLOCK):
                writer.write(data)
                await writer.drain()

    ways = [asyncio.ensure_future(copy(client[0], target[1])), asyncio.ensure_future(copy(target[0], client[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        target[1].close()


def _field(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.strip().lower() == name:
            return value.strip()
    return b""


def _parts(url: str) -> tuple[str, str, int]:
    """Scheme, address and port. ConfigInvalid for what the hub's egress knows no way for."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        raise ConfigInvalid(f"the scheme {parts.scheme!r} is not allowed here", field="url", code="egress.scheme")
    port = parts.port or PORTS[parts.scheme]
    if port is None:
        raise ConfigInvalid("a port is needed", field="url", code="egress.bad_url")
    host = parts.hostname or ""
    return parts.scheme, HERE if host == "localhost" else host, port


def _at(url: str, host: str, port: int, scheme: str = "") -> str:
    """The same URL at another place."""
    parts = urlsplit(url)
    login, at, _ = parts.netloc.rpartition("@")
    shown = f"[{host}]" if ":" in host else host
    return parts._replace(scheme=scheme or parts.scheme, netloc=f"{login}{at}{shown}:{port}").geturl()


def _refusal(status: int, code: str, fields: str = "") -> bytes:
    head = f"HTTP/1.1 {status} {code}\r\nX-Glimpser-Egress: {code}\r\n{fields}Content-Length: 0\r\nConnection: close"
    return head.encode() + _END


def _rtsp_refusal(status: int, code: str, sequence: bytes) -> bytes:
    return f"RTSP/1.0 {status} {code}\r\nCSeq: {sequence.decode()}\r\nX-Glimpser-Egress: {code}".encode() + _END


def _unverified() -> ssl.SSLContext:
    """The hub's relay does not verify either: cameras sign their own certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
