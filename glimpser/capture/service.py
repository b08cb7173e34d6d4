"""Capture: makes what runs equal to what should run, and hands on what comes out of it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from glimpser.engine.contract import Engine, Placement, WorkerLost, WorkerView
from glimpser.engine.groups import FIRST_PARTY
from glimpser.protocol.framing import ProtocolError
from glimpser.protocol.messages import Picture, Probe, Probed, SourcePart, Start, ToHub, WhyNot
from glimpser_sdk.ids import new_id

from .crashes import Crashes
from .desired import Desired, Observer, Outlets, StreamState, StreamStore
from .inbox import Inbox
from .leases import EgressGate, Leases, Purposes, part_of
from .live import Live
from .pacing import Pacer
from .stream import Stream

log = logging.getLogger("glimpser.capture")

MOVE_S = 3.0
"""How long a stream may take to stop before it is started in another worker."""
INTERRUPTED_S = 2.0
"""How long streams wait for their open events to be closed before they start again."""


class Capture:
    """One per hub. Use it on the event loop's thread."""

    def __init__(
        self,
        engine: Engine,
        store: StreamStore,
        egress: EgressGate,
        outlets: Outlets,
        *,
        purposes: Purposes,
        cores: int | None = None,
    ) -> None:
        self._engine = engine
        self._store = store
        self._outlets = outlets
        self._streams: dict[str, Stream] = {}
        self._observers: list[Observer] = []
        self._pacer = Pacer(cores or os.cpu_count() or 1)
        self._crashes = Crashes()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._draining: set[str] = set()
        self._stopping = False
        self._probes: dict[str, str] = {}
        self._leases = Leases(engine, egress, purposes, self._serves)
        self.live = Live(engine, self._generation)
        self._inbox = Inbox(self._streams, outlets, self._leases, self._spawn, self.drain, self.live.started)

    # --- life

    async def start(self) -> None:
        """Take up work: everything that should run is started, spread over time."""
        await self._engine.start(self)
        for desired in await self._store.all_desired():
            self._reconcile(self._stream(desired.id), desired)

    async def stop(self, grace_s: float = 4.0) -> None:
        """Stop all streams and workers; takes ``grace_s`` and at most 4 s more. What they flush is handed on."""
        self._stopping = True
        self.live.close()
        for stream in self._streams.values():
            stream.cancel_timer()
        await self._engine.stop(grace_s)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=1)
        for task in self._tasks:
            task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of capture failed", exc_info=error)

    # --- desired state

    async def apply(self, stream_id: str) -> None:
        """Desired state changed: read it and act on it. Returns when the commands are on their way."""
        stream = self._stream(stream_id)
        async with stream.applying:
            desired = await self._store.desired(stream_id)
            if desired is None:
                self._remove(stream)
            elif not self._stopping:
                self._reconcile(stream, desired)

    async def restart(self, stream_id: str) -> None:
        """Start an enabled stream anew, with a clean slate. KeyError when there is none."""
        stream = self._streams[stream_id]
        async with stream.applying:
            if stream.wanted:
                self._crashes.forget(stream_id)
                self._begin(stream)

    def _stream(self, stream_id: str) -> Stream:
        if stream_id not in self._streams:
            self._streams[stream_id] = Stream(stream_id, self._changed)
        return self._streams[stream_id]

    def _reconcile(self, stream: Stream, desired: Desired) -> None:
        before, stream.desired = stream.desired, desired
        same = desired.runs_like(before)
        if not same:
            self._crashes.forget(stream.id)
        if not stream.wanted:
            self._halt(stream)
            if desired.enabled:
                stream.set(state="error", reason=desired.problem)
        elif not stream.running or not same:
            moves = stream.placed and before is not None and before.group != desired.group
            if moves:
                self._spawn(self._move(stream))
            else:
                self._begin(stream)

    def _begin(self, stream: Stream, *, apart: frozenset[str] = frozenset(), paced: bool = True) -> None:
        """Start a stream now, in a new generation. ``paced``: its host counts too."""
        desired = stream.desired
        if self._stopping or desired is None or desired.stream is None:
            return
        delay = self._pacer.delay(desired.stream.source.host if paced else "")
        generation = stream.begin(delay)
        suspect = self._crashes.suspect(stream.id)
        placement = Placement(group=desired.group or FIRST_PARTY, alone=suspect, apart=apart)
        try:
            worker_id = self._engine.place(
                Start(generation=generation, stream=desired.stream, delay_s=delay), placement
            )
        except ProtocolError as error:
            stream.set(state="error", reason=WhyNot(code="stream.too_large", params={"detail": str(error)}))
            return
        self._crashes.began(stream.id)
        stream.placed = True
        retry_at = datetime.now(UTC) + timedelta(seconds=delay) if delay > 1 else None
        stream.set(
            state="starting",
            reason=None,
            retry_at=retry_at,
            worker_id=worker_id,
            generation=generation,
            suspect=suspect,
        )
        self.live.started(stream.id)

    def _begin_later(self, stream: Stream, delay_s: float, why: WhyNot) -> None:
        stream.set(state="waiting", reason=why, retry_at=datetime.now(UTC) + timedelta(seconds=delay_s))
        stream.timer = asyncio.get_running_loop().call_later(delay_s, self._begin, stream)

    def _halt(self, stream: Stream) -> None:
        stream.cancel_timer()
        if stream.placed:
            stream.placed = False
            stream.set(state="stopping", reason=None, retry_at=None)
            self._engine.remove(stream.id, stream.generation)
        elif stream.state.state != "stopping":
            stream.set_inactive()

    def _remove(self, stream: Stream) -> None:
        self._halt(stream)
        self._crashes.forget(stream.id)
        self.live.removed(stream.id)
        self._streams.pop(stream.id, None)
        stream.set(state="removed")

    async def _move(self, stream: Stream) -> None:
        """Stop a stream and start it where it belongs now; never in two workers at once, if its old one answers."""
        if stream.placed:
            self._halt(stream)
            await stream.wait_stopped(MOVE_S)
        if stream.wanted and not stream.running:
            self._begin(stream)

    # --- actual state

    def state(self, stream_id: str) -> StreamState | None:
        """What a stream does now; None when it is unknown."""
        stream = self._streams.get(stream_id)
        return stream.state if stream else None

    def states(self) -> list[StreamState]:
        """All streams."""
        return [stream.state for stream in self._streams.values()]

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Be told of every change, on the event loop; returns how to stop that."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def _changed(self, new: StreamState, old: StreamState | None) -> None:
        for observer in list(self._observers):
            try:
                observer(new, old)
            except Exception:
                log.exception("an observer of streams failed")

    def counters(self, stream_id: str) -> dict[str, float]:
        """Counters since the hub started, by the protocol's names; see `counters.metrics`. Empty when unknown."""
        stream = self._streams.get(stream_id)
        return stream.counters.values() if stream else {}

    def diagnostics(self, stream_id: str) -> dict[str, Any]:
        """JSON values for people who look for a fault. KeyError when there is no such stream."""
        stream = self._streams[stream_id]
        worker = next((w for w in self._engine.describe() if w.id == stream.state.worker_id), None)
        return {
            "generation": stream.generation,
            "group": stream.desired.group if stream.desired else "",
            "mode": stream.state.mode,
            "mode_why": stream.state.mode_why,
            "suspect": stream.state.suspect,
            "suspect_plugin": stream.state.suspect_plugin,
            "counters": stream.counters.values(),
            "viewers": sum(s.stream_id == stream_id for s in self.live.sessions()),
            "worker": None
            if worker is None
            else {
                "id": worker.id,
                "pid": worker.pid,
                "state": worker.state,
                "streams": len(worker.streams),
                "rss": worker.rss,
                "cpu_s": worker.cpu_s,
                "threads": worker.threads,
                "fds": worker.fds,
                "since": worker.since.isoformat(),
            },
        }

    def workers(self) -> list[WorkerView]:
        """All worker processes."""
        return self._engine.describe()

    async def probe(
        self,
        source: SourcePart,
        group: str = FIRST_PARTY,
        *,
        feed: str = "main",
        media_roots: list[str] | None = None,
        timeout_s: float = 12.0,
    ) -> Probed:
        """Try a source without keeping anything. EngineError or TimeoutError when its worker failed."""
        request = Probe(
            request_id=new_id(), source=source, feed=feed, media_roots=media_roots or [], timeout_s=timeout_s
        )
        tried = f"probe-{request.request_id}"
        self._probes[tried] = source.component.plugin
        try:
            return await self._engine.probe(request, group)
        finally:
            del self._probes[tried]

    def _serves(self, worker_id: str, stream_id: str, plugin: str) -> str:
        if self._probes.get(stream_id) == plugin:
            return "source"
        stream = self._streams.get(stream_id)
        if stream is None or stream.desired is None or stream.state.worker_id != worker_id:
            return ""
        return part_of(stream.desired.stream, plugin)

    def _generation(self, stream_id: str) -> int | None:
        stream = self._streams.get(stream_id)
        return stream.generation if stream and stream.placed and stream.heard else None

    # --- what engines tell

    def received(self, worker_id: str, message: ToHub) -> Awaitable[None] | None:
        return self._inbox.received(worker_id, message)

    def pictured(self, worker_id: str, picture: Picture) -> None:
        if picture.purpose == "live":
            self.live.pictured(picture)
        else:
            self._spawn(self._outlets.best(picture))

    def lost(self, lost: WorkerLost) -> None:
        self._draining.discard(lost.worker_id)
        self._spawn(self._leases.worker_ended(lost.worker_id))
        streams = [self._streams[s] for s in lost.streams if s in self._streams]
        for stream in streams:
            stream.lost_worker(lost.why)
        if streams or lost.at_fault:
            self._spawn(self._recover(lost, streams))

    async def _recover(self, lost: WorkerLost, streams: list[Stream]) -> None:
        """Start a lost worker's streams again."""
        if streams:
            interrupted = self._outlets.interrupted([stream.id for stream in streams])
            try:
                await asyncio.wait_for(interrupted, INTERRUPTED_S)
            except TimeoutError:
                log.error("closing the events of %d interrupted streams takes too long", len(streams))
            except Exception:
                log.exception("closing the events of %d interrupted streams failed", len(streams))
        blamed = lost.active if lost.at_fault and lost.ready else frozenset[str]()
        killed = lost.why.params.get("signal") == "SIGKILL"
        suspects = self._crashes.record(blamed, killed=killed)
        group_delay = self._crashes.group_delay(lost.group, ready=lost.ready, killed=killed) if lost.at_fault else 0.0
        for stream in streams:
            if not stream.wanted or stream.running:  # changed meanwhile
                continue
            stream.counters.restarts += 1
            delay = max(group_delay, self._crashes.stream_delay(stream.id))
            if delay > 0:
                self._begin_later(stream, delay, lost.why)
            else:
                self._begin(stream, apart=blamed - {stream.id}, paced=False)
        if lost.at_fault and not self._stopping:
            await self._tell(lost, len(streams), suspects)

    async def _tell(self, lost: WorkerLost, streams: int, suspects: frozenset[str]) -> None:
        params = {**lost.why.params, "worker": lost.worker_id, "group": lost.group, "streams": streams}
        await self._outlets.system(lost.why.code, None, params)
        for stream_id in suspects:
            await self._outlets.system("stream.suspect", stream_id, {"reason": lost.why.code, **lost.why.params})

    async def drain(self, worker_id: str, stream_id: str, plugin: str) -> None:
        """A stream's thread in this worker ignores stop: the others move one by one, then the worker is ended."""
        if worker_id in self._draining:
            return
        self._draining.add(worker_id)
        suspects = self._crashes.record(frozenset({stream_id}))
        await self._outlets.system("worker.stuck", stream_id, {"worker": worker_id, "plugin": plugin})
        for suspect in suspects:
            await self._outlets.system("stream.suspect", suspect, {"reason": "worker.stuck", "plugin": plugin})
        for moving in self._engine.drain(worker_id):
            if moving in self._streams and not self._stopping:
                await self._move(self._streams[moving])
        self._engine.kill(worker_id, WhyNot(code="worker.stuck", params={"plugin": plugin}))
