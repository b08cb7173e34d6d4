"""How many connections there may be, and how long one may take to say what it wants; on top of Hypercorn."""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypercorn import protocol
from hypercorn.asyncio import run, tcp_server
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol import h2, ws_stream
from wsproto.events import Message
from wsproto.extensions import Extension

MOST = 1000
"""Connections at once, fewer where the process may not have as many files."""
MOST_OF_ONE = 256
"""Of one address. A proxy that is trusted may have all."""
HEAD_S = 15.0
"""From the first byte of a request to the end of its header."""
IDLE_S = 60.0
"""Without a request."""


class Connections:
    """All open connections. When there are too many, one that waits for a request makes room for the next."""

    def __init__(self, trusted: Callable[[str], bool], most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        """``trusted``: whether an address is that of a proxy which speaks for many."""
        # Half of the files stay for streams, the database and the processes.
        self._most = min(most, max(16, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2))
        self._most_of_one = most_of_one
        self._trusted = trusted
        self._open: dict[Connection, str] = {}
        self._of: Counter[str] = Counter()
        self.refused = 0

    def enter(self, connection: Connection, address: str) -> bool:
        """Whether it may stay."""
        if not self._trusted(address) and self._of[address] >= self._most_of_one and not self._evict(address):
            self.refused += 1
            return False
        if len(self._open) >= self._most and not self._evict(self._of.most_common(1)[0][0]):
            self.refused += 1
            return False
        self._open[connection] = address
        self._of[address] += 1
        return True

    def leave(self, connection: Connection) -> None:
        """It is closed."""
        address = self._open.pop(connection, None)
        if address is not None:
            self._of[address] -= 1
            self._of += Counter()  # forgets addresses without any

    def _evict(self, address: str) -> bool:
        """Close the oldest connection of an address that waits for a request; False when there is none."""
        for connection, of in self._open.items():
            if of == address and connection.idle:
                self.leave(connection)
                connection.abort()
                return True
        return False


class Limited(Config):
    """Hypercorn's settings, with all connections that they hold for."""

    def __init__(self, trusted: Callable[[str], bool]) -> None:
        super().__init__()
        self.connections = Connections(trusted)
        self.keep_alive_timeout = IDLE_S
        self.ssl_handshake_timeout = HEAD_S
        self.h11_max_incomplete_size = 16 * 1024
        self.h2_max_header_list_size = 16 * 1024
        self.websocket_max_message_size = 1024 * 1024
        self.include_server_header = False


class Connection(tcp_server.TCPServer):
    """One connection, within the limits."""

    config: Limited

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.idle = True
        self._head: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Serve it until it ends, unless there are too many."""
        peer = self.writer.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) else ""
        if not self.config.connections.enter(self, address):
            self.abort()
            return
        self._expect_head()
        try:
            await super().run()
        finally:
            self._head_came()
            self.config.connections.leave(self)

    def abort(self) -> None:
        """Close it at once."""
        self.writer.transport.abort()

    async def protocol_send(self, event: Event) -> None:
        """What the protocol wants sent; it also says when a request begins and ends."""
        if isinstance(event, Updated):
            self.idle = event.idle
            self._head_came()
        await super().protocol_send(event)

    async def _read_data(self) -> None:
        while not self.reader.at_eof():
            try:
                data = await self.reader.read(tcp_server.MAX_RECV)
            except (OSError, ssl.SSLError):
                break
            if data and self.idle:
                self._expect_head()
            try:
                await self.protocol.handle(RawData(data))
            except _TooLong:
                break
        await self.protocol.handle(Closed())

    def _expect_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(HEAD_S, self.abort)

    def _head_came(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None


class _TooLong(Exception):
    """A WebSocket message goes beyond what one may have."""


class _Message(ws_stream.WebsocketBuffer):
    """Ends the connection with a message that is too long. Hypercorn's own says so, and goes on to keep the rest."""

    def extend(self, event: Message[Any]) -> None:
        """Add a part."""
        if self.length + len(event.data) > self.max_length:
            self.clear()
            raise _TooLong
        super().extend(event)


class _Uncompressed(Extension):
    """Declines compressed messages: a small one may unfold to a thousand times its size before anybody has counted
    it, and pictures gain nothing."""

    name = "permessage-deflate"

    def offer(self) -> bool:
        return False


class _Over:
    """In place of a stream of HTTP/2 that was answered before all of its body came."""

    idle = True

    async def handle(self, event: object) -> None:
        """Drop it."""


class _Streams(dict[int, Any]):
    """Streams that are answered. Hypercorn ends the whole connection, with all that it has open, when more comes for
    another one."""

    def __missing__(self, number: int) -> Any:
        return _Over()


class _H2(h2.H2Protocol):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.streams = _Streams()


# Hypercorn has no setting for its parts.
protocol.H2Protocol = _H2  # type: ignore[attr-defined, assignment]
run.TCPServer = Connection  # type: ignore[attr-defined, assignment]
ws_stream.PerMessageDeflate = _Uncompressed  # type: ignore[attr-defined, assignment]
ws_stream.WebsocketBuffer = _Message  # type: ignore[misc]
