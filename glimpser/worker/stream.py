"""A running stream: its feeds and their drivers, analyzers, sinks, viewers, and what it tells the hub."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from glimpser.protocol.messages import (
    AnalyzerPart,
    Component,
    Counters,
    EventChanged,
    EventPart,
    LiveView,
    Notice,
    SinkPart,
    Start,
    TakeSnapshot,
)
from glimpser_sdk.analyzers import StreamInfo
from glimpser_sdk.observations import Region
from glimpser_sdk.sinks import EventChange, Sink
from glimpser_sdk.sources import Cadence

from . import demand
from .analysis import Analysis
from .channel import BulkOut
from .components import make, secrets
from .context import Context, Surroundings
from .drivers import AsyncDriver, BlockingDriver
from .feed import Feed, total
from .folding import Change
from .hangs import Hangs
from .idle import Mode
from .live import Live
from .lookout import Lookout
from .process_analyzer import Children
from .recording import Recording
from .routing import InlineSlot, Slot, ThreadSlot
from .snapshots import Snapshots
from .status import StatusBoard
from .supervisor import Verdict

STOP_S = 2.0
"""A stream that takes longer to stop is stuck."""


@dataclass(frozen=True, slots=True)
class Pools:
    """Threads that the streams of a worker share."""

    chores: Executor
    """Short work off the loop: snapshots, ends of events, pictures of async sources."""
    analyzers: Executor
    sinks: Executor
    children: Children


class Stream:
    """One stream of one generation. Made and called on the loop; works on threads."""

    def __init__(self, start: Start, around: Surroundings, pools: Pools, bulk: BulkOut) -> None:
        self.part, self.generation = start.stream, start.generation
        self.id = start.stream.id
        self._delay_s = start.delay_s
        self._around, self._pools, self._bulk = around, pools, bulk
        self._clock = around.clock
        self._origin_ns = around.clock.mono_ns()
        self.board = StatusBoard(self.id, self.generation, around.clock, around.post)
        regions = tuple(
            Region(id=r.id, name=r.name, kind=r.kind, polygon=tuple((x, y) for x, y in r.polygon))  # type: ignore[arg-type]
            for r in self.part.regions
        )
        self._masks = tuple(r.polygon for r in regions if r.kind == "privacy")
        self._info = StreamInfo(id=self.id, name=self.part.name, regions=regions)
        self._feeds: dict[str, Feed] = {}
        self._drivers: dict[str, BlockingDriver | AsyncDriver] = {}
        self._lives: dict[str, Live] = {}
        self._built = False
        self.hangs = Hangs(self.id, self.generation, self.part.source.component.plugin, around.post)
        self._lock = threading.Lock()
        self._stopping = False
        self._disconnected_ns = 0
        self._counts: dict[str, float] = {"connects": 0}
        self._sent: dict[str, float] = {}
        self._contexts: dict[tuple[str, str, str], Context] = {}
        self._level = 0
        self.main = self._feed("main" if "main" in self.part.source.feeds else self.part.source.feeds[0])
        self.snapshots = Snapshots(
            self.main, self._clock, self.generation, offer=bulk.offer, post=around.post, reason=lambda: self.board.why
        )
        self.analysis = Analysis(
            self.main,
            changed=self._event,
            best=self.snapshots.best,
            failure=partial(self._failure, "analyzer"),
            disabled=partial(self._disabled, "analyzer"),
        )
        smaller = next((name for name in self.part.source.feeds if name != self.main.name), "")
        self.lookout = Lookout(
            self.main, smaller, self.analysis, drive=self._drive, turned=self._turned, later=pools.chores.submit
        )
        self.recording = Recording(
            self._feed_of,
            pools.sinks,
            failure=partial(self._failure, "sink"),
            disabled=partial(self._disabled, "sink"),
            refused=lambda part: self._notice("sink.refused_privacy", part.component.plugin, sink=part.component.id),
        )

    # --- making ---------------------------------------------------------------------------------------------------

    def _feed(self, name: str) -> Feed:
        gap_s, origin_ns = self.part.max_idle_gap_s, self._origin_ns
        feed = Feed(self.id, name, clock=self._clock, masks=self._masks, max_idle_gap_s=gap_s, origin_ns=origin_ns)
        self._feeds[name] = feed
        self._lives[name] = feed.live = Live(
            self.generation, lambda: self._bulk.take_credit(self.id), self._bulk.offer, self._counts
        )
        return feed

    def _context(self, component: Component, folder: str) -> Context:
        return Context(
            self._around,
            stream_id=self.id,
            generation=self.generation,
            plugin=component.plugin,
            folder=Path(folder or "."),
            media_roots=tuple(Path(root) for root in self.part.media_roots),
            secrets=secrets(component),
            values=self._counts,
        )

    def _kept_context(self, component: Component, folder: str) -> Context:
        """A component's context, which lives as long as the stream runs."""
        key = component.factory, component.id, folder
        if key not in self._contexts:
            self._contexts[key] = self._context(component, folder)
        return self._contexts[key]

    def _analyzer(self, part: AnalyzerPart, analysis: Analysis) -> Slot:
        if part.runs == "process":
            return self._pools.children.slot(
                part, self._info, self.part.folder, self.generation, analysis.observed, analysis.failed
            )
        analyzer = make(part.component, self._kept_context(part.component, self.part.folder), self._info)
        if part.runs == "inline":
            return InlineSlot(part, analyzer, analysis.observed, analysis.failed)
        return ThreadSlot(part, analyzer, analysis.observed, analysis.failed, self._pools.analyzers)

    def _sink(self, part: SinkPart) -> Sink:
        made: Sink = make(part.component, self._kept_context(part.component, part.folder), self._info)
        return made

    def _feed_of(self, name: str) -> Feed:
        return self._feeds.get(name, self.main)

    def open_source(self, feed: Feed) -> tuple[Any, Callable[[], None]]:
        """A new source for a feed, and what gives back its leases; the first call also makes analyzers and sinks."""
        with self._lock:
            if not self._built:
                self._built = True
                self.analysis.build(self.part.analyzers, self._analyzer)
                allowed = self.part.unmasked_recording or not self._masks
                self.recording.build(self.part.sinks, self._sink, packets_allowed=allowed)
                self.redemand()
        component = self.part.source.component
        context = self._context(component, self.part.folder)
        try:
            return make(component, context, feed.name), context.close
        except BaseException:
            context.close()
            raise

    def start(self) -> None:
        """Begin, after the delay asked for."""
        self.board.set("starting")
        for name in dict.fromkeys((self.main.name, *(part.feed for part in self.part.sinks))):
            self._drive(name)

    def _drive(self, name: str) -> None:
        """Run a feed of the source that does not run yet."""
        if name not in self.part.source.feeds or name in self._drivers or self._stopping:
            return
        source = self.part.source
        feed = self._feeds.get(name) or self._feed(name)
        cadence = Cadence(kind=source.cadence, seconds=source.cadence_s, timeout_s=source.cadence_timeout_s)  # type: ignore[arg-type]
        plugin, delay_s = source.component.plugin, self._delay_s if feed is self.main else 0.0
        driver: BlockingDriver | AsyncDriver
        if source.shape == "async":
            driver = AsyncDriver(self, feed, plugin, cadence, delay_s, self._clock, self._pools.chores)
        else:
            driver = BlockingDriver(self, feed, plugin, cadence, delay_s, self._clock)
        self._drivers[name] = driver
        driver.start()

    # --- what the drivers tell ------------------------------------------------------------------------------------

    def connecting(self, feed: Feed) -> None:
        """A connection is tried; the last failure's reason stays visible meanwhile."""
        if feed is self.main and not self._stopping:
            self._counts["connects"] += 1
            self.board.set("starting", feed, why=self.board.why)

    def flowing(self, feed: Feed) -> None:
        """Something arrived."""
        if not self._stopping:
            self.lookout.flowing(feed)
        if feed is self.main and not self._stopping:
            self._disconnected_ns = 0
            self.board.set("active", feed)

    def failed(self, feed: Feed, verdict: Verdict) -> None:
        """A connection ended."""
        self.lookout.lost(feed)
        if verdict.suspect:
            component = self.part.source.component
            self._context(component, "").log.error(
                "source %s failed: %s", component.id, verdict.why.params.get("detail")
            )
        if feed is not self.main or self._stopping:
            return
        self._disconnected_ns = self._disconnected_ns or self._clock.mono_ns()
        self.board.attempts = self._drivers[feed.name].supervisor.attempts
        state = "error" if verdict.delay_s is None else "waiting"
        self.board.set(state, feed, why=verdict.why, retry_in=verdict.delay_s, suspect=verdict.suspect)

    def ended(self, feed: Feed) -> None:
        """A driver is done for good."""
        feed.disconnected()

    # --- what analyzers and sinks tell ----------------------------------------------------------------------------

    def _event(self, change: Change, part: EventPart, told: EventChange) -> None:
        self._around.post(EventChanged(generation=self.generation, change=change, event=part))
        self.recording.event(told)

    def _failure(self, what: str, part: AnalyzerPart | SinkPart, error: BaseException) -> None:
        component = part.component
        self.board.suspect(component.plugin)
        log = self._context(component, "").log
        log.error("%s %s failed on stream %s", what, component.id, self.id, exc_info=error)

    def _disabled(self, what: str, part: AnalyzerPart | SinkPart) -> None:
        self._notice(f"{what}.disabled", part.component.plugin, **{what: part.component.id})
        self.redemand()

    def _notice(self, code: str, plugin: str, **params: Any) -> None:
        self._around.post(
            Notice(
                stream_id=self.id,
                generation=self.generation,
                plugin=plugin,
                code=code,
                at=self._clock.now(),
                params=params,
            )
        )

    # --- demand ---------------------------------------------------------------------------------------------------

    def redemand(self) -> None:
        """Merge what viewers, analyzers and sinks want now; from any thread."""
        for name, feed in list(self._feeds.items()):
            wishes = demand.of_viewers(self._lives[name].views)
            if self.lookout.needs(feed):
                wishes += demand.of_analyzers(self.analysis.parts, self.part.idle)
            wishes += demand.of_sinks(part for part in self.recording.parts if self._feed_of(part.feed) is feed)
            feed.demand = demand.total(wishes)

    def _turned(self) -> None:
        """Other feeds are needed or looked at than before; from any thread."""
        self.board.analysed = self.analysis.feed if self.analysis.feed is not self.main else None
        self.redemand()

    def watch(self, views: list[LiveView], name: str) -> None:
        """Replace what is watched of a feed; on the loop. A feed the source does not have is the main feed."""
        feed = self._feeds.get(name) if name in self._feeds else None
        if views:
            self._drive(name)
            feed = self._feeds.get(name, self.main)
        if feed is None:
            return
        # While nothing was decoded the newest frame is old; its time line goes on with the next one.
        newest = feed.last_frame if feed.mode is not Mode.NONE else None
        self._pools.chores.submit(self._lives[feed.name].watch, views, newest).add_done_callback(
            lambda _: self.redemand()
        )

    def refill(self) -> None:
        """Credit came; on the loop."""
        for live in self._lives.values():
            if live.owing:
                self._pools.chores.submit(live.refill)

    def take_snapshot(self, message: TakeSnapshot) -> None:
        """Send one picture; on the loop."""
        running = self.board.state in ("active", "stale")
        self._pools.chores.submit(self.snapshots.take, message, running)

    # --- once a second --------------------------------------------------------------------------------------------

    def tick(self, level: int) -> bool:
        """On the loop: watchdogs, status, counters. ``level``: the worker's overload. True when counters moved."""
        now = self._clock.mono_ns()
        for driver in self._drivers.values():
            driver.check(now)
        if self.board.state in ("active", "stale"):
            self.board.set("stale" if self._drivers[self.main.name].stale else "active", self.main)
        self._slow_down(level)
        self.board.refresh(self.main)
        self.snapshots.expire(now)
        self.recording.flush()
        if self.analysis.busy:
            self._pools.chores.submit(self._advance, now)
        self.lookout.look()
        closed_s = max((driver.closed_s(now) for driver in self._drivers.values()), default=0.0)
        self.hangs.look([*self.analysis.calls(), *self.recording.calls()], closed_s)
        self._rest_feeds()
        return self._count()

    def _advance(self, now: int) -> None:
        newest = self.analysis.feed.last_frame
        if self._disconnected_ns and self.analysis.feed is self.main:
            self.analysis.interrupt(now, (now - self._disconnected_ns) / 1e9)
        elif newest is not None:
            self.analysis.advance(newest, now)

    def _slow_down(self, level: int) -> None:
        if level == self._level:
            return
        self._level = level
        for live in self._lives.values():
            live.slow = 2.0**level
        self.analysis.slow_down(2.0 if level > 1 else None)
        for feed in self._feeds.values():
            feed.idle.held_back = level > 2
        self.board.degraded = level > 0

    def _rest_feeds(self) -> None:
        """Disconnect a further feed that nobody wants any more."""
        for name, driver in list(self._drivers.items()):
            feed = self._feeds[name]
            if feed is not self.main and feed.demand.idle and self._built:
                del self._drivers[name]
                driver.stop()

    def _count(self) -> bool:
        values = {
            **self._counts,
            **total(self._feeds.values()),
            **self.analysis.counters(),
            **self.recording.counters(),
        }
        if values == self._sent:
            return False
        moved = values["packets"] != self._sent.get("packets")
        self._sent = dict(values)
        self._around.post(Counters(stream_id=self.id, generation=self.generation, values=values))
        return moved

    # --- stopping -------------------------------------------------------------------------------------------------

    def begin_stop(self) -> None:
        """Tell the sources to end; from any thread, any number of times."""
        if not self._stopping:
            self._stopping = True
            self.board.set("stopping", self.main)
            for driver in list(self._drivers.values()):
                driver.stop()

    def stop(self) -> bool:
        """End everything; blocks up to about 2 s, so not on the loop. Whether all threads ended."""
        self.begin_stop()
        drivers = list(self._drivers.values())
        deadline = self._clock.mono_ns() + int(STOP_S * 1e9)

        def left() -> float:
            return max(0.05, (deadline - self._clock.mono_ns()) / 1e9)

        hanging = [driver for driver in drivers if not driver.join(left())]
        stuck = self.analysis.close(left())
        self.analysis.interrupt(self._clock.mono_ns())
        plugins = [part.component.plugin for part in stuck]
        plugins += [part.component.plugin for part in self.recording.close(left)]
        if hanging:
            plugins.append(self.part.source.component.plugin)
        self.hangs.tell(plugins)
        self.snapshots.close()
        for context in self._contexts.values():
            context.close()
        self._bulk.forget(self.id)
        self._count()
        self.board.set("inactive")
        return not plugins
