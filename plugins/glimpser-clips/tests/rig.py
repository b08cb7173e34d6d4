"""Real encoded media as packets, and a context that keeps what a sink tells."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from glimpser_clips.config import ClipsConfig
from glimpser_clips.sink import ClipSink
from glimpser_sdk.analyzers import StreamInfo
from glimpser_sdk.packets import CodecParameters, Packet
from glimpser_sdk.sinks import EventChange, MediaFile

EPOCH = datetime(2024, 5, 1, 12, tzinfo=UTC)
MONO = 5_000_000_000_000
FPS = 10
WIDTH, HEIGHT = 160, 120
ENCODERS = {"h264": "libx264", "hevc": "libx265", "av1": "libsvtav1", "vp9": "libvpx-vp9", "mjpeg": "mjpeg"}
OPTIONS = {
    "h264": {"preset": "ultrafast", "bf": "2", "crf": "30"},
    "hevc": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "av1": {"preset": "12"},
    "vp9": {"deadline": "realtime", "cpu-used": "8"},
    "mjpeg": {},
}


def at(seconds: float) -> int:
    """Monotonic nanoseconds of a moment of a test."""
    return MONO + round(seconds * 1e9)


def wall(mono_ns: int) -> datetime:
    """UTC of that moment."""
    return EPOCH + timedelta(microseconds=(mono_ns - MONO) / 1000)


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono_ns(self) -> int:
        return MONO


@dataclass
class Context:
    folder: Path
    files: list[MediaFile] = field(default_factory=list)
    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("test.clips"))
    stream_id: str = "01J0000000000000000000000A"

    def report(self, file: MediaFile) -> None:
        assert (self.folder / file.name).is_file()
        self.files.append(file)

    def notice(self, code: str, **params: Any) -> None:
        self.notices.append((code, params))


def make_sink(ctx: Context, **config: float) -> ClipSink:
    return ClipSink(ctx, ClipsConfig(**config), StreamInfo(id=ctx.stream_id, name="Yard"))


def started(event_id: str, seconds: float) -> EventChange:
    return _change(event_id, "started", seconds)


def ended(event_id: str, seconds: float) -> EventChange:
    return _change(event_id, "ended", seconds)


def _change(event_id: str, change: Any, seconds: float) -> EventChange:
    return EventChange(
        event_id=event_id,
        type="motion.detected",
        change=change,
        started_at=wall(at(seconds)),
        at=wall(at(seconds)),
        mono_ns=at(seconds),
        score=0.5,
    )


def picture(index: int, width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """A moving square on a gradient with a little noise."""
    y, x = np.mgrid[0 : height * 3 // 2, 0:width]
    plane = (60 + x / 4 + y / 8 + np.random.default_rng(index).integers(0, 4, x.shape)).astype(np.uint8)
    plane[height:] = 128
    left = index * 3 % (width - 30)
    plane[20:50, left : left + 30] = 220
    frame = av.VideoFrame.from_ndarray(plane, format="yuv420p")
    return frame


def encode(
    codec: str = "h264",
    seconds: float = 10,
    *,
    from_s: float = 0,
    clock_s: float = 1000,
    in_band: bool = False,
    width: int = WIDTH,
    height: int = HEIGHT,
    gop: int = 10,
) -> list[Packet]:
    """Packets from ``from_s`` on, a keyframe every ``gop`` pictures. ``clock_s``: what the source's clock says at 0."""
    context = av.CodecContext.create(ENCODERS[codec], "w")
    context.width, context.height = width, height
    context.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    context.time_base, context.framerate, context.gop_size = Fraction(1, 90000), Fraction(FPS), gop
    context.thread_count = 1
    context.options = OPTIONS[codec]
    if not in_band:
        context.flags |= 1 << 22
    natives = []
    for index in range(round(seconds * FPS)):
        frame = picture(index + round(from_s * FPS), width, height)
        frame.pts, frame.time_base = index * 90000 // FPS, Fraction(1, 90000)
        natives += context.encode(frame)
    natives += context.encode(None)
    parameters = CodecParameters(
        epoch=0, codec=codec, extradata=bytes(context.extradata or b""), width=width, height=height, fps=FPS
    )
    offset = round((clock_s + from_s) * 90000)
    return [
        Packet(
            feed="main",
            parameters=parameters,
            pts=native.pts + offset,
            dts=native.dts + offset,
            time_base=(1, 90000),
            keyframe=native.is_keyframe,
            size=native.size,
            received_at=wall(at(from_s + index / FPS)),
            mono_ns=at(from_s + index / FPS),
            data=bytes(native),
        )
        for index, native in enumerate(natives)
    ]


def sound(seconds: float = 10, *, clock_s: float = 1000, adts: bool = False) -> list[Packet]:
    """A tone in AAC, with set-up bytes or with an ADTS header on each packet."""
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = 48000, "mono", "fltp"
    natives = []
    for index in range(round(seconds * 48000 / 1024)):
        wave = np.sin(np.arange(index * 1024, (index + 1) * 1024) / 20).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 48000, index * 1024
        natives += context.encode(frame)
    natives += context.encode(None)
    extradata, blobs = bytes(context.extradata), [bytes(native) for native in natives]
    if adts:
        file = io.BytesIO()
        with av.open(file, "w", format="adts") as container:
            stream = container.add_stream("aac", rate=48000, layout="mono")
            for index in range(len(natives) - 2):
                wave = np.sin(np.arange(index * 1024, (index + 1) * 1024) / 20).astype(np.float32)
                frame = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
                frame.sample_rate, frame.pts = 48000, index * 1024
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        file.seek(0)
        with av.open(file, format="aac") as container:
            blobs, extradata = [bytes(packet) for packet in container.demux() if packet.size], b""
    parameters = CodecParameters(
        epoch=0, track="audio", codec="aac", extradata=extradata, sample_rate=48000, channels=1
    )
    return [
        Packet(
            feed="main",
            parameters=parameters,
            pts=round(clock_s * 48000) + index * 1024,
            dts=round(clock_s * 48000) + index * 1024,
            time_base=(1, 48000),
            keyframe=True,
            size=len(blob),
            received_at=wall(at(index * 1024 / 48000)),
            mono_ns=at(index * 1024 / 48000),
            data=blob,
        )
        for index, blob in enumerate(blobs)
    ]


def merged(*tracks: list[Packet]) -> list[Packet]:
    """Packets of several tracks in the order they arrived."""
    return sorted((packet for track in tracks for packet in track), key=lambda packet: packet.mono_ns)


def between(packets: list[Packet], start: float, end: float) -> list[Packet]:
    return [packet for packet in packets if at(start) <= packet.mono_ns < at(end)]


@dataclass
class Played:
    """A clip as a player sees it. ``times``: of each picture, in seconds; ``dts`` of each packet as in the file."""

    times: list[float]
    pictures: list[bytes]
    dts: list[int]
    tag: str
    codec: str
    sound_s: float
    first: tuple[int, int]


def play(path: Path) -> Played:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        packets = [packet for packet in container.demux(video) if packet.size]
        dts, tag, codec = [p.dts for p in packets], video.codec_context.codec_tag, video.codec_context.name
    with av.open(str(path)) as container:
        frames = list(container.decode(container.streams.video[0]))
    heard = 0.0
    with av.open(str(path)) as container:
        if container.streams.audio:
            heard = sum(frame.samples / frame.sample_rate for frame in container.decode(container.streams.audio[0]))
    return Played(
        [float(frame.time) for frame in frames], [frame.to_ndarray().tobytes() for frame in frames], dts, tag, codec,
        heard, (frames[0].width, frames[0].height),
    )  # fmt: skip


def decoded(packets: list[Packet]) -> list[bytes]:
    """Pictures of the packets, straight from the decoder."""
    codec = packets[0].parameters.codec
    context: Any = av.CodecContext.create("libdav1d" if codec == "av1" else codec, "r")
    if packets[0].parameters.extradata:
        context.extradata = packets[0].parameters.extradata
    return [frame.to_ndarray().tobytes() for frame in _frames(context, packets)]


def _frames(context: Any, packets: list[Packet]) -> Iterator[Any]:
    for packet in packets:
        native = av.Packet(packet.data)
        native.pts, native.dts = packet.pts, packet.dts
        yield from context.decode(native)
    yield from context.decode(None)
