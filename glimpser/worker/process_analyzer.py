"""Analyzers in child processes: one child for each plugin's analyzer, shared by the worker's streams."""

from __future__ import annotations

import itertools
import mmap
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from typing import Any

from glimpser.protocol.messages import AnalyzerPart, EgressAsk, RegionPart
from glimpser_sdk.analyzers import StreamInfo
from glimpser_sdk.frames import Frame
from glimpser_sdk.observations import Observation

from .analyzer_wire import Close, Frames, FromChild, Open, Results, View, Wire
from .components import PluginFailure
from .context import Surroundings
from .routing import QUEUE, Deliver, Failed, Slot

ANSWER_S = 30.0
"""A batch that takes longer ends the child."""
RESTART_S = 1.0
"""Time between two starts of a child, at least."""
_keys = itertools.count(1)


class ProcessSlot(Slot):
    """One analyzer of one stream; its frames wait here for the child, the oldest is dropped."""

    def __init__(
        self, part: AnalyzerPart, opening: Open, deliver: Deliver, failed: Failed, child: AnalyzerChild
    ) -> None:
        super().__init__(part, deliver, failed)
        self.opening = opening
        self.opened_in = 0
        """The child's life in which this instance was made."""
        self.queue: deque[Frame] = deque(maxlen=max(QUEUE, 2 * part.max_batch))
        self.pending_s: float | None = None
        self._child = child

    def __call__(self, frame: Frame) -> None:
        """Queue a frame."""
        if self._soon(frame):
            return
        with self._child.news:
            self.dropped += len(self.queue) == self.queue.maxlen
            self.queue.append(frame)
            self._child.news.notify()

    def progress(self, newest_s: float) -> float:
        """Up to the oldest frame that still waits."""
        with self._child.news:
            if self.pending_s is not None:
                return self.pending_s
            return self.queue[0].time_s if self.queue else newest_s

    def results(self, frames: list[Frame], observations: list[list[Observation]]) -> None:
        """The child's answer for a batch."""
        if len(observations) != len(frames):
            raise ValueError(f"{len(observations)} results for {len(frames)} frames")
        self.analyzed += len(frames)
        self.breaker.passed()
        for frame, seen in zip(frames, observations, strict=True):
            self._deliver(self, frame, tuple(seen))

    def error(self, error: Exception) -> None:
        """The child failed over this instance."""
        self._error(error)

    def close(self, timeout: float) -> bool:
        """Take the instance out of the child."""
        return self._child.remove(self)


class AnalyzerChild:
    """The child of one plugin's analyzer, and the thread that talks to it. Started with the first frame."""

    def __init__(self, name: str, around: Surroundings) -> None:
        self.news = threading.Condition()
        self.pid: int | None = None
        self._around = around
        self._slots: list[ProcessSlot] = []
        self._gone: list[int] = []
        self._ended = False
        self._life = 0
        self._started_at = float("-inf")
        self._process: subprocess.Popen[bytes] | None = None
        self._wire: Wire | None = None
        self._memory_fd = os.memfd_create(f"glimpser-{name}")
        self._memory: mmap.mmap | None = None
        self._thread = threading.Thread(target=self._run, name=f"analyzer-{name}", daemon=True)
        self._thread.start()

    def add(self, slot: ProcessSlot) -> None:
        """One more stream."""
        with self.news:
            self._slots.append(slot)

    def remove(self, slot: ProcessSlot) -> bool:
        """One stream less."""
        with self.news:
            slot.queue.clear()
            if slot in self._slots:
                self._slots.remove(slot)
                if slot.opened_in == self._life:
                    self._gone.append(slot.opening.key)
                self.news.notify()
            return True

    def close(self) -> None:
        """End the child."""
        with self.news:
            self._ended = True
            self.news.notify()
        process = self._process
        if process is not None:
            process.kill()
        self._thread.join(2)

    # --- the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self.news:
                while not (self._ended or self._gone or any(slot.queue for slot in self._slots)):
                    self.news.wait()
                if self._ended:
                    break
                gone, self._gone = self._gone, []
                slot, frames = self._next()
                last = not self._slots
            self._closings(gone)
            if last:
                self._kill()
            elif slot is not None:
                self._serve(slot, frames)
        self._kill()
        if self._memory is not None:
            self._memory.close()
        os.close(self._memory_fd)

    def _next(self) -> tuple[ProcessSlot | None, list[Frame]]:
        """The next batch; streams take turns."""
        for index, slot in enumerate(self._slots):
            if slot.queue:
                self._slots.append(self._slots.pop(index))
                frames = [slot.queue.popleft() for _ in range(min(len(slot.queue), slot.part.max_batch))]
                slot.pending_s = frames[0].time_s
                return slot, frames
        return None, []

    def _closings(self, keys: list[int]) -> None:
        for key in keys:
            if self._wire is not None:
                try:
                    self._ask(Close(key))
                except (EOFError, TimeoutError, RuntimeError):
                    self._kill()

    def _serve(self, slot: ProcessSlot, frames: list[Frame]) -> None:
        try:
            if slot.breaker.open:
                return
            self._ready()
            if slot.opened_in != self._life:
                self._ask(slot.opening)
                slot.opened_in = self._life
            slot.results(frames, self._ask(self._write(slot, frames)).observations)
        except (EOFError, TimeoutError) as error:
            code = self._kill()
            how = f"ended with {code}" if isinstance(error, EOFError) else f"did not answer within {ANSWER_S:g} s"
            slot.error(PluginFailure(slot.part.component.plugin, "analyzer.process_ended", RuntimeError(how)))
        except Exception as error:
            slot.error(error)
        finally:
            slot.pending_s = None

    def _ready(self) -> None:
        if self._wire is not None:
            return
        time.sleep(max(0.0, self._started_at + RESTART_S - time.monotonic()))
        ours, theirs = socket.socketpair()
        with theirs:
            fds = theirs.fileno(), self._memory_fd
            command = [sys.executable, "-m", "glimpser.worker.analyzer_child"]
            command += ["--fd", str(fds[0]), "--memory-fd", str(fds[1]), "--parent", str(os.getpid())]
            # It must find what the worker finds, however the worker came to find it.
            paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            self._process = subprocess.Popen(
                command, pass_fds=fds, stdin=subprocess.DEVNULL, env={**os.environ, **paths}
            )
        self.pid = self._process.pid
        self._wire = Wire(ours, FromChild)
        self._life += 1
        self._started_at = time.monotonic()

    def _kill(self) -> int | None:
        """End the process; returns how it ended."""
        process, self._process = self._process, None
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()
        if process is None:
            return None
        try:
            # Its end of the wire is closed, so a healthy one ends by itself.
            return process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
        finally:
            self.pid = None

    def _write(self, slot: ProcessSlot, frames: list[Frame]) -> Frames:
        """Put the views into the shared memory."""
        views, blobs, offset = [], [], 0
        for frame in frames:
            blob, shape = _view(slot.part, frame)
            views.append(_describe(frame, offset, len(blob), shape))
            blobs.append(blob)
            offset += len(blob)
        if self._memory is None or len(self._memory) < offset:
            size = -(-offset // mmap.PAGESIZE) * mmap.PAGESIZE
            os.ftruncate(self._memory_fd, size)
            if self._memory is not None:
                self._memory.close()
            self._memory = mmap.mmap(self._memory_fd, size)
        for view, blob in zip(views, blobs, strict=True):
            self._memory[view.offset : view.offset + view.size] = blob
        return Frames(slot.opening.key, views, len(self._memory))

    def _ask(self, message: Any) -> Results:
        """Send a command and wait for its results; what the child tells the hub meanwhile is passed on."""
        wire = self._wire
        if wire is None:
            raise EOFError
        wire.send(message)
        while True:
            answer = wire.receive(ANSWER_S)
            if isinstance(answer, Results):
                if answer.error:
                    raise RuntimeError(answer.error)
                return answer
            if isinstance(answer, EgressAsk):
                self._around.desk.relay(answer, wire.send)
            else:
                self._around.post(answer)


def _view(part: AnalyzerPart, frame: Frame) -> tuple[bytes, list[int]]:
    if part.format == "jpeg":
        return frame.jpeg(max_side=part.max_side), []
    pixels = frame.gray(part.max_side) if part.format == "gray" else frame.bgr(part.max_side)
    return pixels.tobytes(), list(pixels.shape)


def _describe(frame: Frame, offset: int, size: int, shape: list[int]) -> View:
    names = (
        "feed",
        "sequence",
        "captured_at",
        "received_at",
        "mono_ns",
        "time_s",
        "dt",
        "key",
        "width",
        "height",
        "meta",
    )
    return View(offset, size, shape, *(getattr(frame, name) for name in names))


class Children:
    """The children of a worker, by plugin and analyzer."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._children: dict[tuple[str, str], AnalyzerChild] = {}
        self._lock = threading.Lock()

    @property
    def pids(self) -> set[int]:
        """Processes that are waited for here."""
        return {child.pid for child in self._children.values() if child.pid is not None}

    def slot(
        self, part: AnalyzerPart, info: StreamInfo, folder: str, generation: int, deliver: Deliver, failed: Failed
    ) -> Slot:
        """A slot whose analyzer runs in the child of its kind."""
        name = part.component.plugin, part.component.id
        regions = [
            RegionPart(id=region.id, name=region.name, kind=region.kind, polygon=list(region.polygon))
            for region in info.regions
        ]
        opening = Open(
            next(_keys), part.component, info.id, info.name, regions, folder, generation, self._around.log_level
        )
        with self._lock:
            child = self._children.get(name)
            if child is None:
                child = self._children[name] = AnalyzerChild("-".join(name), self._around)
        slot = ProcessSlot(part, opening, deliver, failed, child)
        child.add(slot)
        return slot

    def close(self) -> None:
        """End all children."""
        for child in self._children.values():
            child.close()
        self._children = {}
