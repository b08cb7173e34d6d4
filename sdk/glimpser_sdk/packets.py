"""Encoded media as it left the source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .pictures import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecParameters:
    """Parameters of one codec epoch of a track; a change of any of them starts a new epoch.

    ``codec``: FFmpeg's name (``h264``, ``hevc``, ``mjpeg``, ``aac``). ``extradata``: decoder set-up bytes as the
    container gave them. ``width``/``height`` in pixels, ``fps`` as announced (None = unknown), ``sample_rate`` in Hz.
    ``native``: the source's own handle, valid in this process only.
    """

    epoch: int
    track: str = "video"
    codec: str
    extradata: bytes = b""
    width: int = 0
    height: int = 0
    fps: float | None = None
    sample_rate: int = 0
    channels: int = 0
    native: Any = None


class Packet:
    """One encoded unit of a track.

    ``pts``/``dts`` count ``time_base`` (numerator, denominator) seconds; None where the source gave none.
    ``native`` may hold the source library's own packet; ``data`` copies the bytes out only when asked.
    """

    __slots__ = (
        "_data",
        "discontinuity",
        "dts",
        "feed",
        "keyframe",
        "mono_ns",
        "native",
        "parameters",
        "pts",
        "received_at",
        "size",
        "time_base",
        "track",
    )  # fmt: skip

    def __init__(
        self,
        *,
        feed: str,
        parameters: CodecParameters,
        pts: int | None,
        dts: int | None,
        time_base: tuple[int, int],
        keyframe: bool,
        size: int,
        received_at: datetime | None,
        mono_ns: int,
        data: bytes | None = None,
        native: Any = None,
        discontinuity: bool = False,
    ) -> None:
        self.feed = feed
        self.track = parameters.track
        self.parameters = parameters
        self.pts = pts
        self.dts = dts
        self.time_base = time_base
        self.keyframe = keyframe
        self.size = size
        self.received_at = received_at
        self.mono_ns = mono_ns
        self.native = native
        self.discontinuity = discontinuity
        self._data = data

    @property
    def data(self) -> bytes:
        """The encoded bytes."""
        if self._data is None:
            self._data = bytes(self.native)
        return self._data

    @property
    def seconds(self) -> float | None:
        """Presentation time on the source's media clock, in seconds."""
        stamp = self.pts if self.pts is not None else self.dts
        return None if stamp is None else stamp * self.time_base[0] / self.time_base[1]


@runtime_checkable
class Decoder(Protocol):
    """Turns the packets of one codec epoch into pictures. Used from one thread at a time."""

    def decode(self, packet: Packet) -> list[Picture]:
        """Feed one packet; returns the pictures that became ready, in presentation order."""

    def decode_key(self, packet: Packet) -> Picture | None:
        """Decode one keyframe by itself and return its picture at once; forgets all references."""

    def skip_non_reference(self, skip: bool) -> None:
        """Leave out pictures that no other picture refers to."""

    def reset(self) -> None:
        """Forget all references and pending pictures; the next packet should be a keyframe."""

    def close(self) -> None:
        """Free the decoder; idempotent."""
