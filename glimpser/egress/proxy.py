"""A filtering HTTP proxy on loopback: every request and CONNECT is checked, resolved once and pinned.

Redirects come back as new requests and are checked again. One request per connection: nothing that follows it can reach
a target it was not checked for. Bodies are streamed; a side that cannot keep up slows the other.
"""

from __future__ import annotations

import asyncio
import socket

import h11

from glimpser.egress import http1
from glimpser.egress.errors import Refused
from glimpser.egress.leases import Lease
from glimpser.egress.pipe import TRICKLE_S, Conn, Ignore, Pipe
from glimpser.egress.resolve import Resolver, dial
from glimpser.egress.urls import parse_url, split_authority

HEAD_S = 15.0
ANSWER_S = 90.0
STALL_S = 60.0


class Proxy:
    """Serves every lease that has a token."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tokens: dict[str, Lease] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def grant(self, lease: Lease) -> None:
        """Let who shows the lease's token out under it, for its purpose."""
        self._tokens[lease.token] = lease

    def revoke(self, lease: Lease) -> None:
        """Forget the token of a lease."""
        if self._tokens.get(lease.token) is lease:
            del self._tokens[lease.token]

    async def serve(self, listener: socket.socket) -> asyncio.Server:
        """Start to accept on a bound loopback socket."""
        return await asyncio.get_running_loop().create_server(lambda: Conn(self._accepted), sock=listener, backlog=1024)

    def close(self) -> None:
        """Cancel the connections that have no lease yet."""
        for task in self._tasks:
            task.cancel()

    def _accepted(self, client: Conn) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, client: Conn) -> None:
        try:
            parser = h11.Connection(h11.SERVER, max_incomplete_event_size=http1.MAX_HEAD)
            async with asyncio.timeout(HEAD_S):
                request = await _request(client, parser)
            lease = self._tokens.get(http1.token_of(request))
            if lease is None:
                raise Refused("egress.auth")
        except Refused as refusal:
            _answer(client, refusal)
        except (TimeoutError, h11.ProtocolError, asyncio.CancelledError):
            client.transport.abort()
        else:
            # From here on the lease owns the work, so that releasing it ends it.
            exchange = _Exchange(client, parser, lease, self._resolver)
            lease.run(asyncio.get_running_loop().create_task(exchange.run(request)))


async def _request(client: Conn, parser: h11.Connection) -> h11.Request:
    while True:
        event = parser.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            raise h11.LocalProtocolError("no request")
        data = await client.read()
        if not data:
            raise h11.LocalProtocolError("the client left")
        parser.receive_data(data)


def _answer(client: Conn, refusal: Refused) -> None:
    client.transport.write(http1.refusal(refusal))
    client.transport.close()


class _Exchange:
    """One request of a client and what becomes of it."""

    def __init__(self, client: Conn, parser: h11.Connection, lease: Lease, resolver: Resolver) -> None:
        self._client = client
        self._parser = parser
        self._lease = lease
        self._resolver = resolver
        self._target: Conn | None = None

    async def run(self, request: h11.Request) -> None:
        """Serve the request; afterwards the connections are joined or gone."""
        try:
            self._lease.admit()
            await (self._tunnel(request) if request.method == b"CONNECT" else self._forward(request))
            self._target = None
        except Refused as refusal:
            self._lease.refuse(refusal)
            _answer(self._client, refusal)
        except (TimeoutError, h11.ProtocolError):
            self._client.transport.abort()
        except asyncio.CancelledError:
            self._client.transport.abort()
            raise
        finally:
            if self._target is not None:
                self._target.transport.abort()

    async def _tunnel(self, request: h11.Request) -> None:
        host, port = split_authority(request.target.decode("ascii"))
        target = await self._connect(host, port)
        while isinstance(self._parser.next_event(), h11.EndOfMessage):
            pass
        first = self._parser.trailing_data[0] + self._client.taken()
        self._client.transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        link = self._lease.link(self._client, target)
        up, down = Pipe(link, link.client, link.target), Pipe(link, link.target, link.client)
        link.join(up, down, to_target=first, to_client=target.taken())

    async def _forward(self, request: h11.Request) -> None:
        url = parse_url(request.target.decode("ascii"), schemes=("http",), userinfo=False)
        target = await self._connect(url.host, url.port)
        origins = self._lease.origins
        shown = f"[{url.host}]" if ":" in url.host else url.host
        onward = http1.onward(
            request,
            url.tail if url.tail.startswith("/") else f"/{url.tail}",
            shown if url.port == 80 else f"{shown}:{url.port}",
            credentials=not origins or (url.host, url.port) in origins,
        )
        sender = h11.Connection(h11.CLIENT)
        await target.write(sender.send(onward) or b"")
        await self._send_body(sender, target)
        async with asyncio.timeout(ANSWER_S):
            head, rest = await _response(target, url.host)
        self._lease.hop(url.host, head.status)
        link = self._lease.link(self._client, target)
        up, down = Ignore(link, link.client, link.target), Pipe(link, link.target, link.client)
        link.join(up, down, to_client=head.raw + rest)

    async def _connect(self, host: str, port: int) -> Conn:
        pinned = await self._resolver.pin(self._lease.purpose, host, port, self._lease.hosts)
        self._target = await dial(pinned, Conn)
        return self._target

    async def _send_body(self, sender: h11.Connection, target: Conn) -> None:
        while not target.ended:
            event = self._parser.next_event()
            if isinstance(event, h11.EndOfMessage):
                await target.write(sender.send(event) or b"")
                return
            async with asyncio.timeout(STALL_S):
                if isinstance(event, h11.Data):
                    await target.write(sender.send(event) or b"")
                    continue
                if self._parser.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    await self._client.write(self._parser.send(go_on) or b"")
                self._parser.receive_data(await self._client.read())


async def _response(target: Conn, host: str) -> tuple[http1.ResponseHead, bytes]:
    """The head of the target's final answer and what came in after it. Silence is left to the client's patience."""
    try:
        async with asyncio.timeout(None) as trickle:
            return await _final_head(target, host, trickle)
    except TimeoutError:
        raise Refused("egress.trickle", {"host": host}) from None


async def _final_head(target: Conn, host: str, trickle: asyncio.Timeout) -> tuple[http1.ResponseHead, bytes]:
    data = b""
    while True:
        end = http1.HEAD_END.search(data)
        if (end.end() if end else len(data)) > http1.MAX_HEAD:
            raise Refused("egress.too_large", {"limit": http1.MAX_HEAD})
        if end is not None:
            head, data = http1.response_head(data[: end.end()]), data[end.end() :]
            if head.status >= 200:
                return head, data
            trickle.reschedule(None)
            continue
        more = await target.read()
        if not more:
            raise Refused("egress.bad_message", {"reason": f"{host} closed the connection without an answer"})
        data += more
        if trickle.when() is None:
            trickle.reschedule(asyncio.get_running_loop().time() + TRICKLE_S)
