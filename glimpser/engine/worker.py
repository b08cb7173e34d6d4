"""One worker as its hub sees it: process, channels, handshake, what runs in it, how it ended."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

from glimpser.protocol.framing import ProtocolError
from glimpser.protocol.messages import (
    Hello,
    Log,
    Picture,
    Refused,
    Shutdown,
    ToHub,
    ToWorker,
    Welcome,
    WhyNot,
    WorkerHealth,
)
from glimpser.protocol.versions import OLDEST, VERSION

from .channel import BulkChannel, ControlChannel
from .contract import WorkerView
from .process import TERM_S, WorkerProcess

log = logging.getLogger("glimpser.engine")

READY_S = 30.0
"""How long a worker may take from its start to Welcome."""
ACTIVE_S = 10.0
"""Streams that did something this long before a crash may have caused it."""

Spawn = Callable[[str], Awaitable[WorkerProcess]]
Receive = Callable[["Worker", ToHub], Awaitable[None] | None]


class Worker:
    """``group`` is None while the worker is a spare. ``streams``: stream id → generation."""

    def __init__(
        self,
        worker_id: str,
        *,
        node_id: str,
        log_level: str,
        spawn: Spawn,
        received: Receive,
        pictured: Callable[[Worker, Picture], None],
    ) -> None:
        self.id = worker_id
        self.group: str | None = None
        self.alone = False
        self.streams: dict[str, int] = {}
        self.state: Literal["starting", "running", "draining", "stopping", "gone"] = "starting"
        self.why: WhyNot | None = None
        self.told_to_end = False
        self.ready = False
        self.since = datetime.now(UTC)
        self.heard = self.used = time.monotonic()
        self.rss = 0
        self.health: WorkerHealth | None = None
        self._active: dict[str, float] = {}
        self._spawn = spawn
        self._received = received
        self._ready = asyncio.Event()
        self._process: WorkerProcess | None = None
        self.control = ControlChannel(self._on_control, self._broken)
        self.bulk = BulkChannel(lambda picture: pictured(self, picture), self._broken)
        self.control.send(
            Hello(version=VERSION, oldest=OLDEST, worker_id=worker_id, node_id=node_id, log_level=log_level)
        )

    # --- life

    async def run(self) -> None:
        """Start the process and stay with it to its end; afterwards ``why`` says what ended it."""
        try:
            await self._live()
        except OSError as error:
            self._give_reason(WhyNot(code="worker.start_failed", params={"detail": str(error)}))
        finally:
            if self._process is not None:
                self._process.kill()
            self.control.close()
            self.bulk.close()
            self.state = "gone"

    async def _live(self) -> None:
        self._process = process = await self._spawn(self.id)
        if self.told_to_end or self.why is not None:
            process.kill()
        loop = asyncio.get_running_loop()
        await self._attach(loop, process.control, self.control)
        await self._attach(loop, process.bulk, self.bulk)
        ended = asyncio.create_task(process.wait(), name=f"worker {self.id}")
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({ended, ready}, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
            if not self.ready and not ended.done():
                self.kill(WhyNot(code="worker.start_failed", params={"detail": f"no answer within {READY_S:g} s"}))
            code = await ended
        finally:
            ready.cancel()
            ended.cancel()
        # What it sent before it died is still in the sockets.
        closed = asyncio.gather(self.control.closed.wait(), self.bulk.closed.wait())
        await asyncio.wait({closed}, timeout=2)
        closed.cancel()
        await self.control.settled(2)
        self._give_reason(self._describe_end(code))

    async def _attach(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, channel: asyncio.Protocol) -> None:
        await loop.create_unix_connection(lambda: channel, sock=sock)

    def _describe_end(self, code: int) -> WhyNot:
        output = "\n".join(self._process.last_lines)[-1000:] if self._process else ""
        if not self.ready:
            return WhyNot(code="worker.start_failed", params={"exit_code": code, "detail": output})
        if code < 0:
            return WhyNot(code="worker.crashed", params={"signal": signal.Signals(-code).name})
        return WhyNot(code="worker.crashed", params={"exit_code": code, **({"detail": output} if output else {})})

    def _give_reason(self, why: WhyNot) -> None:
        if self.why is None:
            self.why = why

    def kill(self, why: WhyNot) -> None:
        """End it now, with its children; the first reason given stays."""
        self._give_reason(why)
        if self._process is not None:
            self._process.kill()

    def shut_down(self, grace_s: float) -> None:
        """Ask it to stop its streams and end."""
        self.told_to_end = True
        self.state = "stopping"
        self._give_reason(WhyNot(code="worker.stopped"))
        self.send(Shutdown(grace_s=grace_s))

    def terminate(self, delay_s: float = 0.0) -> None:
        """SIGTERM to the whole group after ``delay_s``, SIGKILL ``TERM_S`` later."""
        if self._process is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(delay_s, self._signal, self._process.terminate)
            loop.call_later(delay_s + TERM_S, self._signal, self._process.kill)

    def _signal(self, send: Callable[[], None]) -> None:
        if self.state != "gone":
            send()

    # --- messages

    def send(self, message: ToWorker) -> None:
        """Queue a control message. ProtocolError when it is too large."""
        self.control.send(message)

    def _on_control(self, message: ToHub) -> Awaitable[None] | None:
        self.heard = time.monotonic()
        match message:
            case Welcome():
                self._welcome(message)
            case Refused():
                self.kill(WhyNot(code="worker.refused", params={"detail": message.text}))
            case _ if not self.ready:
                raise ProtocolError(f"{type(message).__name__} came before Welcome")
            case WorkerHealth():
                self.health = message
                self._active.update(dict.fromkeys(message.active, self.heard))
            case Log():
                self._log(message)
            case _:
                return self._received(self, message)
        return None

    def _welcome(self, message: Welcome) -> None:
        if not OLDEST <= message.version <= VERSION:
            text = (
                f"the worker wants to speak protocol {message.version}, this hub speaks {OLDEST} to {VERSION}: "
                "install the same version of glimpser on both sides"
            )
            self.send(Refused(text=text))
            self._give_reason(WhyNot(code="worker.refused", params={"detail": text}))
            self.control.close()  # after what was sent; the worker reads why and ends by itself
            self.terminate(1.0)
            return
        self.ready = True
        if self.state == "starting":
            self.state = "running"
        self._ready.set()

    def _log(self, message: Log) -> None:
        name = message.logger if message.logger.startswith("glimpser.") else f"glimpser.worker.{message.logger}"
        level = logging.getLevelNamesMapping().get(message.level.upper(), logging.INFO)
        logging.getLogger(name).log(
            level,
            "%s",
            message.text,
            extra={"stream_id": message.stream_id, "worker": self.id, **_safe(message.params)},
        )

    def _broken(self, text: str) -> None:
        log.error("worker %s broke the protocol: %s", self.id, text)
        self.kill(WhyNot(code="worker.protocol", params={"detail": text}))

    # --- state

    def touch(self, stream_id: str) -> None:
        """Note that a stream does something now."""
        self.used = time.monotonic()
        self._active[stream_id] = self.used

    def active(self) -> frozenset[str]:
        """Streams that did something in the last 10 s that were heard of."""
        since = self.heard - ACTIVE_S
        return frozenset(s for s in self.streams if self._active.get(s, 0.0) >= since)

    def forget(self, stream_id: str) -> None:
        """A stream is no longer placed here."""
        self.streams.pop(stream_id, None)
        self._active.pop(stream_id, None)
        self.used = time.monotonic()

    def measure(self) -> int:
        """Resident bytes now, 0 when unknown."""
        if self._process is not None and self.state != "gone":
            self.rss = self._process.measure()
        return self.rss

    def view(self) -> WorkerView:
        """As diagnostics show it."""
        health = self.health
        return WorkerView(
            id=self.id,
            pid=self._process.pid if self._process else 0,
            group=self.group or "",
            alone=self.alone,
            state=self.state,
            streams=tuple(self.streams),
            since=self.since,
            rss=self.rss,
            cpu_s=health.cpu_s if health else 0.0,
            threads=health.threads if health else 0,
            fds=health.fds if health else 0,
        )


_RESERVED = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "stream_id", "worker"}


def _safe(params: dict[str, object]) -> dict[str, object]:
    return {k: v for k, v in params.items() if k not in _RESERVED}
