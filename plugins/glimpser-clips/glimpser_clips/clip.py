"""One file: fragmented MP4, written under a temporary name and renamed when it is whole."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error

from glimpser_clips import sound
from glimpser_clips.template import template
from glimpser_clips.timing import Timing
from glimpser_sdk.ids import new_id
from glimpser_sdk.sinks import MediaFile

if TYPE_CHECKING:
    from glimpser_sdk.packets import CodecParameters, Packet

FAILURES = (OSError, av.error.FFmpegError)
"""What writing may raise."""

# The index is written with the first fragment: by then the muxer has seen in-band parameter sets and first times.
_OPTIONS = {"movflags": "frag_keyframe+delay_moov+default_base_moof"}


def same_track(one: CodecParameters, other: CodecParameters) -> bool:
    """Whether packets of both may be in one file. A new connection numbers its epochs anew, so these say nothing."""
    return _identity(one) == _identity(other)


def _identity(parameters: CodecParameters) -> tuple[Any, ...]:
    p = parameters
    return p.codec, p.extradata, p.width, p.height, p.sample_rate, p.channels


class Clip:
    """A file that grows. Any method may raise one of FAILURES; then :meth:`drop` it.

    ``first``: the video keyframe it will begin with, to be given to :meth:`write` too. ``heard``: a packet of the sound
    that goes with it, or None. ``now``: UTC, used where packets do not say when they arrived.
    """

    def __init__(self, folder: Path, first: Packet, heard: Packet | None, now: datetime) -> None:
        self.event_ids: dict[str, None] = {}
        self.first_mono_ns = self.last_mono_ns = first.mono_ns
        self._video = first.parameters
        self._audio = sound.track(heard) if heard is not None else None
        self._started_at = self._ended_at = first.received_at or now
        self._time_base = Fraction(*first.time_base)
        self._timing = Timing(first)
        name = new_id()
        self._path, self._temporary = folder / f"{name}.mp4", folder / f".{name}.part"
        # Not by name: of what it cannot write at the very end the muxer says nothing, a buffered file does.
        self._file = open(self._temporary, "wb")  # noqa: SIM115 - open for as long as the clip
        self._container = av.open(self._file, "w", format="mp4", options=_OPTIONS)
        try:
            self._streams = self._add_streams()
            self._container.start_encoding()
        except BaseException:
            self.drop()
            raise

    def _add_streams(self) -> dict[str, Any]:
        tracks = [track for track in (self._video, self._audio) if track is not None]
        with template(*tracks) as known:
            streams = {
                track.track: self._container.add_stream_from_template(stream, opaque=True)
                for track, stream in zip(tracks, known.streams, strict=True)
            }
        if self._video.codec == "hevc":
            # The other tag, hev1, is refused by Safari.
            streams["video"].codec_context.codec_tag = "hvc1"
        streams["video"].time_base = self._time_base
        return streams

    def fits(self, parameters: CodecParameters) -> bool:
        """Whether video with these parameters may follow in this file."""
        return same_track(self._video, parameters)

    def write(self, packet: Packet) -> None:
        """Append a packet, unless it refers to what is missing or is of a track that the file does not have."""
        if packet.track == "video":
            self.last_mono_ns = packet.mono_ns
            if self._timing.jumps(packet):
                self._timing.broken()
                if not packet.keyframe:
                    return
                self._timing.resume(packet)
        elif not self._is_sound(packet):
            return
        times = self._timing.at(packet)
        if times is None:
            return
        copy = av.Packet(packet.data if packet.track == "video" else sound.payload(packet))
        copy.pts, copy.dts, copy.time_base = times
        copy.is_keyframe = packet.keyframe
        copy.stream = self._streams[packet.track]
        self._container.mux_one(copy)
        self._ended_at = packet.received_at or self._ended_at

    def _is_sound(self, packet: Packet) -> bool:
        """Whether it belongs to the file's sound track."""
        if packet.track != "audio" or self._audio is None:
            return False
        audio = sound.track(packet)
        return audio is not None and same_track(self._audio, audio)

    def finish(self) -> MediaFile:
        """Complete the file and give it its name."""
        self._container.close()
        self._file.close()
        os.replace(self._temporary, self._path)
        return MediaFile(
            name=self._path.name,
            kind="clip",
            content_type="video/mp4",
            started_at=self._started_at,
            ended_at=max(self._ended_at, self._started_at),
            event_ids=tuple(self.event_ids),
            width=self._video.width,
            height=self._video.height,
            codec=self._video.codec,
        )

    def drop(self) -> None:
        """Remove what was written."""
        for part in (self._container, self._file):
            with contextlib.suppress(*FAILURES):
                part.close()
        self._temporary.unlink(missing_ok=True)
