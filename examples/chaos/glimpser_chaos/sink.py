"""A sink that keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .acts import Act
from .config import SinkConfig

if TYPE_CHECKING:
    from glimpser_sdk import EventChange, Frame, Packet, StreamInfo, WorkerContext


class ChaosSink:
    """Takes frames and forgets them."""

    def __init__(self, ctx: WorkerContext, config: SinkConfig, stream: StreamInfo) -> None:
        self._act = Act(config.mode, config.after_s)

    def packets(self, packets: Sequence[Packet]) -> None:
        """Packets are not asked for."""

    def frame(self, frame: Frame) -> None:
        """Misbehave, if it is time."""
        self._act.step()

    def event(self, change: EventChange, pre_roll: Sequence[Packet]) -> None:
        """Events mean nothing to it."""

    def wants_packets(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing is open."""
