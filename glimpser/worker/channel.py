"""The two channels to the peer, over anything that moves bytes.

Control messages are numbered, acknowledged and never dropped: what was not acknowledged is sent again over a new link.
The bulk channel carries pictures: a credit for each live one, the newest wins, and no stream thread ever waits for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from glimpser.protocol.framing import MAX_BULK, MAX_CONTROL, Envelope, ProtocolError, Unpacker, pack
from glimpser.protocol.messages import Picture

READ = 256 * 1024
CREDIT = 4
"""Live pictures of one stream that may be under way before the hub gives more credit."""
KEPT_BYTES = 32 * 1024 * 1024
"""Best frames and snapshots waiting for the bulk link; beyond this the oldest are dropped."""


class Link(Protocol):
    """A two-way stream of bytes."""

    async def read(self) -> bytes:
        """Some bytes; empty at the end."""

    def write(self, data: bytes) -> None:
        """Queue bytes."""

    async def drain(self) -> None:
        """Wait until the queue is short again."""

    def close(self) -> None:
        """End both directions; idempotent."""


class StreamLink:
    """A link over a connected stream socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        """Some bytes; empty at the end, also when the peer vanished."""
        try:
            return await self._reader.read(READ)
        except ConnectionError:
            return b""

    def write(self, data: bytes) -> None:
        """Queue bytes."""
        self._writer.write(data)

    async def drain(self) -> None:
        """Wait until the queue is short again; a vanished peer is noticed by ``read``."""
        try:
            await self._writer.drain()
        except ConnectionError:
            return

    def close(self) -> None:
        """End both directions."""
        self._writer.close()


class MemoryLink:
    """One end of a link within a process."""

    def __init__(self, incoming: asyncio.Queue[bytes], outgoing: asyncio.Queue[bytes]) -> None:
        self._in, self._out = incoming, outgoing
        self._ended = False

    async def read(self) -> bytes:
        """Some bytes; empty at the end."""
        return b"" if self._ended else await self._in.get()

    def write(self, data: bytes) -> None:
        """Queue bytes."""
        if not self._ended:
            self._out.put_nowait(data)

    async def drain(self) -> None:
        """Wait until the peer took most of it."""
        while self._out.qsize() > 64 and not self._ended:  # noqa: ASYNC110 - a queue tells only when it is empty
            await asyncio.sleep(0.001)

    def close(self) -> None:
        """End both directions."""
        if not self._ended:
            self._ended = True
            self._out.put_nowait(b"")
            self._in.put_nowait(b"")


def memory_links() -> tuple[MemoryLink, MemoryLink]:
    """Both ends of a link within a process."""
    left: asyncio.Queue[bytes] = asyncio.Queue()
    right: asyncio.Queue[bytes] = asyncio.Queue()
    return MemoryLink(left, right), MemoryLink(right, left)


class _Outbox:
    """Wakes the loop once for any number of messages posted from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, flush: Callable[[], None]) -> None:
        self._loop, self._flush = loop, flush
        self._lock = threading.Lock()
        self._scheduled = False

    def wake(self) -> None:
        with self._lock:
            if self._scheduled:
                return
            self._scheduled = True
        try:
            self._loop.call_soon_threadsafe(self._run)
        except RuntimeError:  # the loop ended before this thread did; nobody is left to read it
            return

    def _run(self) -> None:
        with self._lock:
            self._scheduled = False
        self._flush()


class Control:
    """One end of the control channel. ``unpacker`` makes the reader of what the peer sends."""

    def __init__(self, link: Link, unpacker: Callable[[], Unpacker[Any]], on_message: Callable[[Any], None]) -> None:
        self._link = link
        self._new_unpacker = unpacker
        self._on_message = on_message
        self._encoder = msgspec.msgpack.Encoder()
        self._queue: deque[Any] = deque()
        self._unacked: deque[Envelope[Any]] = deque()
        self._seq = self._received = self._acked = 0
        self._outbox = _Outbox(asyncio.get_running_loop(), self._flush)

    def post(self, message: Any) -> None:
        """Send a message; from any thread, never blocks."""
        self._queue.append(message)
        self._outbox.wake()

    @property
    def unacknowledged(self) -> int:
        """Messages the peer did not confirm yet."""
        return len(self._queue) + len(self._unacked)

    def _send(self, envelope: Envelope[Any]) -> None:
        self._acked = envelope.ack = self._received
        self._link.write(pack(self._encoder, envelope, MAX_CONTROL))

    def _flush(self) -> None:
        while self._queue:
            self._seq += 1
            envelope: Envelope[Any] = Envelope(self._seq, self._received, self._queue.popleft())
            self._unacked.append(envelope)
            self._send(envelope)

    async def run(self) -> None:
        """Read until the link ends. ProtocolError when the peer does not speak the protocol."""
        unpacker = self._new_unpacker()
        while data := await self._link.read():
            for envelope in unpacker.feed(data):
                while self._unacked and self._unacked[0].seq <= envelope.ack:
                    self._unacked.popleft()
                if envelope.message is None or envelope.seq <= self._received:
                    continue
                if envelope.seq != self._received + 1:
                    raise ProtocolError(f"message {envelope.seq} came after {self._received}")
                self._received = envelope.seq
                self._on_message(envelope.message)
            self._flush()
            if self._acked < self._received:
                self._send(Envelope(0, self._received))

    def resume(self, link: Link) -> None:
        """Go on over a new link: all that was not acknowledged is sent again. Call :meth:`run` again after it."""
        self._link = link
        for envelope in self._unacked:
            self._send(envelope)

    async def drain(self) -> None:
        """Wait until what was posted is written."""
        self._flush()
        await self._link.drain()


class BulkOut:
    """The sending end of the bulk channel."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._encoder = msgspec.msgpack.Encoder()
        self._lock = threading.Lock()
        self._credit: dict[str, int] = {}
        self._live: OrderedDict[tuple[str, str, int], Picture] = OrderedDict()
        self._kept: deque[Picture] = deque()
        self._kept_bytes = 0
        self.dropped: dict[str, int] = {}
        """Pictures dropped before the link, by purpose."""
        self._ready = asyncio.Event()
        self._outbox = _Outbox(asyncio.get_running_loop(), self._ready.set)

    def take_credit(self, stream_id: str) -> bool:
        """Claim the right to offer one live picture of a stream; from any thread."""
        with self._lock:
            left = self._credit.get(stream_id, CREDIT)
            if left > 0:
                self._credit[stream_id] = left - 1
            return left > 0

    def add_credit(self, stream_id: str, pictures: int) -> None:
        """The peer forwarded pictures. Credit never grows beyond what a stream starts with."""
        with self._lock:
            if stream_id in self._credit:
                self._credit[stream_id] = min(CREDIT, self._credit[stream_id] + pictures)

    def forget(self, stream_id: str) -> None:
        """The stream ended or started anew: its credit starts afresh, waiting live pictures are dropped."""
        with self._lock:
            self._credit.pop(stream_id, None)
            for key in [key for key in self._live if key[0] == stream_id]:
                del self._live[key]

    def offer(self, picture: Picture) -> None:
        """Queue a picture; from any thread, never blocks. A newer live picture replaces one that still waits."""
        with self._lock:
            if picture.purpose == "live":
                key = (picture.stream_id, picture.feed, picture.side)
                if self._live.pop(key, None) is not None:
                    self._drop("live")
                    self._credit[picture.stream_id] = self._credit.get(picture.stream_id, 0) + 1
                self._live[key] = picture
            else:
                self._kept.append(picture)
                self._kept_bytes += len(picture.jpeg)
                while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
                    self._kept_bytes -= len(self._kept.popleft().jpeg)
                    self._drop("kept")
        self._outbox.wake()

    def _drop(self, queue: str) -> None:
        self.dropped[queue] = self.dropped.get(queue, 0) + 1

    def _next(self) -> Picture | None:
        with self._lock:
            if self._kept:
                picture = self._kept.popleft()
                self._kept_bytes -= len(picture.jpeg)
                return picture
            return self._live.popitem(last=False)[1] if self._live else None

    async def run(self) -> None:
        """Write pictures as fast as the peer reads them; ends only by cancellation."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while picture := self._next():
                self._link.write(pack(self._encoder, picture, MAX_BULK))
                await self._link.drain()

    async def drain(self) -> None:
        """Wait until the link took what is queued."""
        while picture := self._next():
            self._link.write(pack(self._encoder, picture, MAX_BULK))
            await self._link.drain()
