"""How much of a feed is decoded: nothing, keyframes, what others refer to, or all of it."""

from __future__ import annotations

from enum import StrEnum

from glimpser_sdk.demand import Decode, Demand

AWAKE_S = 5.0
"""Full decoding goes on this long after the last active or waking observation."""


class Mode(StrEnum):
    """What the decoder does now."""

    NONE = "none"
    KEY = "key"
    NONREF = "nonref"
    FULL = "full"


class IdlePlan:
    """Picks the mode from what is demanded, how far apart keyframes are, and whether something was seen lately.

    Times are seconds on the feed's own packet clock.
    """

    __slots__ = ("_awake_until", "_gap_s", "_intervals", "_key_at", "held_back", "now", "woken_by")

    def __init__(self, max_gap_s: float) -> None:
        self._gap_s = max_gap_s
        self._key_at: float | None = None
        self._intervals: tuple[float, ...] = ()
        self._awake_until = float("-inf")
        self.now = 0.0
        self.woken_by = ""
        self.held_back = False
        """Set while the worker is overloaded: keyframes must do although something was seen."""

    def packet(self, keyframe: bool, now: float) -> None:
        """A packet arrived."""
        self.now = now
        if keyframe:
            if self._key_at is not None:
                self._intervals = (*self._intervals[-2:], now - self._key_at)
            self._key_at = now

    def restarted(self) -> None:
        """A new connection: the time until its first keyframe says nothing."""
        self._key_at = None

    @property
    def interval_s(self) -> float | None:
        """The longest of the last three times between keyframes; None before two were seen."""
        return max(self._intervals) if self._intervals else None

    @property
    def sparse(self) -> bool:
        """Whether keyframes are known to come too seldom to do alone."""
        return (self.interval_s or 0.0) > self._gap_s * 1.05

    def wake(self, by: str) -> None:
        """Something is worth looking at."""
        self.woken_by = by
        self._awake_until = self.now + AWAKE_S

    @property
    def awake(self) -> bool:
        """Whether something was seen within the last seconds."""
        return self.now < self._awake_until and not self.held_back

    def choose(self, demand: Demand) -> Mode:
        """The least work that meets the demand. Keyframes alone will do while they come often enough; before their
        interval is known they are assumed to, until one is overdue."""
        if demand.decode is Decode.NONE:
            return Mode.NONE
        if demand.decode is Decode.FULL or self.awake:
            return Mode.FULL
        overdue = self._key_at is None or self.now - self._key_at > self._gap_s * 1.05
        return Mode.NONREF if overdue or self.sparse else Mode.KEY

    def why(self, mode: Mode, demand: Demand) -> str:
        """The reason, for diagnostics."""
        if mode is Mode.NONE:
            return "nothing is asked for"
        if mode is Mode.FULL and demand.decode is not Decode.FULL:
            return f"awake: {self.woken_by}"
        if mode is Mode.FULL:
            return ", ".join(demand.why)
        if self.interval_s is None:
            return "idle, keyframe interval not known yet"
        return f"idle, keyframes {self.interval_s:.1f} s apart"
