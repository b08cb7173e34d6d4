"""Packets to pictures, on one thread and without copying planes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.error
import numpy as np

from glimpser_ffmpeg import hardware
from glimpser_sdk.errors import Unsupported
from glimpser_sdk.pictures import MAX_PIXELS, JpegPicture, Picture, YuvPicture, open_jpeg

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

    from glimpser_sdk.packets import CodecParameters, Packet

_FULL_RANGE = 2
_DAMAGED = (av.error.InvalidDataError, av.error.ArgumentError, av.error.PatchWelcomeError)
_HUFFMAN = b"\xff\xc4"

Fallback = Callable[[str, str], None]
"""Told (device, why) when a device cannot decode and the processor does it instead."""


class FfmpegDecoder:
    """A decoder of one codec epoch; starts on a device where one is wanted and there, else on the processor."""

    def __init__(self, parameters: CodecParameters, hwaccel: str, fallback: Fallback) -> None:
        self._parameters, self._fallback = parameters, fallback
        self._device = ""
        self._proved = False
        self._skip = False
        self._context: VideoCodecContext | None = self._on_device(hwaccel) or self._in_software()

    def decode(self, packet: Packet) -> list[Picture]:
        """Every picture that became ready; a damaged packet gives none."""
        if not self._ready(packet):
            return []
        return [picture(frame, packet.time_base) for frame in self._frames(_native(packet))]

    def decode_key(self, packet: Packet) -> Picture | None:
        """The picture of one keyframe at once."""
        if not self._ready(packet):
            return None
        self.reset()
        frames = self._frames(_native(packet)) or self._frames(None)
        self.reset()
        return picture(frames[0], packet.time_base) if frames else None

    @property
    def device(self) -> str:
        """The device that decodes, empty for the processor."""
        return self._device

    def skip_non_reference(self, skip: bool) -> None:
        """Leave out pictures that no other picture refers to."""
        self._skip = skip
        if self._context is not None:
            self._context.skip_frame = "NONREF" if skip else "DEFAULT"

    def reset(self) -> None:
        """Forget everything that was fed."""
        if self._context is not None and self._context.is_open:
            self._context.flush_buffers()

    def close(self) -> None:
        """Free the decoder."""
        self._context = None

    def _on_device(self, hwaccel: str) -> VideoCodecContext | None:
        why = ""
        for device in hardware.wanted(hwaccel):
            try:
                context = hardware.open_device(device, self._parameters.codec)
            except hardware.Unavailable as error:
                why = str(error)
                continue
            self._device = device
            return self._prepared(context)
        # With "auto" nobody asked for a certain device, so it is no news that there is none.
        if why and hwaccel != "auto":
            self._fallback(hwaccel, why)
        return None

    def _in_software(self) -> VideoCodecContext:
        native = self._parameters.native
        known = getattr(native, "codec_context", None)
        try:
            context: Any = av.CodecContext.create(known.codec.name if known else self._parameters.codec, "r")
        except (av.error.FFmpegError, ValueError) as error:
            raise Unsupported(code="media.unsupported_codec", codec=self._parameters.codec) from error
        if known is not None and known.pix_fmt:
            context.pix_fmt = known.pix_fmt
        self._device = ""
        return self._prepared(context)

    def _prepared(self, context: Any) -> VideoCodecContext:
        context.thread_count = 1
        context.width, context.height = self._parameters.width, self._parameters.height
        context.options = {"max_pixels": str(MAX_PIXELS)}
        context.skip_frame = "NONREF" if self._skip else "DEFAULT"
        if self._parameters.extradata:
            context.extradata = self._parameters.extradata
        return context  # type: ignore[no-any-return]

    def _ready(self, packet: Packet) -> bool:
        """Whether there is a decoder; a device first has to decode a keyframe by itself."""
        if self._context is None:
            return False
        if self._device and not self._proved:
            if not packet.keyframe:
                return False
            self._proved = hardware.proof(self._context, _native(packet))
            if not self._proved:
                self._give_up("it did not decode a picture")
        return True

    def _give_up(self, why: str) -> None:
        device = self._device
        self._context = self._in_software()
        self._fallback(device, why)

    def _frames(self, native: Any) -> list[VideoFrame]:
        assert self._context is not None  # noqa: S101
        try:
            return self._context.decode(native)
        except _DAMAGED:
            return []
        except (av.error.FFmpegError, RuntimeError) as error:
            if not self._device:
                return []
            self._give_up(getattr(error, "strerror", None) or str(error))
            return []


class JpegDecoder:
    """Hands JPEGs on as they came; each is a whole picture."""

    def __init__(self, parameters: CodecParameters) -> None:
        self._parameters = parameters
        self._pixels: FfmpegDecoder | None = None

    def decode(self, packet: Packet) -> list[Picture]:
        """The packet's picture, none when it is damaged."""
        data = packet.data
        # AVI and V4L2 leave the Huffman tables out, which only FFmpeg's own decoder puts up with.
        if _HUFFMAN not in data[:2048]:
            return self._decoded().decode(packet)
        try:
            header = open_jpeg(data)
        except ValueError:
            return []
        return [JpegPicture(data, header.width, header.height, time_s=packet.seconds)]

    def decode_key(self, packet: Packet) -> Picture | None:
        """The same."""
        return next(iter(self.decode(packet)), None)

    def skip_non_reference(self, skip: bool) -> None:
        """No picture refers to another one."""

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Free what was made for pictures that had to be decoded."""
        self._pixels = None

    def _decoded(self) -> FfmpegDecoder:
        if self._pixels is None:
            self._pixels = FfmpegDecoder(self._parameters, "none", lambda _device, _why: None)
        return self._pixels


def picture(frame: VideoFrame, time_base: tuple[int, int]) -> YuvPicture:
    """A picture on the planes of a frame; the arrays keep the frame alive."""
    time_s = None if frame.pts is None else frame.pts * time_base[0] / time_base[1]
    name = frame.format.name
    full = name.startswith("yuvj") or frame.color_range == _FULL_RANGE
    if name not in ("yuv420p", "yuvj420p", "nv12"):
        frame = frame.reformat(format="yuvj420p" if full else "yuv420p")
    width, height = frame.width, frame.height
    half = (width + 1) // 2, (height + 1) // 2
    planes = frame.planes
    y = _plane(planes[0], width, height)
    if len(planes) == 2:
        both = _plane(planes[1], 2 * half[0], half[1])
        u, v = both[:, 0::2], both[:, 1::2]
    else:
        u, v = _plane(planes[1], *half), _plane(planes[2], *half)
    return YuvPicture(y, u, v, full_range=full, time_s=time_s)


def _plane(plane: Any, width: int, height: int) -> Any:
    """A read-only view of the pixels of one plane, without the padding at the end of each line."""
    array = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:height, :width]
    array.flags.writeable = False
    return array


def _native(packet: Packet) -> Any:
    if packet.native is not None:
        return packet.native
    made = av.Packet(packet.data)
    made.pts, made.dts, made.time_base = packet.pts, packet.dts, Fraction(*packet.time_base)
    return made
