"""From events to clips: when a file begins, what it holds, when it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from glimpser_clips.clip import FAILURES, Clip
from glimpser_clips.config import ClipsConfig
from glimpser_clips.template import VIDEO

if TYPE_CHECKING:
    from glimpser_sdk.analyzers import StreamInfo
    from glimpser_sdk.contexts import WorkerContext
    from glimpser_sdk.frames import Frame
    from glimpser_sdk.packets import Packet
    from glimpser_sdk.sinks import EventChange

_GAP_NS = 10 * 10**9
"""A longer silence ends a file: nobody wants to watch a picture that stands still."""

_LEFT_OVER = timedelta(minutes=1)
"""A temporary file that nobody wrote to for so long belongs to a process that is gone."""


class ClipSink:
    """Events of a stream that overlap share one file.

    It begins with the keyframe that the pre-roll begins with and ends ``post_roll_s`` after the last of them is over.
    While an event lasts, a new file begins where the codec's parameters change, after a silence of more than 10 s, and
    at the first keyframe past ``max_length_s``.
    """

    def __init__(self, ctx: WorkerContext, config: ClipsConfig, stream: StreamInfo) -> None:
        self._ctx, self._config = ctx, config
        self._clip: Clip | None = None
        self._lasting: dict[str, None] = {}
        self._without_file: dict[str, None] = {}
        self._until_ns: int | None = None
        self._heard: Packet | None = None
        self._told: set[str] = set()
        self._failing = False
        ctx.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def _sweep(self) -> None:
        """Remove what a killed process left."""
        edge = (self._ctx.clock.now() - _LEFT_OVER).timestamp()
        for path in self._ctx.folder.glob(".*.part"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < edge:
                    path.unlink()

    def event(self, change: EventChange, pre_roll: Sequence[Packet]) -> None:
        """An event begins or ends."""
        if change.change == "started":
            self._lasting[change.event_id] = None
            self._until_ns = None
            if self._clip is not None:
                self._clip.event_ids[change.event_id] = None
            else:
                self._without_file[change.event_id] = None
            self.packets(pre_roll)
        elif change.change == "ended" and change.event_id in self._lasting:
            del self._lasting[change.event_id]
            if not self._lasting:
                self._until_ns = change.mono_ns + int(self._config.post_roll_s * 1e9)

    def wants_packets(self) -> bool:
        """While an event lasts, and for the post-roll."""
        return bool(self._lasting) or self._until_ns is not None

    def packets(self, packets: Sequence[Packet]) -> None:
        """Write what belongs to a clip."""
        self._heard = next((packet for packet in packets if packet.track == "audio"), self._heard)
        try:
            for packet in packets:
                if self.wants_packets():
                    self._take(packet)
        except FAILURES as error:
            self._failed(error)

    def frame(self, frame: Frame) -> None:
        """Frames are not asked for."""

    def close(self) -> None:
        """Finish what is open."""
        try:
            self._finish()
        except FAILURES as error:
            self._failed(error)

    def _take(self, packet: Packet) -> None:
        if self._until_ns is not None and packet.mono_ns > self._until_ns:
            self._finish()
            self._forget()
        elif packet.track == "video":
            if self._clip is not None and self._complete(self._clip, packet):
                self._finish()
            if self._clip is None and packet.keyframe:
                self._begin(packet)
        if self._clip is not None:
            self._clip.write(packet)

    def _complete(self, clip: Clip, packet: Packet) -> bool:
        """Whether this video packet must not be in the file."""
        if not clip.fits(packet.parameters) or packet.mono_ns - clip.last_mono_ns > _GAP_NS:
            return True
        return packet.keyframe and packet.mono_ns - clip.first_mono_ns >= self._config.max_length_s * 1e9

    def _begin(self, keyframe: Packet) -> None:
        events = {**self._without_file, **self._lasting}
        codec = keyframe.parameters.codec
        if codec not in VIDEO:
            if codec not in self._told:
                self._told.add(codec)
                self._ctx.notice("clips.unsupported_codec", codec=codec)
            self._forget()
        elif not events:
            self._forget()
        else:
            self._clip = Clip(self._ctx.folder, keyframe, self._heard, self._ctx.clock.now())
            self._clip.event_ids = events
            self._without_file = {}

    def _finish(self) -> None:
        if self._clip is not None:
            file = self._clip.finish()
            self._clip = None
            self._failing = False
            self._ctx.report(file)

    def _forget(self) -> None:
        """Nothing more is written before the next event."""
        self._lasting, self._without_file, self._until_ns = {}, {}, None

    def _failed(self, error: Exception) -> None:
        if self._clip is not None:
            self._clip.drop()
            self._clip = None
        self._forget()
        if not self._failing:
            self._failing = True
            self._ctx.notice("clips.write_failed", error=getattr(error, "strerror", None) or type(error).__name__)
