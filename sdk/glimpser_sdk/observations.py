"""What analyzers see, and the regions they look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

RegionKind = Literal["zone", "motion_mask", "privacy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A polygon on a stream's picture; points are (x, y) in 0..1 of width and height, at least three."""

    id: str
    name: str
    kind: RegionKind
    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in 0..1 of width and height, from the top left."""

    x: float
    y: float
    width: float
    height: float
    label: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one analyzer saw in one frame.

    ``type``: the event type it belongs to (``motion.detected``). ``key`` keeps simultaneous events of a type apart
    (a label, a track id). ``active``: the thing is there in this frame; folding turns runs of active observations
    into one event. ``wake``: worth a full decode now, though not yet ``active``. ``score`` 0..1.
    ``regions``: region id → share of it concerned, 0..1. ``data``: JSON values kept with the event.
    """

    type: str
    active: bool
    score: float
    key: str = ""
    wake: bool = False
    regions: dict[str, float] = field(default_factory=dict)
    boxes: tuple[Box, ...] = ()
    label: str = ""
    text: str = ""
    vector: tuple[float, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
