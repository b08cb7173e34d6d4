"""Devices that decode. What FFmpeg was built with says nothing of what is there, so each is opened and tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import av.error
import av.logging
from av.codec.hwaccel import HWAccel

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

DEVICES = ("cuda", "vaapi", "qsv")


class Unavailable(Exception):
    """A device cannot be used; the message says why."""


def wanted(hwaccel: str) -> tuple[str, ...]:
    """The devices to try, in order, for the setting ``hwaccel``."""
    return {"none": (), "auto": DEVICES}.get(hwaccel, (hwaccel,))


def open_device(device: str, codec: str) -> VideoCodecContext:
    """A decoder on a device, which has not proved yet that it decodes. Raises Unavailable."""
    name = f"{codec}_qsv" if device == "qsv" else codec
    with av.logging.Capture() as logs:
        try:
            context: Any = av.CodecContext.create(name, "r", hwaccel=HWAccel(device, allow_software_fallback=False))
        except (av.error.FFmpegError, ValueError, RuntimeError) as error:
            # The first line that FFmpeg logs names the cause, such as a library that is not there.
            said = logs[0][2].strip() if logs else ""
            raise Unavailable(said or getattr(error, "strerror", None) or str(error)) from error
    if not context.is_hwaccel:
        raise Unavailable(f"FFmpeg cannot use it for {codec}")
    return context  # type: ignore[no-any-return]


def proof(context: VideoCodecContext, native: Any) -> bool:
    """Whether a keyframe really comes out as a picture. Leaves the decoder empty."""
    try:
        frames = [*context.decode(native), *context.decode(None)]
        context.flush_buffers()
    except (av.error.FFmpegError, RuntimeError, MemoryError):
        return False
    return bool(frames) and bool(frames[0].planes)
