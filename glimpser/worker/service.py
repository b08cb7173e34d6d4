"""The worker's side of the protocol: takes messages, starts and stops streams, ticks once a second."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakValueDictionary

from glimpser.protocol.framing import ProtocolError, control_to_worker
from glimpser.protocol.messages import (
    Credit,
    EgressAnswer,
    Hello,
    Probe,
    Refused,
    Shutdown,
    SnapshotFailed,
    Start,
    Status,
    Stop,
    TakeSnapshot,
    Watch,
    Welcome,
    WhyNot,
    WorkerHealth,
)
from glimpser.protocol.versions import negotiate

from .channel import BulkOut, Control, Link
from .context import Surroundings
from .egress import EgressDesk
from .logs import HubHandler
from .overload import Lag, Overload, Processors
from .probe import run_probe
from .process import reap_orphans, usage
from .process_analyzer import Children
from .stream import Pools, Stream

SLICES = 10
"""Streams are ticked in as many groups at most, spread over each second."""
TOGETHER = 20
"""Streams that are ticked in one group before another is begun."""


class Service:
    """Runs until the control channel ends or Shutdown was obeyed."""

    def __init__(self, control: Link, bulk: Link) -> None:
        self._control_link, self._bulk_link = control, bulk
        self._control = Control(control, control_to_worker, self._take)
        self._bulk = BulkOut(bulk)
        self._around = Surroundings(post=self._control.post, desk=EgressDesk(self._control.post))
        self._children = Children(self._around)
        self._pools = Pools(
            chores=ThreadPoolExecutor(4, "chore"),
            analyzers=ThreadPoolExecutor(max(2, os.cpu_count() or 1), "analyzer"),
            sinks=ThreadPoolExecutor(4, "sink"),
            children=self._children,
        )
        self._stopping = ThreadPoolExecutor(32, "stop")
        self._streams: dict[str, Stream] = {}
        self._generations: dict[str, int] = {}
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Held by what a stream is told, in the order it came."""
        self._slots: dict[str, int] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._moved: set[str] = set()
        self._lags: dict[str, Lag] = {}
        self._overload, self._processors = Overload(), Processors()
        self._greeted = False
        self._end = asyncio.Event()

    # --- life -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve; returns when it is over."""
        handler = HubHandler(self._control.post)
        log = logging.getLogger("glimpser")
        log.addHandler(handler)
        try:
            await self._serve()
        finally:
            log.removeHandler(handler)
            await self._close()

    async def _serve(self) -> None:
        watch_bulk = asyncio.create_task(self._watch_bulk())
        tasks = [asyncio.create_task(work) for work in (self._control.run(), self._bulk.run(), self._ticks())]
        end = asyncio.create_task(self._end.wait())
        try:
            await asyncio.wait([tasks[0], end], return_when=asyncio.FIRST_COMPLETED)
            if tasks[0].done() and (error := tasks[0].exception()) is not None:
                text = str(error) if isinstance(error, ProtocolError) else f"{type(error).__name__}: {error}"
                self._control.post(Refused(text=text))
                await self._control.drain()
        finally:
            for task in (*tasks, end, watch_bulk):
                task.cancel()
            await asyncio.gather(*tasks, end, watch_bulk, return_exceptions=True)

    async def _watch_bulk(self) -> None:
        """The hub sends nothing over bulk; reading only notices its end."""
        while await self._bulk_link.read():
            continue

    async def _close(self) -> None:
        for stream in list(self._streams.values()):
            self._spawn(self._stop(stream.id, stream.generation))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        self._children.close()
        await self._bulk.drain()
        await self._control.drain()
        for pool in (self._pools.chores, self._pools.analyzers, self._pools.sinks, self._stopping):
            pool.shutdown(wait=False, cancel_futures=True)
        self._control_link.close()
        self._bulk_link.close()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logging.getLogger("glimpser.worker").error("a task failed", exc_info=error)

    # --- messages -------------------------------------------------------------------------------------------------

    def _take(self, message: Any) -> None:
        if not self._greeted and not isinstance(message, (Hello, Refused)):
            raise ProtocolError("the first message was not Hello")
        match message:
            case Hello():
                self._hello(message)
            case Start():
                if message.generation >= self._generations.get(message.stream.id, 0):
                    self._generations[message.stream.id] = message.generation
                    self._spawn(self._start(message))
            case Stop():
                self._spawn(self._stop(message.stream_id, message.generation))
            case Watch() | TakeSnapshot():
                self._spawn(self._show(message))
            case Probe():
                self._spawn(run_probe(message, self._around, self._pools.chores))
            case EgressAnswer():
                self._around.desk.answer(message)
            case Credit():
                self._bulk.add_credit(message.stream_id, message.pictures)
                if (running := self._streams.get(message.stream_id)) is not None:
                    running.refill()
            case Shutdown():
                self._spawn(self._shutdown(message.grace_s))
            case Refused():
                self._end.set()

    def _hello(self, message: Hello) -> None:
        self._around.log_level = logging.getLevelNamesMapping().get(message.log_level.upper(), logging.INFO)
        logging.getLogger("glimpser").setLevel(self._around.log_level)
        try:
            version = negotiate(message.version, message.oldest)
        except ValueError as error:
            self._control.post(Refused(text=str(error)))
            self._end.set()
            return
        self._greeted = True
        self._control.post(Welcome(version=version, pid=os.getpid(), python=platform.python_version()))

    async def _show(self, message: Watch | TakeSnapshot) -> None:
        async with self._turn(message.stream_id):
            stream = self._streams.get(message.stream_id)
            if stream is not None and stream.generation != message.generation:
                stream = None
            if isinstance(message, Watch):
                if stream is not None:
                    stream.watch(message.views, message.feed)
            elif stream is not None:
                stream.take_snapshot(message)
            else:
                why = WhyNot(code="stream.not_running")
                self._control.post(SnapshotFailed(request_id=message.request_id, why=why))

    def _turn(self, stream_id: str) -> asyncio.Lock:
        return self._turns.setdefault(stream_id, asyncio.Lock())

    # --- streams --------------------------------------------------------------------------------------------------

    async def _start(self, message: Start) -> None:
        stream_id = message.stream.id
        async with self._turn(stream_id):
            await self._end_stream(stream_id)
            if message.generation < self._generations.get(stream_id, 0):
                return
            stream = Stream(message, self._around, self._pools, self._bulk)
            self._streams[stream_id] = stream
            self._slots[stream_id] = self._free_slot()
            stream.start()

    def _free_slot(self) -> int:
        """The first with room, so that a worker with few streams wakes once a second and writes to the hub once."""
        taken = Counter(self._slots.values())
        return min(range(SLICES), key=lambda slot: max(0, taken[slot] - TOGETHER + 1))

    async def _stop(self, stream_id: str, generation: int) -> None:
        async with self._turn(stream_id):
            stream = self._streams.get(stream_id)
            if stream is None or stream.generation > generation:
                if stream is None:
                    self._control.post(Status(stream_id=stream_id, generation=generation, state="inactive"))
                return
            await self._end_stream(stream_id)

    async def _end_stream(self, stream_id: str) -> None:
        stream = self._streams.pop(stream_id, None)
        self._slots.pop(stream_id, None)
        self._lags.pop(stream_id, None)
        if stream is not None:
            await asyncio.get_running_loop().run_in_executor(self._stopping, stream.stop)

    async def _shutdown(self, grace_s: float) -> None:
        for stream in self._streams.values():
            self._stopping.submit(stream.begin_stop)
        stops = [self._stop(stream.id, stream.generation) for stream in list(self._streams.values())]
        try:
            async with asyncio.timeout(grace_s):
                await asyncio.gather(*stops)
        except TimeoutError:
            logging.getLogger("glimpser.worker").warning("not all streams stopped within %s s", grace_s)
        self._end.set()

    # --- once a second --------------------------------------------------------------------------------------------

    async def _ticks(self) -> None:
        second = time.monotonic()
        while True:
            for slot in sorted(set(self._slots.values())):
                await asyncio.sleep(max(0.0, second + slot / SLICES - time.monotonic()))
                for stream_id, stream in list(self._streams.items()):
                    if self._slots.get(stream_id) == slot and stream.tick(self._overload.level):
                        self._moved.add(stream_id)
            second = max(second + 1.0, time.monotonic())
            await asyncio.sleep(second - time.monotonic())
            self._second()

    def _second(self) -> None:
        lags = [
            self._lags.setdefault(stream_id, Lag()).of(stream.analysis.feed)
            for stream_id, stream in self._streams.items()
            if stream.analysis.feed.mode != "none"
        ]
        self._overload.second(lags, self._processors.short())
        reap_orphans(self._children.pids)
        rss, cpu_s, threads, files = usage()
        active, self._moved = sorted(self._moved), set()
        if self._greeted:
            self._control.post(WorkerHealth(rss=rss, cpu_s=cpu_s, threads=threads, fds=files, active=active))
