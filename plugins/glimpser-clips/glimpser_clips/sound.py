"""Sound as MP4 wants it: set-up bytes in the head of the file, packets without headers of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from glimpser_clips.template import AUDIO

if TYPE_CHECKING:
    from glimpser_sdk.packets import CodecParameters, Packet

_ADTS = 7


def track(packet: Packet) -> CodecParameters | None:
    """What the file's sound track is like when it holds this packet; None when browsers would not play it."""
    parameters = packet.parameters
    if parameters.codec not in AUDIO:
        return None
    if parameters.codec == "aac" and _has_header(packet.data):
        return replace(parameters, extradata=_set_up(packet.data))
    return parameters if parameters.extradata else None


def payload(packet: Packet) -> bytes:
    """The packet's sound alone."""
    data = packet.data
    if packet.parameters.codec != "aac" or not _has_header(data):
        return data
    has_checksum = not data[1] & 1
    return data[_ADTS + 2 * has_checksum :]


def _has_header(data: bytes) -> bool:
    """Whether it is AAC as transport streams carry it, each packet with an ADTS header."""
    return len(data) > _ADTS and data[0] == 0xFF and data[1] & 0xF6 == 0xF0


def _set_up(data: bytes) -> bytes:
    """The header's profile, rate and channels as an AudioSpecificConfig (ISO/IEC 14496-3)."""
    profile, rate = data[2] >> 6, data[2] >> 2 & 0xF
    channels = (data[2] & 1) << 2 | data[3] >> 6
    return ((profile + 1) << 11 | rate << 7 | channels << 3).to_bytes(2)
