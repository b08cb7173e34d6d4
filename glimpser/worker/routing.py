"""From a frame to each analyzer's observations: decimated before anything is converted, guarded, never waiting."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from glimpser.protocol.messages import AnalyzerPart
from glimpser_sdk.analyzers import Analyzer
from glimpser_sdk.frames import Frame
from glimpser_sdk.observations import Observation

from .guard import CAUGHT, Breaker
from .strand import Strand

QUEUE = 4
"""Frames that wait for an analyzer off the stream's thread, at least; the oldest is dropped."""


Deliver = Callable[["Slot", Frame, tuple[Observation, ...]], None]
Failed = Callable[["Slot", BaseException], None]


class Slot(ABC):
    """One analyzer on one stream, as a consumer of frames. ``deliver`` gets what it sees, ``failed`` what it raises."""

    def __init__(self, part: AnalyzerPart, deliver: Deliver, failed: Failed) -> None:
        self.part = part
        self.breaker = Breaker()
        self.analyzed = self.dropped = 0
        self.slowest_fps: float | None = None
        """A limit below the analyzer's own, while the worker is overloaded."""
        self._deliver, self._failed = deliver, failed
        self._due, self._since_ns = float("-inf"), 0

    @abstractmethod
    def __call__(self, frame: Frame) -> None:
        """Take a frame, or leave it when it comes too soon."""

    @abstractmethod
    def progress(self, newest_s: float) -> float:
        """Up to which time frames were analysed, given the newest frame's."""

    @property
    def busy_s(self) -> float:
        """How long the analyzer's running call takes, in this process; 0 when none runs."""
        return 0.0

    @abstractmethod
    def close(self, timeout: float) -> bool:
        """Stop and free the analyzer; whether it stopped in time."""

    def turned(self, mono_ns: int) -> None:
        """Frames of another feed follow; those that came before ``mono_ns`` were seen on the one before."""
        self._since_ns, self._due = mono_ns, float("-inf")

    def succeed(self, other: Slot) -> None:
        """Go on counting, and give way, where another slot for the same analyzer left off."""
        self.breaker, self.slowest_fps = other.breaker, other.slowest_fps
        self.analyzed, self.dropped = other.analyzed, other.dropped

    def _soon(self, frame: Frame) -> bool:
        """Whether the frame comes before the analyzer's rate allows; keeps the mean rate right at uneven times."""
        time_s = frame.time_s
        if frame.mono_ns < self._since_ns:
            return True
        fps, slow = self.part.max_fps, self.slowest_fps
        if slow is not None and (fps is None or slow < fps):
            fps = slow
        if fps is None:
            return False
        period = 1.0 / fps
        if time_s < self._due - period * 0.05:
            return True
        self._due = max(self._due, time_s - period) + period
        return False

    def _error(self, error: BaseException) -> None:
        self.breaker.failed()
        self._failed(self, error)


class InlineSlot(Slot):
    """Called on the stream's own thread."""

    def __init__(self, part: AnalyzerPart, analyzer: Analyzer, deliver: Deliver, failed: Failed) -> None:
        super().__init__(part, deliver, failed)
        self._analyzer = analyzer
        self._lock = threading.Lock()
        self._closed = False
        self._since: float | None = None

    @property
    def busy_s(self) -> float:
        """How long the running call takes."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def __call__(self, frame: Frame) -> None:
        """Analyse a frame now."""
        with self._lock:
            if not (self._closed or self._soon(frame)):
                self._analyze(frame)

    def _analyze(self, frame: Frame) -> None:
        self._since = time.monotonic()
        try:
            (observations,) = self._analyzer.process((frame,))
        except CAUGHT as error:
            self._error(error)
            return
        finally:
            self._since = None
        self.analyzed += 1
        self.breaker.passed()
        self._deliver(self, frame, observations)

    def progress(self, newest_s: float) -> float:
        """Everything was analysed."""
        return newest_s

    def close(self, timeout: float) -> bool:
        """Free the analyzer, once the thread that is in it has left."""
        if not self._lock.acquire(timeout=timeout):
            return False
        try:
            self._closed = True
            self._analyzer.close()
        finally:
            self._lock.release()
        return True


class ThreadSlot(Slot):
    """Called on a shared pool, one call at a time, with up to ``max_batch`` frames."""

    def __init__(
        self, part: AnalyzerPart, analyzer: Analyzer, deliver: Deliver, failed: Failed, pool: Executor
    ) -> None:
        super().__init__(part, deliver, failed)
        self._analyzer = analyzer
        self._queue: deque[Frame] = deque(maxlen=max(QUEUE, 2 * part.max_batch))
        self._lock = threading.Lock()
        self._pending_s: float | None = None
        self._strand = Strand(pool, self._step)

    @property
    def busy_s(self) -> float:
        """How long the running call takes."""
        return self._strand.busy_s

    def __call__(self, frame: Frame) -> None:
        """Queue a frame."""
        if self._soon(frame):
            return
        with self._lock:
            self.dropped += len(self._queue) == self._queue.maxlen
            self._queue.append(frame)
        self._strand.wake()

    def _step(self) -> bool:
        with self._lock:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), self.part.max_batch))]
            self._pending_s = batch[0].time_s if batch else None
        if not batch or self.breaker.open:
            return False
        try:
            self._hand_over(batch, self._analyzer.process(batch))
        except CAUGHT as error:
            self._error(error)
        return True

    def _hand_over(self, batch: Sequence[Frame], results: Sequence[tuple[Observation, ...]]) -> None:
        if len(results) != len(batch):
            raise ValueError(f"{len(results)} results for {len(batch)} frames")
        self.analyzed += len(batch)
        self.breaker.passed()
        for frame, observations in zip(batch, results, strict=True):
            self._deliver(self, frame, observations)

    def progress(self, newest_s: float) -> float:
        """Up to the oldest frame that still waits."""
        with self._lock:
            if self._pending_s is not None:
                return self._pending_s
            return self._queue[0].time_s if self._queue else newest_s

    def close(self, timeout: float) -> bool:
        """Wait for the running call and free the analyzer."""
        with self._lock:
            self._queue.clear()
        if not self._strand.close(timeout):
            return False
        self._analyzer.close()
        return True
