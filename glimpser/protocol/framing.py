"""Frames on a byte stream: four bytes of length (big-endian), one of channel flags, then a MessagePack envelope.

Control frames are numbered and acknowledged; a sender keeps what was not acknowledged. Bulk frames are neither.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from .messages import Bulk, ToHub, ToWorker

MAX_CONTROL = 4 * 1024 * 1024
MAX_BULK = 64 * 1024 * 1024
T = TypeVar("T")


class Envelope(msgspec.Struct, Generic[T], array_like=True):
    """``seq`` numbers this side's messages from 1; ``ack`` is the highest number received from the other side.
    An envelope without a message only acknowledges."""

    seq: int
    ack: int
    message: T | None = None


class ProtocolError(Exception):
    """The peer sent what is not the protocol; the connection is of no more use."""


def pack(encoder: msgspec.msgpack.Encoder, value: Any, limit: int) -> bytes:
    """One length-prefixed frame. ProtocolError when the value is larger than ``limit`` bytes."""
    body = encoder.encode(value)
    if len(body) > limit:
        raise ProtocolError(f"a message of {len(body)} bytes is over the limit of {limit}")
    return len(body).to_bytes(4, "big") + body


class Unpacker(Generic[T]):
    """Collects bytes and gives back whole messages."""

    def __init__(self, type_: Any, limit: int) -> None:
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(type_)
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes | bytearray | memoryview) -> list[T]:
        """Messages that became whole. ProtocolError on anything malformed or too large."""
        self._buffer += data
        found: list[T] = []
        start = 0
        while len(self._buffer) - start >= 4:
            size = int.from_bytes(self._buffer[start : start + 4], "big")
            if size > self._limit:
                raise ProtocolError(f"a message of {size} bytes is over the limit of {self._limit}")
            if len(self._buffer) - start - 4 < size:
                break
            try:
                with memoryview(self._buffer) as view:
                    found.append(self._decoder.decode(view[start + 4 : start + 4 + size]))
            except msgspec.MsgspecError as error:
                raise ProtocolError(f"not a message of this protocol: {error}") from None
            start += 4 + size
        del self._buffer[:start]
        return found


def control_to_hub() -> Unpacker[Envelope[ToHub]]:
    """What the hub reads from a worker's control channel."""
    return Unpacker(Envelope[ToHub], MAX_CONTROL)


def control_to_worker() -> Unpacker[Envelope[ToWorker]]:
    """What a worker reads from its control channel."""
    return Unpacker(Envelope[ToWorker], MAX_CONTROL)


def bulk_to_hub() -> Unpacker[Bulk]:
    """What the hub reads from a worker's bulk channel."""
    return Unpacker(Bulk, MAX_BULK)
