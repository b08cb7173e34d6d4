"""Sinks on a stream: packets, frames and events queued, in order, for a pool; a stream never waits for one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from glimpser.protocol.messages import SinkPart
from glimpser_sdk.frames import Frame
from glimpser_sdk.packets import Packet
from glimpser_sdk.sinks import EventChange, Sink

from .guard import CAUGHT, Breaker
from .ring import PacketRing
from .strand import Strand

QUEUE_BYTES = 8 * 1024 * 1024
QUEUE_FRAMES = 8
BATCH = 32
"""Packets are handed over in batches of this many, or at once around events and keyframes."""

_Event = tuple[EventChange, Sequence[Packet]]


def marked(packet: Packet) -> Packet:
    """The packet with a discontinuity before it; other consumers keep theirs unmarked."""
    return Packet(
        feed=packet.feed,
        parameters=packet.parameters,
        pts=packet.pts,
        dts=packet.dts,
        time_base=packet.time_base,
        keyframe=packet.keyframe,
        size=packet.size,
        received_at=packet.received_at,
        mono_ns=packet.mono_ns,
        data=packet.data,
        native=packet.native,
        discontinuity=True,
    )


class SinkSlot:
    """One sink on one stream. ``failed`` is told each error of the sink; after too many it gets nothing more."""

    def __init__(
        self, part: SinkPart, sink: Sink, pool: Executor, failed: Callable[[SinkSlot, BaseException], None]
    ) -> None:
        self.part = part
        self.breaker = Breaker()
        self.dropped = 0
        self.off = False
        """Told as switched off."""
        self._sink, self._failed = sink, failed
        self._lock = threading.Lock()
        self._queue: deque[Packet | Frame | _Event] = deque()
        self._bytes = self._waiting = self._starts = 0
        self._wants = sink.wants_packets() if part.wants == "packets" else False
        self._gap = False
        self._strand = Strand(pool, self._step)

    @property
    def taking(self) -> bool:
        """Whether packets are handed over now."""
        return self._wants

    @property
    def busy_s(self) -> float:
        """How long the sink's running call takes; 0 when none runs."""
        return self._strand.busy_s

    def packet(self, packet: Packet) -> None:
        """Queue a packet, if the sink wants packets now; on the feed's thread, under its lock."""
        if not self._wants:
            return
        with self._lock:
            video_key = packet.keyframe and packet.track == "video"
            if self._gap:
                if not video_key:
                    self.dropped += 1
                    return
                packet, self._gap = marked(packet), False
            self._queue.append(packet)
            self._bytes += packet.size
            self._waiting += 1
            if self._bytes > QUEUE_BYTES:
                self._drop_group()
            due = video_key or self._waiting >= BATCH
        if due:
            self._strand.wake()

    def _drop_group(self) -> None:
        """Drop the oldest packets up to the next keyframe; events stay."""
        kept: deque[Packet | Frame | _Event] = deque()
        dropping, first = True, True
        for item in self._queue:
            if dropping and isinstance(item, Packet):
                if not first and item.keyframe and item.track == "video":
                    dropping = False
                    kept.append(marked(item))
                    continue
                first = False
                self.dropped += 1
                self._waiting -= 1
                self._bytes -= item.size
            else:
                kept.append(item)
        self._queue = kept
        self._gap = dropping

    def frame(self, frame: Frame) -> None:
        """Queue a frame; on the feed's thread."""
        with self._lock:
            if len(self._queue) >= QUEUE_FRAMES:
                for index, item in enumerate(self._queue):
                    if isinstance(item, Frame):
                        del self._queue[index]
                        self.dropped += 1
                        break
            self._queue.append(frame)
        self._strand.wake()

    def event(self, change: EventChange, ring: PacketRing) -> None:
        """Queue a change of an event, with the kept packets before its start; under the feed's lock."""
        with self._lock:
            kept: Sequence[Packet] = ()
            if change.change == "started" and self.part.wants == "packets":
                self._starts += 1
                if not self._wants:
                    # It may want what follows: asked once it has seen the event; what comes until then is kept.
                    kept, self._wants = tuple(ring.pre_roll(self.part.pre_roll_s)), True
            self._queue.append((change, kept))
        self._strand.wake()

    def flush(self) -> None:
        """Hand over what waits for a fuller batch; once a second."""
        if self._queue:
            self._strand.wake()

    def _take(self) -> list[Packet] | Frame | _Event | None:
        with self._lock:
            if not self._queue:
                return None
            first = self._queue.popleft()
            if not isinstance(first, Packet):
                return first
            batch = [first]
            while self._queue and isinstance(packet := self._queue[0], Packet) and len(batch) < 4 * BATCH:
                batch.append(packet)
                self._queue.popleft()
            self._waiting -= len(batch)
            self._bytes -= sum(packet.size for packet in batch)
            return batch

    def _step(self) -> bool:
        item = self._take()
        if item is None:
            return False
        if self.breaker.open:
            return True
        try:
            if isinstance(item, list):
                self._sink.packets(item)
            elif isinstance(item, Frame):
                self._sink.frame(item)
            else:
                with self._lock:
                    self._starts -= self.part.wants == "packets" and item[0].change == "started"
                self._sink.event(*item)
            self._ask()
        except CAUGHT as error:
            self.breaker.failed()
            self._failed(self, error)
        else:
            self.breaker.passed()
        return True

    def _ask(self) -> None:
        """Learn whether packets are wanted from here on."""
        if self.part.wants != "packets":
            return
        wants = self._sink.wants_packets()
        with self._lock:
            if self._starts:
                return
            self._wants = wants
            if not wants:
                self._queue = deque(item for item in self._queue if not isinstance(item, Packet))
                self._bytes = self._waiting = 0

    def close(self, timeout: float) -> bool:
        """Hand over all that waits and close the sink; whether it ended in time."""
        self._strand.wake()
        if not self._strand.finish(timeout) or not self._strand.close(timeout):
            return False
        try:
            self._sink.close()
        except CAUGHT as error:
            self._failed(self, error)
        return True
