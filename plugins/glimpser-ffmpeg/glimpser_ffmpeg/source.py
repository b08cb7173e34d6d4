"""A connection to one feed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import av
import av.error

from glimpser_ffmpeg.config import FfmpegConfig, scheme_of
from glimpser_ffmpeg.decoder import FfmpegDecoder
from glimpser_ffmpeg.errors import translate
from glimpser_ffmpeg.interrupt import Deadline, interrupt, interrupt_opening, prepare
from glimpser_ffmpeg.options import input_format, input_options
from glimpser_sdk.errors import ConfigInvalid, StreamEnded, Unsupported
from glimpser_sdk.packets import CodecParameters, Packet

if TYPE_CHECKING:
    from av.container import InputContainer

    from glimpser_sdk.contexts import WorkerContext
    from glimpser_sdk.packets import Decoder

_FOREVER = -1.0


class FfmpegSource:
    """Reads one feed until it ends, fails or is closed."""

    def __init__(self, ctx: WorkerContext, config: FfmpegConfig, feed: str) -> None:
        address = config.address(feed)
        if address is None:
            raise ConfigInvalid(f"the feed {feed!r} has no address", field="sub_url")
        self._ctx, self._config, self._feed, self._address = ctx, config, feed, address
        self._opening, self._reading = Deadline(config.timeout_s), Deadline(_FOREVER)
        self._container: InputContainer | None = None
        self._url = ""
        self._closed = False
        prepare()

    def run(self) -> Iterator[Packet]:
        """Connect, then yield what arrives, in decoding order."""
        container = self._open()
        if container is None:
            return
        try:
            yield from self._packets(container)
        except av.error.FFmpegError as error:
            if not self._closed:
                raise translate(error, opening=False) from error
        finally:
            self._container = None
            container.close()

    def decoder(self, parameters: CodecParameters) -> Decoder:
        """A software or hardware decoder, as configured."""
        return FfmpegDecoder(parameters)

    def close(self) -> None:
        """End :meth:`run`, wherever it waits."""
        self._closed = True
        self._opening.expire()
        self._reading.expire()
        container = self._container
        if container is not None:
            interrupt(container)
        elif self._url:
            interrupt_opening(self._url)

    def _open(self) -> InputContainer | None:
        opened = self._ctx.egress.open(self._address, purpose="camera")
        scheme = scheme_of(self._address)
        self._url = opened.url
        try:
            container = av.open(
                self._url,
                format=input_format(self._config, scheme),
                options=input_options(self._config, scheme, opened.proxy),
                timeout=(self._opening, self._reading),
            )
        except av.error.FFmpegError as error:
            if self._closed:
                return None
            raise translate(error, opening=True) from error
        self._container = container
        if not container.streams.video:
            container.close()
            raise Unsupported(code="media.no_video")
        return container

    def _packets(self, container: InputContainer) -> Iterator[Packet]:
        video = container.streams.video[0]
        wanted = [video, *container.streams.audio[:1]]
        known = {stream.index: _parameters(stream, 0) for stream in wanted}
        bases = {stream.index: (stream.time_base.numerator, stream.time_base.denominator) for stream in wanted}
        now, mono_ns, feed = self._ctx.clock.now, self._ctx.clock.mono_ns, self._feed
        for native in container.demux(*wanted):
            if not native.size:
                continue
            if self._closed:
                return
            index = native.stream_index
            yield Packet(
                feed=feed,
                parameters=known[index],
                pts=native.pts,
                dts=native.dts,
                time_base=bases[index],
                keyframe=native.is_keyframe,
                size=native.size,
                received_at=now(),
                mono_ns=mono_ns(),
                native=native,
            )
        if not self._closed:
            raise StreamEnded(code="stream.ended")


def _parameters(stream: Any, epoch: int) -> CodecParameters:
    codec = stream.codec_context
    if stream.type == "audio":
        return CodecParameters(
            epoch=epoch,
            track="audio",
            codec=codec.name,
            extradata=codec.extradata or b"",
            sample_rate=codec.sample_rate,
            channels=codec.channels,
            native=stream,
        )
    rate = stream.average_rate
    return CodecParameters(
        epoch=epoch,
        codec=codec.name,
        extradata=codec.extradata or b"",
        width=codec.width,
        height=codec.height,
        fps=float(rate) if rate else None,
        native=stream,
    )
