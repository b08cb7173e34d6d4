"""Servers that misbehave, each on a loopback port of its own, on threads.

``with hostile.serve(hostile.silent) as port: …`` A behaviour is a function that is given one accepted socket; it may
block, the socket is shut down at the end.
"""

from __future__ import annotations

import contextlib
import http.server
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

Behaviour = Callable[[socket.socket], None]

SDP = (
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
    b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
    b"a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAFtoCgL/lwFqDAwNSgAAAAwCAAAAKR4sXUA==,aM48gA==\r\n"
)


class _Server:
    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._closed:
                client.close()
                return
            self._open.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self._behaviour(client)
        self._open.discard(client)
        client.close()

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in list(self._open):
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serve(behaviour: Behaviour) -> Iterator[int]:
    """A server with one behaviour; gives its port."""
    server = _Server(behaviour)
    try:
        yield server.port
    finally:
        server.close()


def free_port() -> int:
    """A port on which nothing listens: whoever connects is refused."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _drain(client: socket.socket) -> None:
    while client.recv(65536):
        pass


def silent(client: socket.socket) -> None:
    """Accepts, reads, and never says a word."""
    _drain(client)


def trickle(client: socket.socket) -> None:
    """Answers one byte a second, for ever."""
    answer = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: " + b"x" * 1_000_000
    for byte in answer:
        client.sendall(bytes([byte]))
        time.sleep(1)


def endless_header(client: socket.socket) -> None:
    """Answers with header lines that never end, as fast as they are taken."""
    first = client.recv(65536)
    client.sendall(b"HTTP/1.1 200 OK\r\n" if first.startswith(b"GET") else b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n")
    lines = b"".join(b"X-Line-%d: %s\r\n" % (n, b"y" * 60) for n in range(50))
    while True:
        client.sendall(lines)
        time.sleep(0.001)


def reset(client: socket.socket) -> None:
    """Resets the connection at the first request."""
    client.recv(65536)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _http(client: socket.socket, status: str, headers: str, body: bytes = b"") -> None:
    client.recv(65536)
    client.sendall(f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n".encode() + body)


def unauthorized(client: socket.socket) -> None:
    """Wants credentials and takes none: RTSP and HTTP."""
    while request := client.recv(65536):
        if request.startswith(b"GET"):
            client.sendall(
                b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n'
                b"Content-Length: 0\r\nConnection: close\r\n\r\n"
            )
            return
        client.sendall(
            b"RTSP/1.0 401 Unauthorized\r\nCSeq: %d\r\n"
            b'WWW-Authenticate: Digest realm="x", nonce="0"\r\n\r\n' % _cseq(request)
        )


def web_page(client: socket.socket) -> None:
    """A page where a video was expected."""
    page = b"<!doctype html><title>Not a video</title>" + b"<p>Nothing to see here.</p>" * 200
    _http(client, "200 OK", f"Content-Type: text/html\r\nContent-Length: {len(page)}\r\n", page)


def missing(client: socket.socket) -> None:
    """404, for RTSP and HTTP."""
    while request := client.recv(65536):
        if request.startswith(b"GET"):
            client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        client.sendall(b"RTSP/1.0 404 Not Found\r\nCSeq: %d\r\n\r\n" % _cseq(request))


def redirect(target: str) -> Behaviour:
    """302 to another address, for RTSP and HTTP."""

    def behave(client: socket.socket) -> None:
        request = client.recv(65536)
        protocol = b"HTTP/1.1" if request.startswith(b"GET") else b"RTSP/1.0"
        client.sendall(
            protocol
            + b" 302 Found\r\nCSeq: %d\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (_cseq(request), target.encode())
        )

    return behave


def _cseq(request: bytes) -> int:
    for line in request.split(b"\r\n"):
        if line.lower().startswith(b"cseq:"):
            return int(line.split(b":")[1])
    return 0


def rtsp_session(media: Behaviour, *, sdp: bytes = SDP) -> Behaviour:
    """A polite RTSP conversation up to PLAY, then ``media`` takes the socket."""

    def behave(client: socket.socket) -> None:
        while request := client.recv(65536):
            method = request.split(b" ", 1)[0]
            extra, body = b"", b""
            if method == b"OPTIONS":
                extra = b"Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
            elif method == b"DESCRIBE":
                extra, body = b"Content-Type: application/sdp\r\nContent-Length: %d\r\n" % len(sdp), sdp
            elif method == b"SETUP":
                extra = b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
            elif method == b"PLAY":
                extra = b"Session: 1\r\nRange: npt=0-\r\n"
            client.sendall(b"RTSP/1.0 200 OK\r\nCSeq: %d\r\n%s\r\n%s" % (_cseq(request), extra, body))
            if method == b"PLAY":
                media(client)
                return

    return behave


half_open = rtsp_session(_drain)
"""Says yes to everything and then sends nothing."""


def _trickled_media(client: socket.socket) -> None:
    packet = b"$\x00\xff\xff" + bytes(65535)
    for byte in packet:
        client.sendall(bytes([byte]))
        time.sleep(1)


trickled_media = rtsp_session(_trickled_media)
"""Says yes to everything and then sends one byte of a packet a second."""


def mjpeg(pictures: list[bytes], *, fps: float = 10.0, length: bool = True) -> Behaviour:
    """A multipart stream that repeats these JPEGs; one picture makes it frozen."""

    def behave(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")
        while True:
            for picture in pictures:
                size = b"Content-Length: %d\r\n" % len(picture) if length else b""
                client.sendall(b"--frame\r\nContent-Type: image/jpeg\r\n%s\r\n%s\r\n" % (size, picture))
                time.sleep(1 / fps)

    return behave


class _Files(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t", "": "application/octet-stream"}  # noqa: RUF012

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def folder(path: Path) -> Iterator[int]:
    """A folder served over HTTP (HLS playlists, files)."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(path)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
