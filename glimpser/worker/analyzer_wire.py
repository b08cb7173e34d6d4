"""What a worker and its analyzer children say to each other over a socket pair; pixels lie in shared memory."""

from __future__ import annotations

import socket
import threading
from datetime import datetime
from typing import Any

import msgspec

from glimpser.protocol.framing import ProtocolError, Unpacker, pack
from glimpser.protocol.messages import Component, EgressAnswer, EgressAsk, EgressDone, Log, Notice, RegionPart
from glimpser_sdk.observations import Observation

LIMIT = 16 * 1024 * 1024


class Open(msgspec.Struct, tag="open"):
    """Make an instance, known by ``key`` from now on."""

    key: int
    component: Component
    stream_id: str
    stream_name: str
    regions: list[RegionPart]
    folder: str
    generation: int
    log_level: int


class View(msgspec.Struct):
    """A frame whose view lies at ``offset`` in the shared memory; ``shape`` is empty for a JPEG of ``size`` bytes."""

    offset: int
    size: int
    shape: list[int]
    feed: str
    sequence: int
    captured_at: datetime
    received_at: datetime
    mono_ns: int
    time_s: float
    dt: float
    key: bool
    width: int
    height: int
    meta: dict[str, Any]


class Frames(msgspec.Struct, tag="frames"):
    """Analyse a batch. ``memory``: size of the shared memory now."""

    key: int
    views: list[View]
    memory: int


class Close(msgspec.Struct, tag="close"):
    """Free an instance."""

    key: int


class Results(msgspec.Struct, tag="results"):
    """Observations for each frame of the last batch, or the error of the last command."""

    observations: list[list[Observation]] = []
    error: str = ""


ToChild = Open | Frames | Close | EgressAnswer
FromChild = Results | Log | Notice | EgressAsk | EgressDone


class Wire:
    """One end, blocking. EOFError when the other end is gone."""

    def __init__(self, end: socket.socket, receives: Any) -> None:
        self._socket = end
        self._unpacker: Unpacker[Any] = Unpacker(receives, LIMIT)
        self._encoder = msgspec.msgpack.Encoder()
        self._pending: list[Any] = []
        self._sending = threading.Lock()

    def send(self, message: Any) -> None:
        """Write a message; from any thread."""
        try:
            with self._sending:
                self._socket.sendall(pack(self._encoder, message, LIMIT))
        except OSError as error:
            raise EOFError(str(error)) from None

    def receive(self, timeout: float | None = None) -> Any:
        """The next message. TimeoutError when none came within ``timeout`` seconds between two pieces of it."""
        while not self._pending:
            self._socket.settimeout(timeout)
            try:
                data = self._socket.recv(256 * 1024)
            except TimeoutError:
                raise
            except OSError as error:
                raise EOFError(str(error)) from None
            if not data:
                raise EOFError("the other end is gone")
            try:
                self._pending += self._unpacker.feed(data)
            except ProtocolError as error:
                raise EOFError(str(error)) from None
        return self._pending.pop(0)

    def close(self) -> None:
        """End both directions."""
        self._socket.close()
