"""What follows from a worker's crash for the streams in it.

A stream that was active in two crashes within ten minutes is a suspect and runs alone. Where that holds for many, those
in the most crashes are meant; where that is still many, they are only spread, because each further crash among fewer of
them tells more, and because the cause may lie outside of all of them (a machine out of memory, an operator).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 600.0
ISOLATE = 5
"""Most streams that one crash makes suspects."""
ALONE = 8
"""Most suspects at once, as each has a process to itself; more only if they were the only ones active in a crash."""
GOOD_S = 30.0
"""A suspect that ran so long starts again at once after its next crash."""
LOOP_CRASHES, LOOP_S = 40, 60.0
"""A group that crashes more often than this is slowed."""
LONGEST_S = 60.0
LONGEST_KILLED_S = 2.0
"""The longest wait of a group whose workers are killed from outside."""


class Crashes:
    """Remembers crashes. Times are seconds of a monotonic clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: dict[str, deque[float]] = {}
        self._suspects: set[str] = set()
        self._alone: dict[str, int] = {}
        self._began: dict[str, float] = {}
        self._groups: dict[str, deque[float]] = {}
        self._failed_starts: dict[str, int] = {}

    def record(self, active: frozenset[str], *, killed: bool = False) -> frozenset[str]:
        """A worker crashed in which these were active; returns those that became suspects by it. ``killed``: by
        SIGKILL, which the kernel or a person sent, so that a suspect does not have to wait for it."""
        now = self._clock()
        counts = {}
        for stream_id in active:
            times = self._times.setdefault(stream_id, deque(maxlen=16))
            times.append(now)
            counts[stream_id] = sum(t > now - WINDOW_S for t in times)
            if stream_id in self._suspects and not killed:
                long = now - self._began.get(stream_id, now) > GOOD_S
                self._alone[stream_id] = 0 if long else self._alone.get(stream_id, 0) + 1
        fresh = {s: n for s, n in counts.items() if n >= 2 and s not in self._suspects}
        if len(fresh) > ISOLATE:
            most = max(fresh.values())
            fresh = {s: n for s, n in fresh.items() if n == most}
        held = sum(self.suspect(s) for s in list(self._suspects))
        certain = len(active) == 1 and not killed
        if not certain and (len(fresh) > ISOLATE or held + len(fresh) > ALONE):
            return frozenset()
        self._suspects |= fresh.keys()
        return frozenset(fresh)

    def suspect(self, stream_id: str) -> bool:
        """Whether a stream has to run alone. Suspicion ends ten minutes after its last crash."""
        if stream_id in self._suspects and self._times[stream_id][-1] <= self._clock() - WINDOW_S:
            self.forget(stream_id)
        return stream_id in self._suspects

    def began(self, stream_id: str) -> None:
        """The stream was started."""
        self._began[stream_id] = self._clock()

    def forget(self, stream_id: str) -> None:
        """The stream is gone or was changed: it starts with a clean slate."""
        self._times.pop(stream_id, None)
        self._suspects.discard(stream_id)
        self._alone.pop(stream_id, None)

    def stream_delay(self, stream_id: str) -> float:
        """Seconds before a stream starts again: it waits when it crashed a worker that it had for itself."""
        crashes = self._alone.get(stream_id, 0)
        return min(LONGEST_S, 2.0 ** (crashes - 1)) if crashes else 0.0

    def group_delay(self, group: str, *, ready: bool, killed: bool = False) -> float:
        """Seconds before a group's streams start again after a worker ended; ``ready``: it had come up. A worker that
        does not come up says nothing about its streams, but trying again at once would spin."""
        now = self._clock()
        if not ready:
            self._failed_starts[group] = failed = self._failed_starts.get(group, 0) + 1
            return min(LONGEST_S, 2.0 ** (failed - 1))
        self._failed_starts.pop(group, None)
        times = self._groups.setdefault(group, deque(maxlen=LOOP_CRASHES + 8))
        times.append(now)
        recent = sum(t > now - LOOP_S for t in times)
        longest = LONGEST_KILLED_S if killed else LONGEST_S
        return min(longest, 2.0 ** (recent - LOOP_CRASHES)) if recent > LOOP_CRASHES else 0.0
