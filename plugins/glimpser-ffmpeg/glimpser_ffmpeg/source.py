"""A connection to one feed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import av.error
import av.logging

from glimpser_ffmpeg import errors
from glimpser_ffmpeg.config import FfmpegConfig
from glimpser_ffmpeg.decoder import FfmpegDecoder, JpegDecoder
from glimpser_ffmpeg.epochs import Epochs, parameters
from glimpser_ffmpeg.interrupt import Deadline, interrupt, interrupt_opening, prepare
from glimpser_ffmpeg.options import input_format, input_options
from glimpser_ffmpeg.replay import Replay
from glimpser_ffmpeg.targets import Target, target
from glimpser_sdk.errors import ConfigInvalid, GlimpserError, Unsupported
from glimpser_sdk.packets import Packet

if TYPE_CHECKING:
    from av.container import InputContainer

    from glimpser_sdk.contexts import WorkerContext
    from glimpser_sdk.packets import CodecParameters, Decoder

_FOREVER = -1.0
_GAP_S = 10
# Formats without times: FFmpeg makes up 25 pictures a second. Live, the moment of arrival is the better time.
_UNTIMED = frozenset({"mpjpeg", "mjpeg", "h264", "hevc", "m4v", "obu"})
_TICKS = 90_000

# What FFmpeg says while a connection opens is read; a line that repeats on another thread must not get lost.
av.logging.set_level(av.logging.WARNING)
av.logging.set_skip_repeated(False)
# The rest, a line for every damaged packet, is no news: what does not come out is missing from the counters.
logging.getLogger("libav").setLevel(logging.CRITICAL)


class FfmpegSource:
    """Reads one feed until it ends, fails or is closed.

    Reasons are in ``glimpser_ffmpeg.errors.CODES``. A server that stops sending within packets is left to whoever
    watches for packets; :meth:`close` ends every wait, at any time, within about 0.2 s.
    """

    def __init__(self, ctx: WorkerContext, config: FfmpegConfig, feed: str) -> None:
        prepare()
        self._ctx, self._config, self._feed = ctx, config, feed
        # Longer than libav's own patience between two bytes, so that silence and slowness are told apart.
        self._opening, self._reading = Deadline(2 * config.timeout_s), Deadline(_FOREVER)
        self._container: InputContainer | None = None
        self._opening_url = ""
        self._closed = threading.Event()
        self._told = False

    def run(self) -> Iterator[Packet]:
        """Connect, then yield what arrives, in decoding order."""
        try:
            where = target(self._ctx, self._config, self._feed)
            yield from self._play(where) if where.is_file else self._connection(where)
            if not self._closed.is_set():
                raise errors.ended(where.scheme)
        except ConfigInvalid:
            # No connection failed: there was none to make, as with the `sub` feed of a stream that has only one.
            raise
        except GlimpserError as error:
            self._ctx.metrics.counter("failures_total").inc(code=error.reason.code)
            raise

    def decoder(self, parameters: CodecParameters) -> Decoder:
        """A decoder of one epoch, on the configured device if that works. Raises Unsupported."""
        if parameters.codec == "mjpeg":
            return JpegDecoder(parameters)
        return FfmpegDecoder(parameters, self._config.hwaccel, self._fell_back)

    def close(self) -> None:
        """End :meth:`run`, wherever it waits."""
        self._closed.set()
        self._opening.expire()
        self._reading.expire()
        container = self._container
        if container is not None:
            interrupt(container)
        elif self._opening_url:
            interrupt_opening(self._opening_url)

    def _fell_back(self, device: str, why: str) -> None:
        if not self._told:
            self._told = True
            self._ctx.notice("ffmpeg.hwaccel_fallback", device=device, why=why)

    def _play(self, where: Target) -> Iterator[Packet]:
        """A file, over and over if so configured."""
        replay = Replay(self._ctx.clock, self._closed.wait, realtime=self._config.realtime)
        while True:
            count = 0
            for count, packet in enumerate(replay.turn(self._connection(where)), 1):  # noqa: B007
                yield packet
            if not (self._config.loop and count) or self._closed.is_set():
                return

    def _connection(self, where: Target) -> Iterator[Packet]:
        """From opening to the end of the stream."""
        container = self._open(where)
        if container is None:
            return
        try:
            yield from self._packets(container, timed=where.is_file or container.format.name not in _UNTIMED)
        except av.error.FFmpegError as error:
            if not self._closed.is_set():
                raise errors.reading(error) from error
        finally:
            self._container = None
            container.close()

    def _open(self, where: Target) -> InputContainer | None:
        """An open container with a picture, None when closed meanwhile."""
        self._ctx.metrics.counter("connects_total").inc(scheme=where.scheme)
        self._opening_url = where.url
        began = time.monotonic()
        container: InputContainer | None = None
        with av.logging.Capture() as logs:
            try:
                deadlines: Any = (self._opening, self._reading)
                container = av.open(
                    where.url,
                    format=input_format(self._config, where.scheme),
                    options=input_options(self._config, where),
                    timeout=deadlines,
                )
            except av.error.FFmpegError as error:
                if self._closed.is_set():
                    return None
                raise errors.opening(error, _text(logs), where.scheme) from error
            finally:
                self._container, self._opening_url = container, ""
        if self._closed.is_set():
            container.close()
            return None
        overdue = time.monotonic() - began >= float(self._opening)
        failure = errors.interrupted(_text(logs), overdue=overdue)
        if failure is None and not container.streams.video:
            failure = Unsupported(code="media.no_video")
        if failure is not None:
            container.close()
            raise failure
        return container

    def _packets(self, container: InputContainer, *, timed: bool) -> Iterator[Packet]:
        video = container.streams.video[0]
        epochs = Epochs(video, timed=timed)
        heard = [stream for stream in container.streams.audio[:1] if stream.codec_context is not None]
        audio = parameters(heard[0]) if heard else None
        streams: list[Any] = [video, *heard]
        bases = {stream.index: (stream.time_base.numerator, stream.time_base.denominator) for stream in streams}
        if not timed:
            bases[video.index] = (1, _TICKS)
        gap = _GAP_S * bases[video.index][1] // bases[video.index][0]
        watched, current, last = video.index, epochs.current, None
        now, mono_ns, feed, closed = self._ctx.clock.now, self._ctx.clock.mono_ns, self._feed, self._closed.is_set
        for native in container.demux(*streams):
            size = native.size
            if closed():
                return
            if not size:
                continue
            received_ns = mono_ns()
            if not timed:
                native.time_base = Fraction(1, _TICKS)
                native.pts = native.dts = received_ns * _TICKS // 1_000_000_000
            index, dts, keyframe, jumped = native.stream_index, native.dts, native.is_keyframe, False
            if index == watched:
                if keyframe:
                    current = epochs.at_keyframe(native)
                if dts is not None:
                    jumped = last is not None and not 0 <= dts - last <= gap
                    last = dts
            yield Packet(
                feed=feed,
                parameters=current if index == watched or audio is None else audio,
                pts=native.pts,
                dts=dts,
                time_base=bases[index],
                keyframe=keyframe,
                size=size,
                received_at=now(),
                mono_ns=received_ns,
                native=native,
                discontinuity=jumped,
            )


def _text(logs: list[tuple[int, str, str]]) -> str:
    return "\n".join(message for _, _, message in logs)
