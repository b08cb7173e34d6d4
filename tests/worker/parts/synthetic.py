"""A plugin for the worker's tests: H.264 made here, pictures, analyzers and a sink whose behaviour is configured."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np

from glimpser_sdk import (
    AuthFailed,
    CodecParameters,
    ConfigInvalid,
    MediaFile,
    NotReady,
    Observation,
    Packet,
    SecretStr,
    Unsupported,
)
from glimpser_sdk.config import PluginConfig
from glimpser_sdk.pictures import BgrPicture, YuvPicture

WIDTH, HEIGHT = 320, 180
BASE = Fraction(1, 90_000)
ERRORS = {
    "auth": AuthFailed,
    "unsupported": Unsupported,
    "not_ready": lambda: NotReady("later", retry_after=0.2),
    "config": lambda: ConfigInvalid("is wrong", field="url"),
    "bug": lambda: ZeroDivisionError("oops"),
}


class SourceConfig(PluginConfig):
    """What the source does."""

    fps: int = 10
    """Frames a second."""
    gop: int = 10
    """Frames between keyframes."""
    frames: int = 0
    """Ends after this many; 0 = never."""
    realtime: bool = True
    """Waits between frames."""
    bright: tuple[float, float] = (1e9, 0.0)
    """From when to when (seconds) a bright square moves."""
    bframes: int = 0
    """B-frames between two others."""
    fail: str = ""
    """Which error to raise at once."""
    hang: str = ""
    """Where to hang: ``silent`` after the first second, ``close`` ignores close."""
    egress: str = ""
    """A URL to open first."""
    password: SecretStr = SecretStr("")
    """Not to be seen anywhere."""
    freeze: bool = False
    """Timestamps stand still after a second."""
    still: bool = False
    """Every payload is the same."""
    sub_gop: int = 0
    """The same for the feed ``sub``, which is half the size; 0 = there is no such feed."""
    sub_frames: int = 0
    """After how many frames that feed is away for 3 s; 0 = never."""
    crash_after: int = 0
    """Kills the process after this many frames."""


def scene(index: int, fps: int, bright: tuple[float, float]) -> np.ndarray[Any, Any]:
    """One luma plane: a gradient, and a bright square that moves while it is its time."""
    y = np.tile(np.linspace(40, 90, WIDTH, dtype=np.uint8), (HEIGHT, 1))
    y[8:24, 8:24] = 60 + index % 8  # something always differs a little
    if bright[0] <= index / fps < bright[1]:
        x = 100 + index * 5 % 100
        y[60:120, x : x + 60] = 230
    return y


@cache
def encoded(fps: int, gop: int, seconds: int, bright: tuple[float, float], bframes: int, part: int = 1) -> list[Any]:
    """``(data, pts, dts, keyframe)`` of every packet, and the parameter sets first; the size divided by ``part``."""
    width, height = WIDTH // part, HEIGHT // part
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(fps), BASE
    encoder.options = {
        "preset": "ultrafast", "g": str(gop), "keyint_min": str(gop), "sc_threshold": "0", "bf": str(bframes),
        "x264-params": "repeat-headers=1:b-pyramid=none",
    }  # fmt: skip
    packets = []
    for index in range(fps * seconds):
        picture = np.full((height * 3 // 2, width), 128, np.uint8)
        picture[:height] = scene(index, fps, bright)[::part, ::part]
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = index * 90_000 // fps, BASE
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [(bytes(p), p.pts, p.dts, p.is_keyframe) for p in packets]


class H264:
    """A decoder by PyAV."""

    def __init__(self, parameters: CodecParameters) -> None:
        self._make()

    def _make(self) -> None:
        self._context = av.CodecContext.create("h264", "r")
        self._context.thread_count = 1

    def _picture(self, frame: Any) -> YuvPicture:
        planes = []
        for plane, width, height in zip(
            frame.planes, (frame.width, frame.width // 2, frame.width // 2),
            (frame.height, frame.height // 2, frame.height // 2), strict=True,
        ):  # fmt: skip
            planes.append(np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:height, :width].copy())
        return YuvPicture(*planes, time_s=float(frame.pts * BASE))

    def decode(self, packet: Packet) -> list[YuvPicture]:
        native = av.Packet(packet.data)
        native.pts, native.dts, native.time_base = packet.pts, packet.dts, BASE
        return [self._picture(frame) for frame in self._context.decode(native)]

    def decode_key(self, packet: Packet) -> YuvPicture | None:
        self.reset()
        found = self.decode(packet)
        found += [self._picture(frame) for frame in self._context.decode(None)]
        self._make()
        return found[0] if found else None

    def skip_non_reference(self, skip: bool) -> None:
        self._context.skip_frame = "NONREF" if skip else "DEFAULT"

    def reset(self) -> None:
        self._make()

    def close(self) -> None:
        return


class VideoSource:
    """The made H.264, over and over, with time going on."""

    def __init__(self, ctx: Any, config: SourceConfig, feed: str) -> None:
        self._ctx, self._config, self._feed = ctx, config, feed
        self._closed = threading.Event()

    def run(self) -> Iterator[Packet]:
        config = self._config
        if config.password.get_secret_value():
            self._ctx.log.warning("connecting with %s", config.password.get_secret_value())
        if config.egress:
            self._ctx.log.info("opened %s", self._ctx.egress.open(config.egress).url)
        if config.fail:
            raise ERRORS[config.fail]()
        seconds, main = 12, self._feed == "main"
        if not main and not config.sub_gop:
            raise ConfigInvalid("there is no such feed", field="sub_gop")
        gop, part, frames = (config.gop, 1, config.frames) if main else (config.sub_gop, 2, config.sub_frames)
        packets = encoded(config.fps, gop, seconds, config.bright, config.bframes, part)
        parameters = CodecParameters(epoch=0, codec="h264", width=WIDTH // part, height=HEIGHT // part)
        start, count = time.monotonic(), 0
        while not self._closed.is_set():
            turn = count // len(packets) * seconds * 90_000
            data, pts, dts, key = packets[0 if config.still else count % len(packets)]
            if config.realtime:
                self._closed.wait(max(0.0, start + count / config.fps - time.monotonic()))
            if config.hang and count > config.fps:
                self._hang(config.hang)
            if config.crash_after and count >= config.crash_after:
                os.kill(os.getpid(), signal.SIGKILL)
            frozen = config.freeze and count > config.fps
            at = config.fps * 9000 if frozen else pts + turn
            yield Packet(
                feed=self._feed, parameters=parameters, pts=at, dts=at if frozen else dts + turn,
                time_base=(1, 90_000), keyframe=key, size=len(data), received_at=None,
                mono_ns=time.monotonic_ns(), data=data,
            )  # fmt: skip
            count += 1
            if frames and count >= frames:
                if main:
                    return
                raise NotReady("later", retry_after=3.0)

    def _hang(self, how: str) -> None:
        if how == "close":
            time.sleep(6)
        else:
            self._closed.wait(60)

    def decoder(self, parameters: CodecParameters) -> H264:
        return H264(parameters)

    def close(self) -> None:
        self._closed.set()


class PictureConfig(PluginConfig):
    """What the picture source does."""

    interval_s: float = 0.1
    """Seconds between pictures."""
    url: str = ""
    """Fetched through egress each time, when given."""


class PictureSource:
    """An AsyncSource of plain pictures."""

    def __init__(self, ctx: Any, config: PictureConfig, feed: str) -> None:
        self._ctx, self._config = ctx, config

    async def run(self) -> AsyncIterator[BgrPicture]:
        number = 0
        while True:
            if self._config.url:
                async with self._ctx.egress.http() as client:
                    (await client.get(self._config.url)).raise_for_status()
            yield BgrPicture(np.full((HEIGHT, WIDTH, 3), number % 200, np.uint8))
            number += 1
            await asyncio.sleep(self._config.interval_s)

    async def close(self) -> None:
        self._ctx.log.info("picture source closed")


class BrightConfig(PluginConfig):
    """What the analyzer does."""

    threshold: int = 200
    """Luma that counts as bright."""
    fail: bool = False
    """Raise in every call."""
    sleep_s: float = 0.0
    """Take this long."""
    crash: bool = False
    """End the process it runs in at the first bright frame."""


class Bright:
    """Active while something bright is to be seen."""

    def __init__(self, ctx: Any, config: BrightConfig, stream: Any) -> None:
        self._config = config

    def process(self, frames: Sequence[Any]) -> list[tuple[Observation, ...]]:
        if self._config.fail:
            raise ZeroDivisionError("analyzer")
        time.sleep(self._config.sleep_s)
        return [self._one(frame) for frame in frames]

    def _one(self, frame: Any) -> tuple[Observation, ...]:
        share = float((frame.gray(160) > self._config.threshold).mean())
        if share < 0.005:
            return ()
        if self._config.crash:
            os._exit(9)
        return (
            Observation(type="synthetic.bright", active=True, score=min(1.0, share * 5), data={"pid": os.getpid()}),
        )

    def close(self) -> None:
        return


class SinkConfig(PluginConfig):
    """What the sink does."""

    always: bool = False
    """Wants packets all the time, else only during events."""
    sleep_s: float = 0.0
    """Take this long for each call."""


class Notebook:
    """Writes what it gets, one line of JSON each, and reports the file."""

    def __init__(self, ctx: Any, config: SinkConfig, stream: Any) -> None:
        self._ctx, self._config = ctx, config
        self._open = 0
        self._file = (ctx.folder / "notes.jsonl").open("w")

    def _note(self, **values: Any) -> None:
        self._file.write(json.dumps(values) + "\n")
        self._file.flush()

    def packets(self, packets: Sequence[Packet]) -> None:
        time.sleep(self._config.sleep_s)
        for packet in packets:
            self._note(packet=packet.dts, key=packet.keyframe, gap=packet.discontinuity)

    def frame(self, frame: Any) -> None:
        self._note(frame=frame.sequence)

    def event(self, change: Any, pre_roll: Sequence[Packet]) -> None:
        self._open += {"started": 1, "updated": 0, "ended": -1}[change.change]
        self._note(event=change.change, id=change.event_id, pre_roll=[p.dts for p in pre_roll],
                   starts_with_key=bool(pre_roll) and pre_roll[0].keyframe)  # fmt: skip

    def wants_packets(self) -> bool:
        return self._config.always or self._open > 0

    def close(self) -> None:
        self._file.close()
        now = self._ctx.clock.now()
        self._ctx.report(
            MediaFile(name="notes.jsonl", kind="notes", content_type="text/plain", started_at=now, ended_at=now)
        )
