"""The sinks of one stream: made once, fed from the feeds' packets and frames, told of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor

from glimpser.protocol.messages import SinkPart
from glimpser_sdk.sinks import EventChange, Sink

from .feed import Feed
from .guard import CAUGHT
from .sinks import SinkSlot


class Recording:
    """``failure`` is told each error, ``disabled`` of a sink that failed too often, ``refused`` of one that may not
    have packets because they show what a privacy region hides."""

    def __init__(
        self,
        feed_of: Callable[[str], Feed],
        pool: Executor,
        *,
        failure: Callable[[SinkPart, BaseException], None],
        disabled: Callable[[SinkPart], None],
        refused: Callable[[SinkPart], None],
    ) -> None:
        self._feed_of, self._pool = feed_of, pool
        self._failure, self._disabled, self._refused = failure, disabled, refused
        self._slots: tuple[SinkSlot, ...] = ()

    def build(self, parts: Iterable[SinkPart], make: Callable[[SinkPart], Sink], *, packets_allowed: bool) -> None:
        """Make all sinks; one that fails to be made is told and left out."""
        slots = []
        for part in parts:
            if part.wants == "packets" and not packets_allowed:
                self._refused(part)
                continue
            try:
                slots.append(SinkSlot(part, make(part), self._pool, self._failed))
            except CAUGHT as error:
                self._failure(part, error)
                self._disabled(part)
        self._slots = tuple(slots)
        self._wire()

    def _wire(self) -> None:
        fed = {id(feed): feed for feed in (self._feed_of(slot.part.feed) for slot in self._slots)}
        for feed in fed.values():
            mine = [slot for slot in self._slots if self._feed_of(slot.part.feed) is feed and not slot.breaker.open]
            feed.ring.pre_roll_s = max((slot.part.pre_roll_s for slot in mine), default=0.0)
            feed.packet_sinks = tuple(slot.packet for slot in mine if slot.part.wants == "packets")
            feed.frame_sinks = tuple(slot.frame for slot in mine if slot.part.wants == "frames")

    @property
    def parts(self) -> list[SinkPart]:
        """The sinks that still run."""
        return [slot.part for slot in self._slots if not slot.breaker.open]

    def _failed(self, slot: SinkSlot, error: BaseException) -> None:
        self._failure(slot.part, error)
        if slot.breaker.open and not slot.off:
            slot.off = True
            self._wire()
            self._disabled(slot.part)

    def event(self, change: EventChange) -> None:
        """An event changed; from any thread."""
        for slot in self._slots:
            if not slot.breaker.open:
                feed = self._feed_of(slot.part.feed)
                with feed.lock:
                    slot.event(change, feed.ring)

    def calls(self) -> list[tuple[str, float]]:
        """Plugins and how many seconds their running calls take."""
        return [(slot.part.component.plugin, slot.busy_s) for slot in self._slots]

    def flush(self) -> None:
        """Once a second."""
        for slot in self._slots:
            slot.flush()

    def counters(self) -> dict[str, float]:
        """Drops and errors, by sink."""
        values: dict[str, float] = {}
        for slot in self._slots:
            name = slot.part.component.id
            if slot.dropped:
                values[f"dropped.{name}"] = slot.dropped
            if slot.breaker.errors:
                values[f"errors.{name}"] = slot.breaker.errors
        return values

    def close(self, left: Callable[[], float]) -> Sequence[SinkPart]:
        """Finish all; returns those that did not end in time."""
        return [slot.part for slot in self._slots if not slot.close(left())]
