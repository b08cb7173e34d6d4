"""From observations to events: a run of active frames becomes one event with start, end, peak and best frame."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal

from glimpser.protocol.messages import EventPart
from glimpser_sdk.frames import Frame
from glimpser_sdk.ids import new_id
from glimpser_sdk.observations import Observation
from glimpser_sdk.sinks import EventChange

Change = Literal["started", "updated", "ended"]
UPDATE_S = 1.0
BEST_S = 1.0
BURST, BURST_S = 32, 2.0
"""More events than this are not begun in so many seconds: an analyzer that sees thousands is broken, not the scene."""
BEST_SIDE, BEST_QUALITY = 1280, 85


@dataclass(slots=True)
class _Open:
    part: EventPart
    last_s: float
    """Stream time of the last active frame."""
    told_ns: int
    best: Frame
    sent_score: float
    sent_s: float
    regions: dict[str, float] = field(default_factory=dict)


ROUNDING_S = 1e-6
"""A gap that is exactly as long as allowed must not divide an event because of how its seconds were rounded."""


class Folder:
    """Folds one analyzer's observations on one stream. Thread-safe.

    ``changed`` gets each change of an event; ``best`` gets an event's best frame, with its score, to be sent.
    """

    def __init__(
        self,
        stream_id: str,
        analyzer: str,
        gap_s: float,
        *,
        changed: Callable[[Change, EventPart, EventChange], None],
        best: Callable[[EventPart, Frame], None],
    ) -> None:
        self._stream_id, self._analyzer, self._gap_s = stream_id, analyzer, gap_s
        self._changed, self._best = changed, best
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], _Open] = {}
        self._starts: deque[float] = deque(maxlen=BURST)
        self.dropped = 0
        """Observations that began no event because too many had begun."""

    @property
    def busy(self) -> bool:
        """Whether events are open."""
        return bool(self._open)

    def observe(self, frame: Frame, observations: tuple[Observation, ...]) -> None:
        """Take what was seen in a frame. Frames come in order of time."""
        with self._lock:
            self._expire(frame.time_s, frame.mono_ns)
            for seen in observations:
                if seen.active:
                    self._active(frame, seen)

    def advance(self, time_s: float, mono_ns: int) -> None:
        """Everything up to stream time ``time_s`` was analysed."""
        with self._lock:
            self._expire(time_s, mono_ns)

    def interrupt(self, mono_ns: int) -> None:
        """The stream ends or lost its source: close what is open."""
        with self._lock:
            for key in list(self._open):
                self._end(key, mono_ns, interrupted=True)

    def _expire(self, time_s: float, mono_ns: int) -> None:
        for key, event in list(self._open.items()):
            if time_s - event.last_s > self._gap_s + ROUNDING_S:
                self._end(key, mono_ns, interrupted=False)

    def _active(self, frame: Frame, seen: Observation) -> None:
        key = seen.type, seen.key
        event = self._open.get(key)
        if event is None:
            if len(self._starts) == BURST and 0 <= frame.time_s - self._starts[0] < BURST_S:
                self.dropped += 1
                return
            self._starts.append(frame.time_s)
            part = EventPart(
                id=new_id(),
                stream_id=self._stream_id,
                type=seen.type,
                analyzer=self._analyzer,
                started_at=frame.captured_at,
                last_at=frame.captured_at,
                revision=0,
                score=seen.score,
                key=seen.key,
            )
            event = self._open[key] = _Open(part, frame.time_s, frame.mono_ns, frame, seen.score, frame.time_s)
            self._take(event, frame, seen)
            self._tell("started", event, frame.captured_at, frame.mono_ns)
            self._best(part, frame)
            return
        event.part.last_at = max(event.part.last_at, frame.captured_at)
        event.last_s = frame.time_s
        if seen.score > event.part.score:
            self._take(event, frame, seen)
        else:
            self._peaks(event, seen)
        if frame.mono_ns - event.told_ns >= UPDATE_S * 1e9:
            self._tell("updated", event, frame.captured_at, frame.mono_ns)

    def _take(self, event: _Open, frame: Frame, seen: Observation) -> None:
        """This frame is the best so far."""
        event.best = frame
        part = event.part
        part.score, part.best_at = seen.score, frame.captured_at
        part.boxes = [asdict(box) for box in seen.boxes]
        part.label, part.text, part.data = seen.label, seen.text, dict(seen.data)
        self._peaks(event, seen)

    @staticmethod
    def _peaks(event: _Open, seen: Observation) -> None:
        for region, share in seen.regions.items():
            if share > event.regions.get(region, 0.0):
                event.regions[region] = share

    def _end(self, key: tuple[str, str], mono_ns: int, interrupted: bool) -> None:
        event = self._open.pop(key)
        event.part.ended_at = event.part.last_at
        event.part.interrupted = interrupted
        notably = event.part.score > event.sent_score * 1.1 + 0.01
        if notably and event.best.time_s - event.sent_s >= BEST_S:
            self._best(event.part, event.best)
        self._tell("ended", event, event.part.last_at, mono_ns)

    def _tell(self, change: Change, event: _Open, at: datetime, mono_ns: int) -> None:
        part = event.part
        part.revision += 1
        event.told_ns = mono_ns
        sent = EventPart(**{name: getattr(part, name) for name in part.__struct_fields__})
        sent.regions = dict(event.regions)
        self._changed(
            change,
            sent,
            EventChange(
                event_id=part.id,
                type=part.type,
                change=change,
                started_at=part.started_at,
                at=at,
                mono_ns=mono_ns,
                score=part.score,
            ),
        )
