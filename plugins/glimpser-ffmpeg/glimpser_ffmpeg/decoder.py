"""Packets to pictures, with one thread and without copying planes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import av.error
import numpy as np

from glimpser_sdk.pictures import Picture, YuvPicture

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

    from glimpser_sdk.packets import CodecParameters, Packet

_FULL_RANGE = 2


def _plane(plane: Any, width: int, height: int) -> Any:
    """A view of the pixels of one plane, without the padding at the end of each line."""
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:height, :width]


def picture(frame: VideoFrame) -> YuvPicture:
    """A picture on the planes of a frame; the arrays keep the frame alive."""
    name = frame.format.name
    if name not in ("yuv420p", "yuvj420p"):
        full = frame.color_range == _FULL_RANGE or name.startswith("yuvj")
        frame = frame.reformat(format="yuvj420p" if full else "yuv420p")
        name = frame.format.name
    width, height = frame.width, frame.height
    half = (width + 1) // 2, (height + 1) // 2
    y, u, v = frame.planes
    time = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
    return YuvPicture(
        _plane(y, width, height),
        _plane(u, *half),
        _plane(v, *half),
        full_range=name == "yuvj420p" or frame.color_range == _FULL_RANGE,
        time_s=time,
    )


class FfmpegDecoder:
    """A decoder of one codec epoch."""

    def __init__(self, parameters: CodecParameters) -> None:
        self._parameters = parameters
        self._context: VideoCodecContext | None = self._make()

    def _make(self) -> VideoCodecContext:
        context: Any = av.CodecContext.create(self._parameters.codec, "r")
        context.thread_count = 1
        if self._parameters.extradata:
            context.extradata = self._parameters.extradata
        native = self._parameters.native
        if native is not None and native.codec_context is not None:
            context.width, context.height = native.codec_context.width, native.codec_context.height
            if native.codec_context.pix_fmt:
                context.pix_fmt = native.codec_context.pix_fmt
        return context  # type: ignore[no-any-return]

    def decode(self, packet: Packet) -> list[Picture]:
        """Every picture that became ready; a damaged packet gives none."""
        if self._context is None:
            return []
        try:
            frames = self._context.decode(_native(packet))
        except av.error.InvalidDataError:
            return []
        return [picture(frame) for frame in frames]

    def decode_key(self, packet: Packet) -> Picture | None:
        """The picture of one keyframe at once."""
        if self._context is None:
            return None
        self._context.flush_buffers()
        try:
            frames = self._context.decode(_native(packet)) or self._context.decode(None)
        except av.error.InvalidDataError:
            frames = []
        self._context.flush_buffers()
        return picture(frames[0]) if frames else None

    def skip_non_reference(self, skip: bool) -> None:
        """Leave out pictures that no other picture refers to."""
        if self._context is not None:
            self._context.skip_frame = "NONREF" if skip else "DEFAULT"

    def reset(self) -> None:
        """Forget everything that was fed."""
        if self._context is not None:
            self._context.flush_buffers()

    def close(self) -> None:
        """Free the decoder."""
        self._context = None


def _native(packet: Packet) -> Any:
    if packet.native is not None:
        return packet.native
    from fractions import Fraction

    made = av.Packet(packet.data)
    made.pts, made.dts, made.time_base = packet.pts, packet.dts, Fraction(*packet.time_base)
    return made
