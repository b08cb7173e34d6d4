"""Work that must happen in order, on a pool that many share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor


class Strand:
    """Calls ``step`` on the pool, never twice at once, until it answers that nothing is left to do."""

    def __init__(self, pool: Executor, step: Callable[[], bool]) -> None:
        self._pool, self._step = pool, step
        self._lock = threading.Lock()
        self._running = self._again = self._closed = False
        self._idle = threading.Event()
        self._idle.set()
        self._since: float | None = None

    @property
    def busy_s(self) -> float:
        """How long the running step takes; 0 when none runs."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def wake(self) -> None:
        """There is something to do; from any thread, never blocks."""
        with self._lock:
            self._again = True
            if self._running or self._closed:
                return
            self._running = True
            self._idle.clear()
        try:
            self._pool.submit(self._run)
        except RuntimeError:  # the pool was shut down while the worker ends
            with self._lock:
                self._running = False
            self._idle.set()

    def _run(self) -> None:
        while True:
            with self._lock:
                self._again = False
            self._since = time.monotonic()
            more = self._step()
            self._since = None
            with self._lock:
                if not (more or self._again) or self._closed:
                    self._running = False
                    self._idle.set()
                    return

    def finish(self, timeout: float) -> bool:
        """Wait until nothing is left to do; whether that came in time."""
        return self._idle.wait(timeout)

    def close(self, timeout: float) -> bool:
        """Start nothing new and wait for the running step; whether it ended in time."""
        with self._lock:
            self._closed = True
        return self._idle.wait(timeout)
