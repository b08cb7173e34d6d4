"""Running a source of either shape from a test, as a worker does, and with no more ways out."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, TypeVar

from glimpser_sdk.packets import Packet
from glimpser_sdk.pictures import Picture

from .watch import Rules, Watch, call

Item = Packet | Picture
T = TypeVar("T")


class Run:
    """One source on a thread of its own. ``items``: the first ``keep`` of what it gave. ``error``: what ended it.

    All that the source does, it does on threads that ``watch`` holds to ``rules``.
    """

    def __init__(self, make: Callable[[], Any], shape: str, watch: Watch, rules: Rules, *, keep: int = 200) -> None:
        self.items: list[Item] = []
        self.error: BaseException | None = None
        self.source: Any = None
        self._watch, self._rules = watch, rules
        self._keep = keep
        self._changed = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._closing = False
        target = self._blocking if shape == "blocking" else self._async
        if shape == "blocking":
            # A factory that fails does so here, where the test sees it.
            self.source = self.call(make)
        self._make = make
        self._thread = threading.Thread(target=self._guard, args=(target,), name="conformance source", daemon=True)

    def start(self) -> Run:
        """Begin."""
        self._watch.start(self._thread)
        return self

    def call(self, function: Callable[[], T]) -> T:
        """Call something of the source from another thread."""
        return call(self._watch, function)

    def wait(self, count: int, seconds: float) -> bool:
        """Whether that many items came in time, or the source ended."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.items) >= count or self.ended, seconds)
            return len(self.items) >= count

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._stopped

    def close(self, patience_s: float = 10.0) -> float:
        """End it from another thread; seconds until it was over, ``patience_s`` when it never was. AssertionError when
        it went out by itself."""
        before = time.monotonic()
        self._closing = True
        if self._loop is not None:
            task, loop = self._task, self._loop
            if task is not None and not loop.is_closed():
                loop.call_soon_threadsafe(task.cancel)
        elif self.source is not None:
            self.call(self.source.close)
        self._thread.join(patience_s)
        took = time.monotonic() - before
        self._rules.check()
        return took

    def _guard(self, target: Callable[[], None]) -> None:
        try:
            target()
        except BaseException as error:
            self.error = error
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()

    def _took(self, item: Item) -> None:
        with self._changed:
            if len(self.items) < self._keep:
                self.items.append(item)
            self._changed.notify_all()

    def _blocking(self) -> None:
        for item in self.source.run():
            self._took(item)

    def _async(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._on_loop())

    async def _on_loop(self) -> None:
        self._task = asyncio.current_task()
        if self._closing:
            # It came before there was a task to cancel.
            return
        self.source = self._make()
        try:
            async with aclosing(self.source.run()) as items:
                async for item in items:
                    self._took(item)
        except asyncio.CancelledError:
            pass
        finally:
            await self.source.close()
