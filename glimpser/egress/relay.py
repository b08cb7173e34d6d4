"""Relays on loopback for protocols without a proxy of their own: RTSP and RTMP, each pinned to one target.

For RTSP the relay reads along until PLAY (or RECORD) has succeeded, lets no redirect and no other address through and
answers in the target's place where that cannot be reached; then it copies blindly. TLS ends here (rtsps, rtmps),
because a redirect inside it could not be seen otherwise; as in FFmpeg the certificate is not verified, since cameras
sign their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable

from glimpser.egress import rtsp
from glimpser.egress.errors import Refused
from glimpser.egress.leases import Lease
from glimpser.egress.pipe import TRICKLE_S, Conn, Link, Pipe
from glimpser.egress.resolve import Pinned, dial

PLAIN = {"rtsp": "rtsp", "rtsps": "rtsp", "rtmp": "rtmp", "rtmps": "rtmp"}
"""Relayed schemes, and the scheme to speak to the relay."""

REQUEST_S = 5.0


class Relay:
    """Accepts connections on a loopback port and joins each with a new one to the pinned target."""

    def __init__(self, lease: Lease, scheme: str, pinned: Pinned) -> None:
        self.pinned = pinned
        self.port = 0
        self._server: asyncio.Server | None = None
        self._lease = lease
        self._watched = PLAIN[scheme] == "rtsp"
        self._tls = _unverified() if scheme in {"rtsps", "rtmps"} else None

    async def listen(self) -> None:
        """Start to accept on a free loopback port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Conn(self._accepted), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Accept no more connections."""
        if self._server is not None:
            self._server.close()

    def _accepted(self, client: Conn) -> None:
        try:
            self._lease.admit()
        except Refused as refusal:
            self._lease.refuse(refusal)
            client.transport.abort()
            return
        client.transport.pause_reading()
        self._lease.run(asyncio.get_running_loop().create_task(self._connect(client)))

    async def _connect(self, client: Conn) -> None:
        try:
            target = await dial(self.pinned, Conn, self._tls)
        except Refused as refusal:
            self._lease.refuse(refusal)
            if self._watched:
                await _answer(client, refusal)
            else:
                client.transport.abort()
            return
        except asyncio.CancelledError:
            client.transport.abort()
            raise
        link = self._lease.link(client, target)
        if self._watched:
            Watched(link, self._lease, self.pinned.host).start(client.taken(), target.taken())
        else:
            link.join(*_blind(link), to_target=client.taken(), to_client=target.taken())


async def _answer(client: Conn, refusal: Refused) -> None:
    """Tell a client whose target cannot be reached why, in answer to its first request."""
    scanner = rtsp.Scanner()
    try:
        with contextlib.suppress(TimeoutError, Refused):
            async with asyncio.timeout(REQUEST_S):
                while data := await client.read():
                    for head in scanner.feed(data):
                        if isinstance(head, rtsp.Head):
                            client.transport.write(rtsp.refusal(head.cseq, 503, refusal.code))
                            return
    finally:
        client.transport.close()


def _blind(link: Link) -> tuple[Pipe, Pipe]:
    return Pipe(link, link.client, link.target), Pipe(link, link.target, link.client)


class Watched:
    """An RTSP conversation that is read along until its media flows."""

    def __init__(self, link: Link, lease: Lease, host: str) -> None:
        self.flowing = False
        self._link = link
        self._lease = lease
        self._host = host
        self._starts: set[bytes] = set()
        self._asked = b"0"
        self._requests = _Side(self, link, link.client, link.target, self._request)
        self._responses = _Answers(self, link, link.target, link.client, self._response)

    def start(self, to_target: bytes, to_client: bytes) -> None:
        """Begin with the bytes that were read before."""
        self._link.join(self._requests, self._responses, to_target=to_target, to_client=to_client)

    def _request(self, head: rtsp.Head) -> bytes:
        self._asked = head.cseq
        if head.method in {b"PLAY", b"RECORD"}:
            self._starts.add(head.cseq)
        return head.raw

    def _response(self, head: rtsp.Head) -> bytes:
        if 300 <= head.status < 400 or head.method == b"REDIRECT":
            raise Refused("egress.redirect", {"host": self._host, "status": head.status})
        if 200 <= head.status < 300 and head.cseq in self._starts:
            self.flowing = True
        return rtsp.without_addresses(head) if b"transport" in head.headers else head.raw

    def trickled(self) -> None:
        """The target began an answer and did not get to its end."""
        self.refused(Refused("egress.trickle", {"host": self._host}))

    def refused(self, refusal: Refused) -> None:
        """End the conversation and say why, to the client and to the lease."""
        self._lease.refuse(refusal)
        self._link.client.write(rtsp.refusal(self._asked, 403, refusal.code))
        self._link.client.close()
        self._link.target.abort()

    def flow(self) -> None:
        """Copy blindly from now on."""
        to_target, to_client = self._requests.scanner.rest(), self._responses.scanner.rest()
        self._link.join(*_blind(self._link), to_target=to_target, to_client=to_client)


class _Side(Pipe):
    """One direction of a conversation: complete messages are looked at, then passed on."""

    __slots__ = ("_look", "_watched", "scanner")

    def __init__(
        self,
        watched: Watched,
        link: Link,
        transport: asyncio.Transport,
        other: asyncio.Transport,
        look: Callable[[rtsp.Head], bytes],
    ) -> None:
        super().__init__(link, transport, other)
        self._watched = watched
        self._look = look
        self.scanner = rtsp.Scanner()

    def data_received(self, data: bytes) -> None:
        try:
            for piece in self.scanner.feed(data):
                if isinstance(piece, bytes):
                    super().data_received(piece)
                else:
                    super().data_received(self._look(piece))
        except Refused as refusal:
            self._watched.refused(refusal)
            return
        if self._watched.flowing:
            self._watched.flow()


class _Answers(_Side):
    """The target's direction, in which a message that has begun must soon be complete."""

    __slots__ = ("_overdue",)

    def __init__(
        self,
        watched: Watched,
        link: Link,
        transport: asyncio.Transport,
        other: asyncio.Transport,
        look: Callable[[rtsp.Head], bytes],
    ) -> None:
        super().__init__(watched, link, transport, other, look)
        self._overdue: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        before = self.moved
        super().data_received(data)
        if self.moved != before:
            self._stop()
        if self._overdue is None and self.scanner.pending and not self.transport.is_closing():
            self._overdue = asyncio.get_running_loop().call_later(TRICKLE_S, self._watched.trickled)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _stop(self) -> None:
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
