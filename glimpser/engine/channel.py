"""The hub's ends of a worker's two channels, over any asyncio transport.

Control: numbered and acknowledged. What was not acknowledged is sent again when a new transport is attached, and what
arrives twice is handled once. Bulk: pictures, read as fast as they come.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import cast

import msgspec

from glimpser.protocol.framing import MAX_CONTROL, Envelope, ProtocolError, bulk_to_hub, control_to_hub, pack
from glimpser.protocol.messages import Picture, ToHub, ToWorker

log = logging.getLogger("glimpser.engine")

MAX_UNHANDLED = 256
"""Messages being handled at once; beyond this the worker has to wait."""
MAX_UNSENT = 64 * 1024 * 1024
"""Bytes that a worker may leave unread before it counts as hung."""

Handler = Callable[[ToHub], Awaitable[None] | None]


class _Channel(asyncio.Protocol):
    """What is attached to one transport at a time. ``closed``: the transport is gone."""

    _transport: asyncio.Transport | None = None

    def __init__(self, failed: Callable[[str], None]) -> None:
        self._failed = failed
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.closed.set()

    def close(self) -> None:
        """Detach from the transport."""
        if self._transport is not None:
            self._transport.close()

    def _fail(self, text: str) -> None:
        self.close()
        self._failed(text)


class ControlChannel(_Channel):
    """One side of the control channel. ``failed`` is called once, with words, when the peer breaks the protocol."""

    def __init__(self, handle: Handler, failed: Callable[[str], None]) -> None:
        super().__init__(failed)
        self._handle = handle
        self._encoder = msgspec.msgpack.Encoder()
        self._unpacker = control_to_hub()
        self._sent = 0
        self._unacknowledged: deque[tuple[int, bytes]] = deque()
        self._received = 0
        self._handled = 0
        self._done_early: set[int] = set()
        self._running: dict[int, asyncio.Future[None]] = {}
        self._ack_due = False

    # --- sending

    def send(self, message: ToWorker) -> None:
        """Queue a message. ProtocolError when it is too large for the channel."""
        self._sent += 1
        try:
            frame = self._pack(self._sent, message)
        except ProtocolError:
            self._sent -= 1
            raise
        self._unacknowledged.append((self._sent, frame))
        self._write(frame)

    def _pack(self, seq: int, message: ToWorker | None) -> bytes:
        self._ack_due = False
        return pack(self._encoder, Envelope(seq, self._handled, message), MAX_CONTROL)

    def _write(self, frame: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(frame)
        if transport.get_write_buffer_size() > MAX_UNSENT:
            self._fail("the worker does not read its control channel")

    # --- transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._unpacker = control_to_hub()
        self.closed.clear()
        for _, frame in list(self._unacknowledged):
            self._write(frame)

    # --- receiving

    def data_received(self, data: bytes) -> None:
        try:
            for envelope in self._unpacker.feed(data):
                self._take(envelope)
        except ProtocolError as error:
            self._fail(str(error))

    def _take(self, envelope: Envelope[ToHub]) -> None:
        while self._unacknowledged and self._unacknowledged[0][0] <= envelope.ack:
            self._unacknowledged.popleft()
        if envelope.message is None:
            return
        if envelope.seq <= self._received:
            self._acknowledge_soon()
            return
        if envelope.seq != self._received + 1:
            raise ProtocolError(f"message {envelope.seq} came after {self._received}")
        self._received = envelope.seq
        self._start(envelope.seq, envelope.message)

    def _start(self, seq: int, message: ToHub) -> None:
        try:
            work = self._handle(message)
        except Exception:
            log.exception("handling %s failed", type(message).__name__)
            work = None
        if work is None:
            self._done(seq)
            return
        task = asyncio.ensure_future(work)
        self._running[seq] = task
        task.add_done_callback(lambda done: self._finished(seq, message, done))
        if len(self._running) >= MAX_UNHANDLED and self._transport is not None:
            self._transport.pause_reading()

    def _finished(self, seq: int, message: ToHub, done: asyncio.Future[None]) -> None:
        full = len(self._running) >= MAX_UNHANDLED
        del self._running[seq]
        if full and len(self._running) < MAX_UNHANDLED and self._transport is not None:
            self._transport.resume_reading()
        if not done.cancelled() and (error := done.exception()) is not None:
            log.error("handling %s failed", type(message).__name__, exc_info=error)
        self._done(seq)

    def _done(self, seq: int) -> None:
        self._done_early.add(seq)
        while self._handled + 1 in self._done_early:
            self._handled += 1
            self._done_early.discard(self._handled)
        self._acknowledge_soon()

    def _acknowledge_soon(self) -> None:
        if not self._ack_due:
            self._ack_due = True
            asyncio.get_running_loop().call_soon(self._acknowledge)

    def _acknowledge(self) -> None:
        if self._ack_due:
            self._write(self._pack(self._sent, None))

    async def settled(self, timeout_s: float) -> None:
        """Wait until everything received was handled, at most ``timeout_s``."""
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=timeout_s)


class BulkChannel(_Channel):
    """Pictures of one worker."""

    def __init__(self, handle: Callable[[Picture], None], failed: Callable[[str], None]) -> None:
        super().__init__(failed)
        self._handle = handle
        self._unpacker = bulk_to_hub()

    def data_received(self, data: bytes) -> None:
        try:
            for picture in self._unpacker.feed(data):
                self._handle(picture)
        except ProtocolError as error:
            self._fail(str(error))
