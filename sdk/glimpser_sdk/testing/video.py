"""Encoded video made on the spot. Needs PyAV, which is no dependency of the SDK."""

from __future__ import annotations

import importlib
from datetime import timedelta
from fractions import Fraction
from typing import Any

from glimpser_sdk.packets import CodecParameters, Packet

from .pictures import START, scene


def encoded(
    count: int = 50,
    *,
    fps: int = 25,
    size: tuple[int, int] = (320, 180),
    gop: int = 10,
    seed: int = 0,
    moving: bool = True,
    feed: str = "main",
    epoch: int = 0,
) -> list[Packet]:
    """``count`` pictures of the scene of ``moving_shapes`` as H.264 packets in decoding order, as an RTSP camera sends
    them: Annex B, parameter sets in ``extradata``, no reordering, a keyframe every ``gop`` pictures, a clock of 90 kHz.
    ImportError without PyAV."""
    av: Any = importlib.import_module("av")
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 90_000), Fraction(fps)
    encoder.gop_size = gop
    encoder.thread_count = 1
    encoder.flags |= av.codec.context.Flags.global_header
    encoder.options = {
        "preset": "ultrafast", "tune": "zerolatency", "x264-params": f"log=-1:scenecut=0:keyint={gop}:min-keyint={gop}",
    }  # fmt: skip
    encoder.open()
    parameters = CodecParameters(
        epoch=epoch,
        codec="h264",
        extradata=bytes(encoder.extradata or b""),
        width=size[0],
        height=size[1],
        fps=float(fps),
    )
    natives = []
    for number in range(count):
        picture = av.VideoFrame.from_ndarray(
            _yuv420(scene(number, fps=fps, size=size, seed=seed, moving=moving)), format="yuv420p"
        )
        picture.pts, picture.time_base = number * 90_000 // fps, Fraction(1, 90_000)
        natives += encoder.encode(picture)
    natives += encoder.encode(None)
    return [_packet(native, parameters, feed) for native in natives]


def _yuv420(luma: Any) -> Any:
    import numpy as np

    height, width = luma.shape
    return np.concatenate([luma, np.full((height // 2, width), 128, dtype=np.uint8)])


def _packet(native: Any, parameters: CodecParameters, feed: str) -> Packet:
    seconds = native.pts / 90_000
    return Packet(
        feed=feed,
        parameters=parameters,
        pts=native.pts,
        dts=native.dts,
        time_base=(1, 90_000),
        keyframe=native.is_keyframe,
        size=native.size,
        received_at=START + timedelta(seconds=seconds),
        mono_ns=1_000_000_000 + round(seconds * 1e9),
        data=bytes(native),
    )
