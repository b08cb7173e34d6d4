"""What is wanted from a feed now. Demand flows up from viewers, analyzers and sinks; frames flow down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import reduce


class Decode(IntEnum):
    """How much of a feed is decoded."""

    NONE = 0
    KEY = 1
    FULL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One wish, or the merge of many.

    ``packets``: encoded packets are wanted. ``decode``: which pictures. ``max_fps``: pictures a second that are enough
    (None = all there are). ``max_side``: longest side in pixels that is enough (None = native). ``why``: who asks, for
    diagnostics (``viewer``, ``analyzer:motion``, ``sink:clips``).
    """

    packets: bool = False
    decode: Decode = Decode.NONE
    max_fps: float | None = None
    max_side: int | None = None
    why: tuple[str, ...] = ()

    def __or__(self, other: Demand) -> Demand:
        """The least demand that meets both."""
        mine, theirs = self.decode > Decode.NONE, other.decode > Decode.NONE
        if mine and theirs:
            fps = None if self.max_fps is None or other.max_fps is None else max(self.max_fps, other.max_fps)
            side = None if self.max_side is None or other.max_side is None else max(self.max_side, other.max_side)
        else:
            asked = self if mine else other
            fps, side = asked.max_fps, asked.max_side
        return Demand(
            packets=self.packets or other.packets,
            decode=max(self.decode, other.decode),
            max_fps=fps,
            max_side=side,
            why=tuple(dict.fromkeys((*self.why, *other.why))),
        )

    @property
    def idle(self) -> bool:
        """Nothing at all is wanted."""
        return not self.packets and self.decode is Decode.NONE


NOTHING = Demand()


def merge(demands: list[Demand]) -> Demand:
    """The least demand that meets all."""
    return reduce(Demand.__or__, demands, NOTHING)
