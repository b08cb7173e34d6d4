"""The engine of one machine: workers are child processes of the hub."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glimpser.protocol.messages import (
    Credit,
    EgressAnswer,
    LiveView,
    Picture,
    Probe,
    Probed,
    SnapshotFailed,
    Start,
    Status,
    Stop,
    TakeSnapshot,
    ToHub,
    Watch,
    WhyNot,
)

from .contract import EngineError, EngineListener, Placement, WorkerLost, WorkerView
from .groups import choose
from .process import TERM_S, WorkerProcess, environment, sweep
from .worker import Worker

log = logging.getLogger("glimpser.engine")

CHECK_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalOptions:
    """``python``: the workers' interpreter, '' = the hub's; ``interpreters``: those of single groups. ``python_path``:
    folders put before PYTHONPATH. ``memory_limit``: resident bytes at which a worker is restarted. ``silence_s``: a
    worker that says nothing for so long is hung. ``idle_s``: a worker without streams ends after this. ``spares``:
    workers kept ready, begun ``spare_after_s`` after another one: until then the processor is the streams'."""

    data_dir: Path
    node_id: str = ""
    log_level: str = "INFO"
    python: str = ""
    interpreters: Mapping[str, str] = field(default_factory=dict)
    python_path: tuple[str, ...] = ()
    memory_limit: int = 2 * 1024**3
    silence_s: float = 15.0
    idle_s: float = 60.0
    spares: int = 1
    spare_after_s: float = 10.0
    cores: int = os.cpu_count() or 1


class LocalEngine:
    """See `Engine`. Create and use it on the main thread's event loop."""

    def __init__(self, options: LocalOptions) -> None:
        self._options = options
        self._workers: dict[str, Worker] = {}
        self._where: dict[str, Worker] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[str, tuple[Worker, asyncio.Future[Any]]] = {}
        self._numbers = itertools.count(1)
        self._listener: EngineListener
        self._check: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self, listener: EngineListener) -> None:
        self._listener = listener
        killed = await asyncio.to_thread(sweep, self._options.data_dir)
        if killed:
            log.warning("ended %d workers that an earlier hub left behind", len(killed))
        self._check = asyncio.create_task(self._check_workers(), name="worker check")

    # --- streams

    def place(self, start: Start, placement: Placement) -> str:
        stream_id = start.stream.id
        open_ = [w for w in self._workers.values() if w.state in ("starting", "running") and w.why is None]
        worker = choose(open_, stream_id, placement, self._options.cores) or self._new(placement.group, placement.alone)
        old = self._where.get(stream_id)
        worker.send(start)
        if old is not None and old is not worker:
            self._stop_in(old, stream_id)
        worker.streams[stream_id] = start.generation
        worker.touch(stream_id)
        self._where[stream_id] = worker
        return worker.id

    def remove(self, stream_id: str, generation: int) -> None:
        worker = self._where.pop(stream_id, None)
        if worker is not None:
            self._stop_in(worker, stream_id)

    def _stop_in(self, worker: Worker, stream_id: str) -> None:
        # It stays counted in the worker until it says inactive: a stream that ends badly is still a suspect.
        worker.touch(stream_id)
        worker.send(Stop(stream_id=stream_id, generation=worker.streams[stream_id]))

    def watch(self, stream_id: str, generation: int, views: list[LiveView], feed: str) -> None:
        if (worker := self._where.get(stream_id)) is not None:
            worker.send(Watch(stream_id=stream_id, generation=generation, views=views, feed=feed))

    def credit(self, stream_id: str, pictures: int) -> None:
        if (worker := self._where.get(stream_id)) is not None:
            worker.send(Credit(stream_id=stream_id, pictures=pictures))

    def answer(self, worker_id: str, answer: EgressAnswer) -> None:
        if (worker := self._workers.get(worker_id)) is not None:
            worker.send(answer)

    # --- requests

    async def snapshot(self, request: TakeSnapshot) -> Picture:
        worker = self._where.get(request.stream_id)
        if worker is None:
            raise EngineError(WhyNot(code="stream.not_running"))
        picture: Picture = await self._ask(worker, request, request.timeout_s + 2)
        return picture

    async def probe(self, request: Probe, group: str) -> Probed:
        # In a worker of its own group: a target that kills a decoder must not take running streams along.
        name = f"probe {group}"
        open_ = (w for w in self._workers.values() if w.group == name and w.state in ("starting", "running"))
        worker = next((w for w in open_ if w.why is None), None) or self._new(name, False, python_of=group)
        probed: Probed = await self._ask(worker, request, request.timeout_s + 5)
        return probed

    async def _ask(self, worker: Worker, request: TakeSnapshot | Probe, timeout_s: float) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[request.request_id] = (worker, future)
        worker.used = time.monotonic()
        try:
            worker.send(request)
            return await asyncio.wait_for(future, timeout_s)
        finally:
            del self._waiting[request.request_id]

    def _settle(self, request_id: str, result: Picture | Probed | EngineError) -> None:
        _, future = self._waiting.get(request_id, (None, None))
        if future is None or future.done():
            return
        if isinstance(result, EngineError):
            future.set_exception(result)
        else:
            future.set_result(result)

    # --- what comes back

    def _received(self, worker: Worker, message: ToHub) -> Awaitable[None] | None:
        match message:
            case Probed():
                self._settle(message.request_id, message)
                return None
            case SnapshotFailed():
                self._settle(message.request_id, EngineError(message.why))
                return None
            case Status(state="inactive") if worker.streams.get(message.stream_id) == message.generation:
                worker.forget(message.stream_id)
                if self._where.get(message.stream_id) is worker:
                    del self._where[message.stream_id]
        return self._listener.received(worker.id, message)

    def _pictured(self, worker: Worker, picture: Picture) -> None:
        if picture.request_id:
            self._settle(picture.request_id, picture)
        else:
            self._listener.pictured(worker.id, picture)

    # --- workers

    def _new(self, group: str, alone: bool, python_of: str | None = None) -> Worker:
        """A worker for a group: a spare where one is ready and has the right interpreter."""
        python = self._options.interpreters.get(python_of or group)
        worker = next((w for w in self._spares() if w.why is None), None) if python is None else None
        worker = worker or self._spawn(python or self._options.python)
        worker.group, worker.alone = group, alone
        worker.used = time.monotonic()
        if self._check is not None:
            asyncio.get_running_loop().call_later(self._options.spare_after_s, self._refill)
        return worker

    def _spares(self) -> list[Worker]:
        return [w for w in self._workers.values() if w.group is None and w.state in ("starting", "running")]

    def _refill(self) -> None:
        busy = any(w.state == "starting" for w in self._workers.values())
        if not self._stopping and not busy and len(self._spares()) < self._options.spares:
            self._spawn(self._options.python)

    def _spawn(self, python: str) -> Worker:
        env = environment(self._options.data_dir, self._options.python_path)

        async def spawn(name: str) -> WorkerProcess:
            return await WorkerProcess.spawn(name, python, env)

        worker = Worker(
            f"w{next(self._numbers)}",
            node_id=self._options.node_id,
            log_level=self._options.log_level,
            spawn=spawn,
            received=self._received,
            pictured=self._pictured,
        )
        self._workers[worker.id] = worker
        task = asyncio.create_task(self._keep(worker), name=f"keep {worker.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return worker

    async def _keep(self, worker: Worker) -> None:
        try:
            await worker.run()
        except Exception as error:
            log.exception("worker %s", worker.id)
            worker.why = worker.why or WhyNot(code="worker.start_failed", params={"detail": str(error)})
        del self._workers[worker.id]
        why = worker.why or WhyNot(code="worker.crashed")
        streams = tuple(s for s in worker.streams if self._where.get(s, worker) is worker)
        for stream_id in streams:
            self._where.pop(stream_id, None)
        for request_id, (asked, _) in list(self._waiting.items()):
            if asked is worker:
                self._settle(request_id, EngineError(why))
        log.log(logging.INFO if worker.told_to_end else logging.WARNING, "worker %s ended: %s", worker.id, why)
        lost = WorkerLost(
            worker_id=worker.id,
            group=worker.group or "",
            streams=streams,
            active=worker.active(),
            why=why,
            ready=worker.ready,
            at_fault=not worker.told_to_end,
        )
        self._listener.lost(lost)

    def drain(self, worker_id: str) -> tuple[str, ...]:
        worker = self._workers.get(worker_id)
        if worker is None:
            return ()
        worker.state = "draining"
        return tuple(s for s in worker.streams if self._where.get(s) is worker)

    def kill(self, worker_id: str, why: WhyNot) -> None:
        if (worker := self._workers.get(worker_id)) is not None:
            worker.told_to_end = True
            worker.kill(why)

    def describe(self) -> list[WorkerView]:
        return [worker.view() for worker in self._workers.values()]

    async def _check_workers(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(CHECK_S)
            now = time.monotonic()
            stood_still = now - last - CHECK_S
            if stood_still > 3 * CHECK_S:  # the hub itself did, so it heard nobody meanwhile
                for worker in self._workers.values():
                    worker.heard = min(now, worker.heard + stood_still)
            last = now
            for worker in list(self._workers.values()):
                self._check_one(worker, now)
            self._refill_after_first_use()

    def _refill_after_first_use(self) -> None:
        if any(w.group is not None for w in self._workers.values()):
            self._refill()

    def _check_one(self, worker: Worker, now: float) -> None:
        options = self._options
        if worker.measure() > options.memory_limit:
            worker.kill(WhyNot(code="worker.memory", params={"rss": worker.rss, "limit": options.memory_limit}))
        elif worker.ready and now - worker.heard > options.silence_s:
            worker.kill(WhyNot(code="worker.silent", params={"seconds": options.silence_s}))
        elif worker.group is not None and worker.state == "running" and not worker.streams:
            busy = any(asked is worker for asked, _ in self._waiting.values())
            if not busy and now - worker.used > options.idle_s:
                worker.shut_down(5.0)

    async def stop(self, grace_s: float = 5.0) -> None:
        self._stopping = True
        if self._check is not None:
            self._check.cancel()
            await asyncio.gather(self._check, return_exceptions=True)
        for worker in self._workers.values():
            worker.shut_down(grace_s)
        await self._ended(grace_s)
        for worker in self._workers.values():
            worker.terminate()
        await self._ended(TERM_S + 1)

    async def _ended(self, timeout_s: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_s)
