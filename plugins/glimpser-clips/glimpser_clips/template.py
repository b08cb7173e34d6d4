"""Codec parameters as PyAV streams.

PyAV copies a stream's parameters from another stream only, and the packets here come from anywhere. So the parameters
are written into the head of a Matroska file in memory, which FFmpeg reads back as streams; Matroska carries the set-up
bytes of every codec as they are.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from av.container import InputContainer

    from glimpser_sdk.packets import CodecParameters

VIDEO = {"h264": b"V_MPEG4/ISO/AVC", "hevc": b"V_MPEGH/ISO/HEVC", "av1": b"V_AV1", "vp9": b"V_VP9"}
AUDIO = {"aac": b"A_AAC", "opus": b"A_OPUS"}
"""Matroska's names for the codecs that browsers play in MP4, by FFmpeg's name."""


def template(*tracks: CodecParameters) -> InputContainer:
    """A container with one stream for each track, in order. Close it. KeyError for a codec not listed above."""
    entries = b"".join(_track(number, parameters) for number, parameters in enumerate(tracks, 1))
    segment = _element(0x1654AE6B, entries) + _element(0x1F43B675, _number(0xE7, 0))
    document = _element(0x1A45DFA3, _element(0x4282, b"matroska")) + _element(0x18538067, segment)
    return av.open(io.BytesIO(document), format="matroska")


def _track(number: int, parameters: CodecParameters) -> bytes:
    video = parameters.track == "video"
    fields = _number(0xD7, number) + _number(0x73C5, number) + _number(0x83, 1 if video else 2)
    fields += _element(0x86, (VIDEO if video else AUDIO)[parameters.codec])
    if parameters.extradata:
        fields += _element(0x63A2, parameters.extradata)
    if video:
        fields += _element(0xE0, _number(0xB0, parameters.width) + _number(0xBA, parameters.height))
    else:
        rate = _element(0xB5, struct.pack(">d", parameters.sample_rate))
        fields += _element(0xE1, rate + _number(0x9F, parameters.channels))
    return _element(0xAE, fields)


def _element(identifier: int, content: bytes) -> bytes:
    """An EBML element: its id, its length in eight bytes, its content."""
    name = identifier.to_bytes((identifier.bit_length() + 7) // 8)
    return name + (1 << 56 | len(content)).to_bytes(8) + content


def _number(identifier: int, value: int) -> bytes:
    return _element(identifier, value.to_bytes(8))
