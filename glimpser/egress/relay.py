"""Relays on loopback for RTSP, which has no proxy of its own, each pinned to one target.

A client shows its lease's token as User-Agent before the target is as much as dialled; the target sees another. The
relay reads the answers along until PLAY (or RECORD) has succeeded, lets no redirect and no other address through and
answers in the target's place where that cannot be reached; then it copies them blindly. TLS ends here (rtsps), because
a redirect inside it could not be seen otherwise; as in FFmpeg the certificate is not verified, since cameras sign their
own.
"""

from __future__ import annotations

import asyncio
import hmac
import ssl
from collections.abc import Callable
from ipaddress import ip_address

from glimpser.egress import rtsp
from glimpser.egress.errors import Refused
from glimpser.egress.leases import Lease
from glimpser.egress.pipe import TRICKLE_S, Conn, Link, Pipe
from glimpser.egress.policy import Address
from glimpser.egress.resolve import Pinned, dial

RELAYED = frozenset({"rtsp", "rtsps"})
"""Schemes that go through a relay."""

REQUEST_S = 5.0
AGENT = b"Glimpser"

Judge = Callable[[Address, int], None]
"""Raises Refused for an address and UDP port that the relay's purpose may not reach."""


class Relay:
    """Accepts connections on a loopback port and joins each with a new one to the pinned target."""

    def __init__(self, lease: Lease, scheme: str, pinned: Pinned, judge: Judge) -> None:
        self.pinned = pinned
        self.port = 0
        self._server: asyncio.Server | None = None
        self._lease = lease
        self._judge = judge
        self._tls = _unverified() if scheme == "rtsps" else None

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
        cseq = b"0"
        try:
            first, asked = await _first(client)
            cseq = asked.cseq
            if not hmac.compare_digest(asked.headers.get(b"user-agent", b""), self._lease.token.encode()):
                raise Refused("egress.auth")
            target = await dial(self.pinned, Conn, self._tls)
        except Refused as refusal:
            self._lease.refuse(refusal)
            status = 403 if refusal.code in {"egress.auth", "egress.bad_message"} else 503
            client.transport.write(rtsp.refusal(cseq, status, refusal.code))
            client.transport.close()
            return
        except (TimeoutError, ConnectionError):
            client.transport.abort()
            return
        except asyncio.CancelledError:
            client.transport.abort()
            raise
        link = self._lease.link(client, target)
        Watched(link, self._lease, self.pinned.host, self._judge).start(first + client.taken(), target.taken())


async def _first(client: Conn) -> tuple[bytes, rtsp.Head]:
    """What a client sent so far, and the first request in it."""
    scanner, read = rtsp.Scanner(), b""
    async with asyncio.timeout(REQUEST_S):
        while data := await client.read():
            read += data
            for piece in scanner.feed(data):
                if isinstance(piece, rtsp.Head):
                    return read, piece
    raise ConnectionError("the client left")


class Watched:
    """An RTSP conversation: requests are read along to their end, answers until the media flow."""

    def __init__(self, link: Link, lease: Lease, host: str, judge: Judge) -> None:
        self.flowing = False
        self._link = link
        self._lease = lease
        self._host = host
        self._judge = judge
        self._peer = ip_address(link.target.get_extra_info("peername")[0])
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
        if b"multicast" in head.headers.get(b"transport", b"").lower():
            raise Refused("egress.unpinnable", {"scheme": "rtsp", "reason": "a camera may name any multicast group"})
        # The credential stays on this machine.
        return rtsp.as_agent(head, AGENT)

    def _response(self, head: rtsp.Head) -> bytes:
        if 300 <= head.status < 400 or head.method == b"REDIRECT":
            raise Refused("egress.redirect", {"host": self._host, "status": head.status})
        if 200 <= head.status < 300 and head.cseq in self._starts:
            self.flowing = True
        if b"transport" not in head.headers:
            return head.raw
        for port in rtsp.server_ports(head):
            self._judge(self._peer, port)
        return rtsp.with_source(head, str(self._peer))

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
        """Copy the target's side blindly from now on."""
        if self._link.received is self._responses:
            down = Pipe(self._link, self._link.target, self._link.client)
            self._link.join(self._requests, down, to_client=self._responses.scanner.rest())


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
