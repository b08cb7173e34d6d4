"""Codec epochs: which parameters hold for a packet."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import av
import av.error

from glimpser_sdk.errors import Unsupported
from glimpser_sdk.packets import CodecParameters

_START = b"\x00\x00\x01"
_HEAD = 1024
# Types of NAL units that carry parameters: the kind is in other bits of the first byte for each codec.
_PARAMETER_SETS = {"h264": (0, 0x1F, {7, 8}), "hevc": (1, 0x3F, {32, 33, 34})}


def parameters(stream: Any) -> CodecParameters:
    """What the container says about a stream. Raises Unsupported when nothing here decodes it."""
    codec = stream.codec_context
    if codec is None:
        raise Unsupported(code="media.unsupported_codec", codec=str(stream.codec_parameters.name or "?"))
    name, extradata = codec.codec.canonical_name, codec.extradata or b""
    if stream.type == "audio":
        return CodecParameters(
            epoch=0,
            track="audio",
            codec=name,
            extradata=extradata,
            sample_rate=codec.sample_rate,
            channels=codec.channels,
            native=stream,
        )
    rate = stream.average_rate or stream.guessed_rate
    return CodecParameters(
        epoch=0,
        codec=name,
        extradata=extradata,
        width=codec.width,
        height=codec.height,
        fps=float(rate) if rate else None,
        native=stream,
    )


class Epochs:
    """Follows a video track. Parameters may change at a keyframe only, so only keyframes are looked at."""

    def __init__(self, stream: Any, *, timed: bool) -> None:
        found = parameters(stream)
        self.current = found if timed else replace(found, fps=None)
        self._sets = _PARAMETER_SETS.get(self.current.codec)
        self._seen = b""

    def at_keyframe(self, packet: Any) -> CodecParameters:
        """The parameters that hold from this keyframe on."""
        extradata = self._changed(packet)
        if extradata:
            width, height = _size(self.current, extradata, packet)
            if width:
                self.current = replace(
                    self.current, epoch=self.current.epoch + 1, extradata=extradata, width=width, height=height
                )
        return self.current

    def _changed(self, packet: Any) -> bytes:
        if packet.has_sidedata("new_extradata"):
            fresh = bytes(packet.get_sidedata("new_extradata"))
            return b"" if fresh == self.current.extradata else fresh
        if self._sets is None:
            return b""
        found = _parameter_sets(bytes(memoryview(packet)[:_HEAD]), *self._sets)
        if not found or found == self._seen:
            return b""
        self._seen = found
        known = self.current.width and all(unit in self.current.extradata for unit in found.split(_START) if unit)
        return b"" if known else found


def _parameter_sets(head: bytes, shift: int, mask: int, wanted: set[int]) -> bytes:
    """The parameter sets before the picture of an Annex B packet, with start codes; empty when there are none."""
    if not head.startswith((_START, b"\x00" + _START)):
        return b""
    units = []
    for unit in head.split(_START)[1:]:
        kind = (unit[0] >> shift) & mask if unit else -1
        if kind in wanted:
            units.append(_START + unit.rstrip(b"\x00"))
        elif units:
            break
    return b"".join(units)


def _size(current: CodecParameters, extradata: bytes, packet: Any) -> tuple[int, int]:
    """Width and height of a keyframe in pixels, by decoding it; zeros when it cannot be decoded."""
    context: Any = av.CodecContext.create(current.codec, "r")
    context.thread_count = 1
    context.extradata = extradata
    with contextlib.suppress(av.error.FFmpegError):
        for frame in [*context.decode(packet), *context.decode(None)]:
            return frame.width, frame.height
    return 0, 0
