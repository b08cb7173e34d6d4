"""Connecting, iterating and trying again: one driver for each feed, on a thread or as a task, by the source's shape."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Protocol, cast

from glimpser_sdk.errors import Reason, StreamEnded
from glimpser_sdk.sources import BlockingSource, Cadence, Cadenced

from .feed import Feed
from .guard import CAUGHT
from .supervisor import Supervisor, Verdict
from .watchdog import Seen, Watchdog

if TYPE_CHECKING:
    from glimpser_sdk.pictures import Picture


class Stopped(Exception):
    """The stream was told to stop."""


class Owner(Protocol):
    """The stream, as its drivers see it."""

    def open_source(self, feed: Feed) -> tuple[Any, Callable[[], None]]:
        """A new source and what gives back its leases."""

    def connecting(self, feed: Feed) -> None:
        """A connection is tried."""

    def flowing(self, feed: Feed) -> None:
        """The first item of a connection was taken."""

    def failed(self, feed: Feed, verdict: Verdict) -> None:
        """A connection ended."""

    def ended(self, feed: Feed) -> None:
        """The driver is done for good."""


class Driver:
    """What both shapes share: the watchdog, its fault, and what a failure means."""

    def __init__(self, owner: Owner, feed: Feed, plugin: str, cadence: Cadence, delay_s: float) -> None:
        self.feed = feed
        self.supervisor = Supervisor(plugin)
        self._owner, self._cadence, self._delay_s = owner, cadence, delay_s
        self._watchdog: Watchdog | None = None
        self._fault: Reason | None = None
        self._items0 = self._first_ns = self._fault_ns = 0

    def _begin(self, source: Any, now_ns: int) -> None:
        cadence = source.cadence() if isinstance(source, Cadenced) else self._cadence
        self._fault, self._items0, self._first_ns = None, self.feed.pictures, 0
        self.feed.connected(source)
        self._watchdog = Watchdog(cadence, now_ns)

    def _first(self) -> None:
        self._first_ns = self.feed.last_mono_ns
        self._owner.flowing(self.feed)

    def _verdict(self, error: BaseException) -> Verdict:
        self._watchdog = None
        verdict = self.supervisor.failed(error)
        if self._fault is not None:
            delay = verdict.delay_s if verdict.delay_s is not None else 1.0
            return Verdict(self._fault, delay)
        return verdict

    @property
    def stale(self) -> bool:
        """Something is late."""
        return self._watchdog is not None and self._watchdog.stale

    def closed_s(self, now_ns: int) -> float:
        """For how long the connection has been ended from here and goes on; 0 when it was not."""
        return (now_ns - self._fault_ns) / 1e9 if self._fault is not None and self._watchdog is not None else 0.0

    def check(self, now_ns: int) -> None:
        """Once a second, from the loop: end a connection that gives too little."""
        watchdog, feed = self._watchdog, self.feed
        if watchdog is None or self._fault is not None:
            return
        items = feed.pictures - self._items0
        if items:
            self.supervisor.good(now_ns)
        fault = watchdog.check(
            Seen(
                items=items,
                last_ns=feed.last_mono_ns if items else 0,
                media_s=feed.last_media_s,
                payload_changed_ns=feed.payload_changed_ns,
                decoding=feed.mode != "none" and feed.parameters is not None,
                last_frame_ns=feed.last_frame_ns,
                keyframe_interval_s=feed.idle.interval_s,
            ),
            now_ns,
        )
        if fault is not None:
            self._fault, self._fault_ns = fault, now_ns
            self._interrupt()

    def _interrupt(self) -> None:
        raise NotImplementedError


class BlockingDriver(Driver):
    """Runs a BlockingSource on a thread of its own."""

    def __init__(self, owner: Owner, feed: Feed, plugin: str, cadence: Cadence, delay_s: float, clock: Any) -> None:
        super().__init__(owner, feed, plugin, cadence, delay_s)
        self._clock = clock
        self._stop = threading.Event()
        self._source: BlockingSource | None = None
        self._thread = threading.Thread(target=self._run, name=f"feed-{feed.stream_id[-6:]}-{feed.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _interrupt(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            # A plugin's close may itself hang; the loop must not.
            threading.Thread(target=self._close, args=(source,), name="close-source", daemon=True).start()

    @staticmethod
    def _close(source: BlockingSource) -> None:
        with suppress(Exception):  # its thread reports how the connection ended
            source.close()

    def stop(self) -> None:
        """Begin to end; from any thread."""
        self._stop.set()
        self._interrupt()

    def join(self, timeout: float) -> bool:
        """Whether the thread ended in time."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            delay: float | None = self._delay_s
            while delay is not None and not self._stop.wait(delay):
                delay = self._attempt()
        finally:
            self._owner.ended(self.feed)

    def _attempt(self) -> float | None:
        """One connection; returns the seconds until the next, or None for never."""
        release: Callable[[], None] = lambda: None  # noqa: E731
        source: BlockingSource | None = None
        try:
            self._owner.connecting(self.feed)
            source, release = self._owner.open_source(self.feed)
            self._source = source
            if self._stop.is_set():  # told while the source was made
                raise Stopped
            self._begin(source, self._clock.mono_ns())
            self._iterate(source)
            raise StreamEnded
        except Stopped:
            return None
        except CAUGHT as error:
            if self._stop.is_set():
                return None
            verdict = self._verdict(error)
            self._owner.failed(self.feed, verdict)
            return verdict.delay_s
        finally:
            self._watchdog = None
            left, self._source = self._source, None
            if left is not None:  # else it is being closed by whoever interrupted it
                self._close(left)
            release()
            self.feed.disconnected()

    def _iterate(self, source: BlockingSource) -> None:
        take, stopped = self.feed.item, self._stop.is_set
        items = iter(source.run())
        for item in items:
            if stopped():
                raise Stopped
            take(item)
            self._first()
            break
        for item in items:
            if stopped():
                raise Stopped
            take(item)


class AsyncDriver(Driver):
    """Runs an AsyncSource on the loop; what is done with its pictures runs on the pool."""

    def __init__(
        self, owner: Owner, feed: Feed, plugin: str, cadence: Cadence, delay_s: float, clock: Any, pool: Executor
    ) -> None:
        super().__init__(owner, feed, plugin, cadence, delay_s)
        self._clock, self._pool = clock, pool
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._done = threading.Event()
        self._stopping = False

    def start(self) -> None:
        """Begin; on the loop."""
        self._task = self._loop.create_task(self._run())

    def _interrupt(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """Begin to end; from any thread."""
        self._stopping = True
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)

    def join(self, timeout: float) -> bool:
        """Whether it ended in time; not from the loop."""
        return self._done.wait(timeout)

    async def _run(self) -> None:
        try:
            delay: float | None = self._delay_s
            while delay is not None and not self._stopping:
                await asyncio.sleep(delay)
                delay = await self._attempt()
        except asyncio.CancelledError:
            return
        finally:
            await self._loop.run_in_executor(self._pool, self._owner.ended, self.feed)
            self._done.set()

    def _failed(self, error: BaseException) -> float | None:
        verdict = self._verdict(error)
        self._owner.failed(self.feed, verdict)
        return verdict.delay_s

    async def _attempt(self) -> float | None:
        release: Callable[[], None] = lambda: None  # noqa: E731
        source: Any = None
        try:
            self._owner.connecting(self.feed)
            source, release = await self._loop.run_in_executor(self._pool, self._owner.open_source, self.feed)
            self._begin(source, self._clock.mono_ns())
            async with aclosing(cast("AsyncGenerator[Picture]", source.run())) as items:
                async for item in items:
                    await self._loop.run_in_executor(self._pool, self.feed.item, item)
                    if not self._first_ns:
                        self._first()
            raise StreamEnded
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._fault is None or self._stopping or task is None:
                raise
            task.uncancel()
            return self._failed(StreamEnded())
        except CAUGHT as error:
            return self._failed(error)
        finally:
            self._watchdog = None
            if source is not None:
                await source.close()
            release()
            self.feed.disconnected()
