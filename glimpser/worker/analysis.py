"""The analyzers of one stream: who gets which frame, what follows from an observation, and the events it becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glimpser.protocol.messages import AnalyzerPart, EventPart
from glimpser_sdk.frames import Frame
from glimpser_sdk.observations import Observation
from glimpser_sdk.sinks import EventChange

from .feed import Feed
from .folding import Change, Folder
from .guard import CAUGHT
from .routing import Slot

TURN_S = 1.0
Make = Callable[[AnalyzerPart, "Analysis"], Slot]


class Analysis:
    """Slots by analyzer id. ``make`` builds a slot that reports to :meth:`observed` and :meth:`failed`.

    ``disabled`` is told of an analyzer that failed too often, ``changed`` and ``best`` of events.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        changed: Callable[[Change, EventPart, EventChange], None],
        best: Callable[[EventPart, Frame], None],
        failure: Callable[[AnalyzerPart, BaseException], None],
        disabled: Callable[[AnalyzerPart], None],
    ) -> None:
        self._feed = feed
        self._changed, self._best = changed, best
        self._failure, self._disabled = failure, disabled
        self._make: Make
        self._slots: dict[str, Slot] = {}
        self._folders: dict[str, Folder] = {}
        self._followers: dict[str, tuple[Slot, ...]] = {}
        self._counts: dict[str, int] = {}

    def build(self, parts: Sequence[AnalyzerPart], make: Make) -> None:
        """Make all analyzers; one that fails to be made is told and left out."""
        self._make = make
        for part in parts:
            try:
                slot = make(part, self)
            except CAUGHT as error:
                self._failure(part, error)
                self._disabled(part)
                continue
            name = part.component.id
            self._slots[name] = slot
            self._counts[name] = 0
            self._folders[name] = Folder(self._feed.stream_id, name, part.gap_s, changed=self._changed, best=self._best)
        self._route()

    def _route(self) -> None:
        running = [slot for slot in self._slots.values() if not slot.breaker.open]
        self._followers = {name: tuple(slot for slot in running if slot.part.after == name) for name in self._slots}
        self._feed.routes = tuple(slot for slot in running if slot.part.after is None)

    @property
    def feed(self) -> Feed:
        """The feed that is looked at."""
        return self._feed

    def turn(self, feed: Feed) -> None:
        """Look at another feed from here on, with new analyzers: what they learned is of another picture. Those that
        follow others stay. Blocks while an analyzer is in use elsewhere, up to a second each."""
        self._feed.routes = ()
        since_ns, self._feed = self._feed.last_frame_ns, feed
        for name, slot in list(self._slots.items()):
            self._slots[name] = self._anew(slot)
            self._slots[name].turned(since_ns)
        self._route()

    def _anew(self, slot: Slot) -> Slot:
        """A slot with a new analyzer in place of one that looks at all of a feed; itself where that cannot be made."""
        if slot.part.after is not None or slot.breaker.open:
            return slot
        try:
            fresh = self._make(slot.part, self)
        except CAUGHT as error:
            self._failure(slot.part, error)
            return slot
        slot.close(TURN_S)
        fresh.succeed(slot)
        return fresh

    @property
    def parts(self) -> list[AnalyzerPart]:
        """The analyzers that still run."""
        return [slot.part for slot in self._slots.values() if not slot.breaker.open]

    def observed(self, slot: Slot, frame: Frame, observations: tuple[Observation, ...]) -> None:
        """What an analyzer saw; on whatever thread it ran."""
        name = slot.part.component.id
        folder = self._folders[name]
        if not observations:
            if folder.busy:
                folder.observe(frame, observations)
            return
        self._counts[name] += len(observations)
        active = False
        for seen in observations:
            if seen.active or seen.wake:
                self._feed.idle.wake(name)
                active = active or seen.active
        folder.observe(frame, observations)
        if active:
            for follower in self._followers[name]:
                follower(frame)

    def failed(self, slot: Slot, error: BaseException) -> None:
        """An analyzer raised."""
        self._failure(slot.part, error)
        if slot.breaker.open and slot.part.component.id in self._folders:
            self._route()
            self._folders[slot.part.component.id].interrupt(self._feed.last_frame_ns)
            self._disabled(slot.part)

    @property
    def busy(self) -> bool:
        """Whether events are open."""
        return any(folder.busy for folder in self._folders.values())

    def advance(self, newest: Frame, mono_ns: int) -> None:
        """Once a second: end events whose time is over. Encodes, so not on the loop."""
        for name, folder in self._folders.items():
            if folder.busy:
                folder.advance(self._slots[name].progress(newest.time_s), mono_ns)

    def calls(self) -> list[tuple[str, float]]:
        """Plugins and how many seconds their running calls take."""
        return [(slot.part.component.plugin, slot.busy_s) for slot in list(self._slots.values())]

    def interrupt(self, mono_ns: int, lost_s: float = float("inf")) -> None:
        """Close open events of analyzers whose gap is shorter than the source has been away."""
        for name, folder in self._folders.items():
            if folder.busy and self._slots[name].part.gap_s < lost_s:
                folder.interrupt(mono_ns)

    def slow_down(self, fps: float | None) -> None:
        """Limit all analyzers while the worker is overloaded; None lifts the limit."""
        for slot in self._slots.values():
            slot.slowest_fps = fps

    def counters(self) -> dict[str, float]:
        """Analysed frames, observations, errors and drops, by analyzer."""
        values: dict[str, float] = {}
        for name, slot in self._slots.items():
            values[f"analyzed.{name}"] = slot.analyzed
            values[f"observations.{name}"] = self._counts[name]
            if slot.breaker.errors:
                values[f"errors.{name}"] = slot.breaker.errors
            if dropped := slot.dropped + self._folders[name].dropped:
                values[f"dropped.{name}"] = dropped
        return values

    def close(self, timeout: float) -> list[AnalyzerPart]:
        """Stop all; returns those that did not stop in time."""
        self._feed.routes = ()
        stuck: list[AnalyzerPart] = []
        for slot in self._slots.values():
            try:
                if not slot.close(timeout):
                    stuck.append(slot.part)
            except CAUGHT as error:
                self._failure(slot.part, error)
        return stuck
