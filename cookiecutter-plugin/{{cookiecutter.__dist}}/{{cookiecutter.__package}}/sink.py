"""Keeps a picture of the beginning of every event."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from glimpser_sdk import MediaFile, new_id

from .config import PictureConfig

if TYPE_CHECKING:
    from glimpser_sdk import EventChange, Frame, Packet, StreamInfo, WorkerContext


class PictureSink:
    """Writes the first frame of each event. It may block on the disk: nothing waits for it."""

    def __init__(self, ctx: WorkerContext, config: PictureConfig, stream: StreamInfo) -> None:
        self._ctx, self._quality = ctx, config.quality
        self._waiting: list[str] = []

    def event(self, change: EventChange, pre_roll: Sequence[Packet]) -> None:
        """An event begins: the next frame is its picture."""
        if change.change == "started":
            self._waiting.append(change.event_id)

    def frame(self, frame: Frame) -> None:
        """Keep the frame if an event waits for one."""
        if not self._waiting:
            return
        name = f"{new_id()}.jpg"
        temporary = self._ctx.folder / f".{name}.part"
        temporary.write_bytes(frame.jpeg(self._quality))
        # What bears its final name is whole.
        os.replace(temporary, self._ctx.folder / name)
        file = MediaFile(
            name=name,
            kind="picture",
            content_type="image/jpeg",
            started_at=frame.captured_at,
            ended_at=frame.captured_at,
            event_ids=tuple(self._waiting),
            width=frame.width,
            height=frame.height,
        )
        self._waiting.clear()
        self._ctx.report(file)

    def packets(self, packets: Sequence[Packet]) -> None:
        """For sinks that want packets."""

    def wants_packets(self) -> bool:
        """Never: it wants frames."""
        return False

    def close(self) -> None:
        """Nothing is open."""
