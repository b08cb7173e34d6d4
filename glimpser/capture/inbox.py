"""What workers say, sorted: state is taken in at once, what must not be lost is handed on in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from glimpser.protocol.messages import (
    Counters,
    EgressAsk,
    EgressDone,
    EventChanged,
    FileReady,
    Notice,
    Status,
    Stuck,
    ToHub,
)

from .desired import Outlets
from .leases import Leases
from .stream import Stream

Drain = Callable[[str, str, str], Coroutine[Any, Any, None]]


class Inbox:
    """``spawn`` runs what the worker's acknowledgement does not wait for. ``running``: a stream spoke for the first
    time in a generation."""

    def __init__(
        self,
        streams: Mapping[str, Stream],
        outlets: Outlets,
        leases: Leases,
        spawn: Callable[[Coroutine[Any, Any, Any]], None],
        drain: Drain,
        running: Callable[[str], None],
    ) -> None:
        self._streams = streams
        self._outlets = outlets
        self._leases = leases
        self._spawn = spawn
        self._drain = drain
        self._running = running

    def received(self, worker_id: str, message: ToHub) -> Awaitable[None] | None:
        """Handle one message. Events, files and notices of older generations count: they happened."""
        match message:
            case Status():
                self._status(worker_id, message)
            case Counters():
                stream = self._streams.get(message.stream_id)
                if stream is not None and stream.generation == message.generation:
                    stream.counters.update(message.values)
            case EgressAsk():
                self._spawn(self._leases.ask(worker_id, message))
            case EgressDone():
                self._spawn(self._leases.done(worker_id, message))
            case Stuck():
                self._spawn(self._drain(worker_id, message.stream_id, message.plugin))
            case EventChanged():
                return self._in_order(message.event.stream_id, self._outlets.event, message)
            case FileReady():
                return self._in_order(message.stream_id, self._outlets.file, message)
            case Notice():
                return self._in_order(message.stream_id, self._outlets.notice, message)
        return None

    def _status(self, worker_id: str, status: Status) -> None:
        stream = self._streams.get(status.stream_id)
        if stream is not None and stream.reported(status):
            self._running(stream.id)
        if status.state == "inactive" and (stream is None or status.generation == stream.generation):
            self._spawn(self._leases.stream_ended(status.stream_id, worker_id))

    async def _in_order(self, stream_id: str, outlet: Callable[[Any], Awaitable[None]], message: Any) -> None:
        stream = self._streams.get(stream_id)
        if stream is None:
            await outlet(message)
            return
        async with stream.outgoing:
            await outlet(message)
