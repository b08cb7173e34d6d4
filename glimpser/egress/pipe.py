"""Two connections joined into one: bytes are copied with as little work per chunk as Python allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

HIGH_WATER = 256 * 1024

TRICKLE_S = 4.0
"""From the first byte of an answer's head to its end. Less than clients wait, so that they hear of it."""


class Pipe(asyncio.Protocol):
    """Copies what one connection receives to the other, pauses it while the other cannot keep up, and ends both.
    ``paid``: how many bytes may move before the link is asked for more."""

    __slots__ = ("_write", "link", "moved", "other", "paid", "transport")

    def __init__(self, link: Link, transport: asyncio.Transport, other: asyncio.Transport) -> None:
        self.link = link
        self.transport = transport
        self.other = other
        self.moved = 0
        self.paid = 0
        self._write = other.write

    def data_received(self, data: bytes) -> None:
        self.moved += len(data)
        if self.moved > self.paid and not self.link.pay(self):
            return
        self._write(data)

    def pause_writing(self) -> None:
        if not self.other.is_closing():
            self.other.pause_reading()

    def resume_writing(self) -> None:
        if not self.other.is_closing():
            self.other.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        # close() sends what is still queued, so the end of a response is not cut off.
        self.other.close()
        self.link.lost()


class Ignore(Pipe):
    """For a client that has said all it may say on this connection: whatever it still sends is dropped."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        self.moved += len(data)


class Link:
    """A client's and a target's connection, joined. `closed` is called once when both are gone."""

    __slots__ = ("_closed", "_open", "_quiet_at", "_spend", "client", "received", "sent", "target")

    def __init__(self, client: Conn, target: Conn, closed: Callable[[Link], None], spend: Callable[[int], int]) -> None:
        self.client = client.transport
        self.target = target.transport
        self.sent: Pipe | None = None
        self.received: Pipe | None = None
        self._closed = closed
        self._spend = spend
        self._open = 2 - client.lost - target.lost
        self._quiet_at = -1

    def join(self, sent: Pipe, received: Pipe, *, to_target: bytes = b"", to_client: bytes = b"") -> None:
        """Let `sent` (client to target) and `received` (target to client) do the copying from here on, after the bytes
        that were read already."""
        for before, after in ((self.sent, sent), (self.received, received)):
            if before is not None and before is not after:
                after.moved += before.moved
                after.paid += before.paid
        self.sent, self.received = sent, received
        for transport, pipe in ((self.client, sent), (self.target, received)):
            transport.set_write_buffer_limits(high=HIGH_WATER)
            transport.set_protocol(pipe)
        if to_target:
            sent.data_received(to_target)
        if to_client:
            received.data_received(to_client)
        for transport, other in ((self.client, self.target), (self.target, self.client)):
            if transport.is_closing():
                other.close()
            else:
                transport.resume_reading()
        if self._open == 0:
            self._closed(self)

    @property
    def moved(self) -> tuple[int, int]:
        """Bytes sent to the target and received from it."""
        return (self.sent.moved if self.sent else 0, self.received.moved if self.received else 0)

    def pay(self, pipe: Pipe) -> bool:
        """Take what a pipe has moved, and some more, from the budget; without that the link ends."""
        granted = self._spend(pipe.moved - pipe.paid)
        pipe.paid += granted
        if not granted:
            self.abort()
        return granted > 0

    @property
    def unspent(self) -> int:
        """What was taken from the budget and not moved."""
        return sum(max(0, pipe.paid - pipe.moved) for pipe in (self.sent, self.received) if pipe is not None)

    def is_idle(self) -> bool:
        """Whether nothing moved since the last time this was asked."""
        moved = sum(self.moved)
        idle = moved == self._quiet_at
        self._quiet_at = moved
        return idle

    def lost(self) -> None:
        """One of the two connections is gone."""
        self._open -= 1
        if self._open == 0:
            self._closed(self)

    def abort(self) -> None:
        """End both connections now."""
        self.client.abort()
        self.target.abort()


class Conn(asyncio.Protocol):
    """A connection read and written by a coroutine, until a Pipe takes it over."""

    def __init__(self, connected: Callable[[Conn], None] | None = None) -> None:
        self.transport: asyncio.Transport
        self.lost = False
        self._connected = connected
        self._buffer = bytearray()
        self._ended = False
        self._reader: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        if self._connected is not None:
            self._connected(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = self.lost = True
        self._wake()
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    @property
    def ended(self) -> bool:
        """Whether the other side is gone. What it sent before may still be there to read."""
        return self._ended

    async def read(self) -> bytes:
        """What has come in, at least one byte; empty at the end."""
        while not self._buffer and not self._ended:
            self._reader = asyncio.get_running_loop().create_future()
            self.transport.resume_reading()
            await self._reader
        return self.taken()

    def taken(self) -> bytes:
        """What has come in so far, without waiting."""
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    async def write(self, data: bytes) -> None:
        """Write and wait while the other side cannot keep up."""
        self.transport.write(data)
        await self._writable.wait()
