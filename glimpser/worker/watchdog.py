"""Whether a feed gives what is demanded of it, looked at once a second."""

from __future__ import annotations

from dataclasses import dataclass

from glimpser_sdk.errors import Reason
from glimpser_sdk.sources import Cadence

CONNECT_S, PACKETS_S, FRAMES_S, FROZEN_S = 13.0, 10.0, 12.0, 10.0
VARIED = 10
"""Seconds in which payloads differed, before identical ones count as a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a feed gave so far on this connection; ``*_ns`` are monotonic, 0 = never."""

    items: int
    last_ns: int
    media_s: float | None
    payload_changed_ns: int = 0
    decoding: bool = False
    last_frame_ns: int = 0
    keyframe_interval_s: float | None = None


class Watchdog:
    """One connection's watchdog. ``started_ns``: when connecting began."""

    def __init__(self, cadence: Cadence, started_ns: int) -> None:
        self._cadence = cadence
        self._started_ns = started_ns
        self._media_s: float | None = None
        self._moved_ns = started_ns
        self._still_items = 0
        self._decoding_since = 0
        self._varied = 0
        self._same_items = 0
        self._changed_ns = 0
        self._missing = 0.0

    @property
    def stale(self) -> bool:
        """Something is late, though not yet a fault."""
        return self._missing > 0.5

    def check(self, seen: Seen, now_ns: int) -> Reason | None:
        """A fault, or None."""
        if self._cadence.kind == "on_demand":
            return None
        since = (now_ns - (seen.last_ns or self._started_ns)) / 1e9
        if self._cadence.kind == "interval":
            limit = 2 * self._cadence.seconds + self._cadence.timeout_s
            self._missing = since / limit if seen.items else 0.0
            return Reason("stream.silent", {"seconds": round(since)}) if since > limit else None
        limit = PACKETS_S if seen.items else CONNECT_S
        self._missing = since / limit if seen.items else 0.0
        if since > limit:
            return Reason("stream.silent" if seen.items else "stream.connect_timeout", {"seconds": round(since)})
        return self._frames(seen, now_ns) or self._clock(seen, now_ns) or self._payload(seen, now_ns)

    def _frames(self, seen: Seen, now_ns: int) -> Reason | None:
        if not seen.decoding or not seen.items:
            self._decoding_since = 0
            return None
        self._decoding_since = self._decoding_since or now_ns
        limit = max(FRAMES_S, 2 * (seen.keyframe_interval_s or 0.0))
        since = (now_ns - max(seen.last_frame_ns, self._decoding_since)) / 1e9
        return Reason("stream.no_frames", {"seconds": round(since)}) if since > limit else None

    def _clock(self, seen: Seen, now_ns: int) -> Reason | None:
        if seen.media_s is None or seen.media_s != self._media_s or not seen.items:
            self._media_s, self._moved_ns, self._still_items = seen.media_s, now_ns, seen.items
            return None
        since = (now_ns - self._moved_ns) / 1e9
        if since > FROZEN_S and seen.items - self._still_items > 1:
            return Reason("stream.frozen", {"seconds": round(since)})
        return None

    def _payload(self, seen: Seen, now_ns: int) -> Reason | None:
        """A still scene is no fault: its packets differ in their numbering, and a constant source never varied."""
        if seen.payload_changed_ns != self._changed_ns:
            self._changed_ns, self._same_items = seen.payload_changed_ns, seen.items
            self._varied += 1
            return None
        since = (now_ns - seen.payload_changed_ns) / 1e9
        if self._varied >= VARIED and since > FROZEN_S and seen.items - self._same_items > 1:
            return Reason("stream.frozen_payload", {"seconds": round(since)})
        return None
