"""One feed's way from what its source gives to what consumers get. Used from the feed's own thread only, except where
it says otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

from glimpser_sdk.contexts import Clock
from glimpser_sdk.demand import NOTHING, Demand
from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.frames import Frame
from glimpser_sdk.packets import CodecParameters, Decoder, Packet
from glimpser_sdk.pictures import Picture, Polygon

from .clock import wall_time
from .idle import IdlePlan, Mode
from .ring import PacketRing
from .timeline import Timeline

Consumer = Callable[[Frame], None]
Taker = Callable[[Frame], bool]
"""Wants one picture; answers whether the frame will do."""


class Feed:
    """Decodes what is demanded, paints privacy masks, and calls the consumers.

    ``routes``, ``frame_sinks``, ``live``, ``packet_sinks`` and ``demand`` are replaced as a whole from any thread.
    """

    def __init__(
        self,
        stream_id: str,
        name: str,
        *,
        clock: Clock,
        masks: tuple[Polygon, ...] = (),
        max_idle_gap_s: float = 2.0,
        origin_ns: int | None = None,
    ) -> None:
        self.stream_id, self.name = stream_id, name
        self.routes: tuple[Consumer, ...] = ()
        self.live: Consumer | None = None
        self.frame_sinks: tuple[Consumer, ...] = ()
        self.packet_sinks: tuple[Callable[[Packet], None], ...] = ()
        self.demand: Demand = NOTHING
        self.lock = threading.Lock()
        """Held while a packet enters the ring and the sinks' queues."""
        self.ring = PacketRing()
        self.idle = IdlePlan(max_idle_gap_s)
        self.mode = Mode.NONE
        self.parameters: CodecParameters | None = None
        self.last_frame: Frame | None = None
        self._stills_wanted: tuple[Taker, ...] = ()
        self._stills_lock = threading.Lock()
        # What the watchdog and the status look at, once a second, from another thread.
        self.packets = self.bytes = self.keyframes = 0
        self.pictures = 0
        """Pictures that arrived, encoded or not."""
        self.decode_errors = 0
        self.decoded = {Mode.KEY: 0, Mode.NONREF: 0, Mode.FULL: 0}
        self.last_media_s: float | None = None
        self.last_mono_ns = self.payload_changed_ns = self.last_frame_ns = 0
        self.size = (0, 0)
        self.cpu_s = 0.0
        self._clock, self._masks = clock, masks
        self._timeline, self._packet_clock = Timeline(origin_ns), Timeline()
        self._sequence = 0
        self._open: Callable[[CodecParameters], Decoder] | None = None
        self._decoder: Decoder | None = None
        self._synced = self._damaged = False
        self._last: Packet | None = None
        self._delivered_s: float | None = None

    # --- connection ---------------------------------------------------------------------------------------------

    def connected(self, source: Any) -> None:
        """Items of a new connection follow."""
        self._open = getattr(source, "decoder", None)
        self._timeline.reconnected()
        self._packet_clock.reconnected()
        self.idle.restarted()
        self._break()

    def disconnected(self) -> None:
        """The connection ended; its decoder is of no more use."""
        self._close_decoder()
        self._open, self.parameters, self._last = None, None, None
        self._break()

    def _break(self) -> None:
        with self.lock:
            self.ring.clear()
        self._synced = False
        self._delivered_s = None

    def _close_decoder(self) -> None:
        decoder, self._decoder = self._decoder, None
        self._synced = False
        if decoder is not None:
            decoder.close()

    # --- pictures -----------------------------------------------------------------------------------------------

    def item(self, item: Packet | Picture) -> None:
        """What the source yielded."""
        if isinstance(item, Packet):
            self.packet(item)
        else:
            self.picture(item)

    def picture(self, picture: Picture) -> None:
        """A picture of a source that has no packets."""
        now = self._clock.mono_ns()
        self.pictures += 1
        self.last_mono_ns = now
        self.last_media_s = picture.time_s
        self.size = (picture.width, picture.height)
        self.mode = Mode.FULL if self.demand.decode else Mode.NONE
        self._deliver(picture, now)

    def _frame(self, picture: Picture, mono_ns: int, time_s: float, dt: float, key: bool) -> Frame:
        if self._masks:
            picture = picture.masked(self._masks)
        received_at = wall_time(self._clock, mono_ns)
        return Frame(
            picture,
            stream_id=self.stream_id,
            feed=self.name,
            sequence=self._sequence,
            captured_at=picture.captured_at or received_at,
            received_at=received_at,
            mono_ns=mono_ns,
            time_s=time_s,
            dt=dt,
            key=key,
        )

    def _deliver(self, picture: Picture, mono_ns: int, key: bool = False, late: bool = False) -> None:
        time_s, dt = self._timeline.at(picture.time_s, mono_ns)
        frame = self._frame(picture, mono_ns, time_s, dt, key)
        self._sequence += 1
        self._delivered_s = picture.time_s
        self.last_frame_ns = mono_ns
        self.size = (frame.width, frame.height)
        self.last_frame = frame
        for route in self.routes:
            route(frame)
        for sink in self.frame_sinks:
            sink(frame)
        if not late:
            self._show(frame)

    def _show(self, frame: Frame) -> None:
        if self.live is not None:
            self.live(frame)
        if self._stills_wanted:
            self._give_still(frame)

    def want_still(self, taker: Taker) -> None:
        """Offer the next pictures to ``taker`` until one will do; from any thread."""
        with self._stills_lock:
            self._stills_wanted = (*self._stills_wanted, taker)

    def forget_stills(self, takers: Collection[Taker]) -> None:
        """They want none any more; from any thread."""
        with self._stills_lock:
            self._stills_wanted = tuple(taker for taker in self._stills_wanted if taker not in takers)

    def _give_still(self, frame: Frame) -> None:
        self.forget_stills([taker for taker in self._stills_wanted if taker(frame)])

    # --- packets ------------------------------------------------------------------------------------------------

    def packet(self, packet: Packet) -> None:
        """A packet of any track."""
        self.packets += 1
        self.bytes += packet.size
        video = packet.track == "video"
        if video:
            self._note(packet)
        with self.lock:
            self.ring.add(packet)
            for sink in self.packet_sinks:
                sink(packet)
        if not video:
            return
        try:
            self._decode(packet)
        except GlimpserError:
            raise
        except Exception:
            # A damaged packet: go on with the next keyframe. When all are damaged the watchdog sees no frames.
            self.decode_errors += 1
            self._damaged = True
            self._close_decoder()

    def _note(self, packet: Packet) -> None:
        stamp = packet.dts if packet.dts is not None else packet.pts
        media = None if stamp is None else stamp * packet.time_base[0] / packet.time_base[1]
        self.last_mono_ns, self.last_media_s = packet.mono_ns, media
        parameters, last = packet.parameters, self._last
        if parameters is not self.parameters:
            if self.parameters is not None and parameters.epoch != self.parameters.epoch:
                self._close_decoder()
                self._break()
            self.parameters = parameters
            if parameters.width:
                self.size = (parameters.width, parameters.height)
        if packet.discontinuity:
            self._break()
        if last is None or packet.size != last.size or packet.data != last.data:
            self.payload_changed_ns = packet.mono_ns
        self._last = packet
        self.pictures += 1
        if packet.keyframe:
            self._damaged = False
            self.keyframes += 1
            self.cpu_s = time.thread_time()
        self.idle.packet(packet.keyframe, self._packet_clock.at(media, packet.mono_ns)[0])

    def _decode(self, packet: Packet) -> None:
        mode = self.idle.choose(self.demand)
        before, self.mode = self.mode, mode
        if mode is Mode.NONE:
            if self._decoder is not None and not self._stills_wanted:
                self._close_decoder()
        elif mode is Mode.KEY:
            self._synced = False
            if packet.keyframe:
                self._decode_key(packet)
        else:
            decoder = self._ready()
            if before is not mode or not self._synced:
                decoder.skip_non_reference(mode is Mode.NONREF)
            if self._synced:
                for picture in decoder.decode(packet):
                    self.decoded[mode] += 1
                    self._deliver(picture, packet.mono_ns)
            else:
                self._catch_up(decoder, mode)
        if self._stills_wanted and mode in (Mode.NONE, Mode.KEY):
            self._stills(packet)

    def _ready(self) -> Decoder:
        if self._decoder is None:
            if self._open is None or self.parameters is None:
                raise RuntimeError("packets came from a source without a decoder")
            self._decoder = self._open(self.parameters)
        return self._decoder

    def _decode_key(self, packet: Packet) -> None:
        picture = self._ready().decode_key(packet)
        if picture is not None:
            self.decoded[Mode.KEY] += 1
            self._deliver(picture, packet.mono_ns, key=True)

    def _catch_up(self, decoder: Decoder, mode: Mode) -> None:
        """Decode from the last keyframe on, so that references are intact; pictures that were seen stay out."""
        group = [packet for packet in self.ring.group() if packet.track == "video"]
        if not group or self._damaged:
            return
        decoder.reset()
        decoder.skip_non_reference(mode is Mode.NONREF)
        self._synced = True
        shown = self._delivered_s
        frame = self.last_frame
        for packet in group:
            for picture in decoder.decode(packet):
                self.decoded[mode] += 1
                if shown is None or picture.time_s is None or picture.time_s > shown:
                    self._deliver(picture, packet.mono_ns, late=True)
        if self.last_frame is not None and self.last_frame is not frame:
            self._show(self.last_frame)

    def _stills(self, packet: Packet) -> None:
        """Somebody wants a picture while none is decoded: the newest one through the kept packets."""
        group = [packet for packet in self.ring.group() if packet.track == "video"]
        if not group:
            return
        decoder = self._ready()
        decoder.reset()
        decoder.skip_non_reference(False)
        newest: Picture | None = None
        for kept in group:
            for picture in decoder.decode(kept):
                self.decoded[Mode.FULL] += 1
                newest = picture
        if newest is not None:
            frame = self._frame(newest, packet.mono_ns, self._timeline.time_s, 0.0, False)
            self.last_frame = frame
            self._give_still(frame)


def total(feeds: Iterable[Feed]) -> dict[str, float]:
    """The counters of a stream's feeds together."""
    values: dict[str, float] = dict.fromkeys(
        ("packets", "bytes", "keyframes", "decoded_key", "decoded_nonref", "decoded_full", "cpu_s", "pre_roll_bytes"), 0
    )
    for feed in list(feeds):
        values["packets"] += feed.packets
        values["bytes"] += feed.bytes
        values["keyframes"] += feed.keyframes
        values["cpu_s"] += feed.cpu_s
        values["pre_roll_bytes"] += feed.ring.bytes
        for mode, count in feed.decoded.items():
            values[f"decoded_{mode}"] += count
        if feed.decode_errors:
            values["errors.decode"] = values.get("errors.decode", 0) + feed.decode_errors
    return values
