"""Demand and decoding on real H.264: idle mode, waking with intact references, stills, and pre-roll."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from synthetic import H264, HEIGHT, WIDTH, encoded

from glimpser.worker.clock import SYSTEM
from glimpser.worker.feed import Feed
from glimpser.worker.idle import Mode
from glimpser_sdk import CodecParameters, Decode, Demand, Packet
from glimpser_sdk.frames import Frame

FPS = 10
IDLE = Demand(decode=Decode.KEY, why=("analyzer:motion",))
FULL = Demand(decode=Decode.FULL, why=("viewer",))
PARAMETERS = CodecParameters(epoch=0, codec="h264", width=WIDTH, height=HEIGHT)


class Source:
    """Gives decoders only."""

    def decoder(self, parameters: CodecParameters) -> H264:
        return H264(parameters)


def packets(gop: int, bframes: int = 0) -> list[Packet]:
    return [
        Packet(feed="main", parameters=PARAMETERS, pts=pts, dts=dts, time_base=(1, 90_000), keyframe=key,
               size=len(data), received_at=None, mono_ns=10**12 + index * 10**9 // FPS, data=data)
        for index, (data, pts, dts, key) in enumerate(encoded(FPS, gop, 12, (1e9, 0.0), bframes))
    ]  # fmt: skip


class Watched:
    """A feed whose frames are kept by their media time."""

    def __init__(self, demand: Demand, max_idle_gap_s: float = 2.0, **fields: Any) -> None:
        self.feed = Feed("s", "main", clock=SYSTEM, max_idle_gap_s=max_idle_gap_s, **fields)
        self.feed.demand = demand
        self.frames: list[Frame] = []
        self.feed.routes = (self.frames.append,)
        self.feed.connected(Source())

    def run(self, items: list[Packet], before: Callable[[int], None] = lambda _: None) -> Watched:
        for index, packet in enumerate(items):
            before(index)
            self.feed.packet(packet)
        return self

    def by_time(self) -> dict[float, Frame]:
        return {round(frame.picture.time_s or 0.0, 3): frame for frame in self.frames}


def same(one: Frame, other: Frame) -> bool:
    a: Any = one.picture
    b: Any = other.picture
    return all(np.array_equal(p, q) for p, q in ((a.y, b.y), (a.u, b.u), (a.v, b.v)))


def test_nothing_is_decoded_when_nothing_is_asked_for() -> None:
    watched = Watched(Demand(packets=True)).run(packets(10))
    assert not watched.frames
    assert sum(watched.feed.decoded.values()) == 0
    assert watched.feed.packets == 120


def test_idle_decodes_keyframes_only() -> None:
    watched = Watched(IDLE).run(packets(10))
    assert watched.feed.decoded[Mode.KEY] == len(watched.frames) == 12
    assert watched.feed.decoded[Mode.FULL] == watched.feed.decoded[Mode.NONREF] == 0
    assert all(frame.key for frame in watched.frames)
    assert watched.feed.idle.why(Mode.KEY, IDLE) == "idle, keyframes 1.0 s apart"


def test_sparse_keyframes_are_not_relied_upon() -> None:
    watched = Watched(IDLE).run(packets(40))
    full = Watched(FULL).run(packets(40)).by_time()
    assert watched.feed.mode is Mode.NONREF
    # Caught up once a keyframe was overdue; from then on every frame, with intact references.
    assert len(watched.frames) > 90
    assert all(same(frame, full[time]) for time, frame in watched.by_time().items())
    assert [f.time_s for f in watched.frames] == sorted({f.time_s for f in watched.frames})


@pytest.mark.parametrize("bframes", [0, 2])
@pytest.mark.parametrize("wake_at", [30, 35, 38])
def test_waking_catches_up_with_intact_references_and_goes_back_to_idle(wake_at: int, bframes: int) -> None:
    items = packets(10, bframes)
    full = Watched(FULL).run(items).by_time()
    watched = Watched(IDLE)

    def wake(index: int) -> None:
        if index == wake_at + 1:
            watched.feed.idle.wake("motion")

    watched.run(items, wake)
    assert watched.feed.mode is Mode.KEY
    awake = [frame for frame in watched.frames if not frame.key]
    assert 45 <= len(awake) <= 65
    assert all(same(frame, full[round(frame.picture.time_s or 0.0, 3)]) for frame in awake)
    assert all(same(frame, full[time]) for time, frame in watched.by_time().items())
    times = [round(frame.picture.time_s or 0.0, 3) for frame in watched.frames]
    assert len(times) == len(set(times)), "no picture is delivered twice"
    assert times == sorted(times)
    # Nothing is left out from the keyframe of the group in which it woke.
    first = times.index(round((items[30].seconds or 0.0), 3))
    step = [round(b - a, 3) for a, b in zip(times[first : first + 45], times[first + 1 : first + 46], strict=True)]
    assert set(step) == {0.1}


def test_a_viewer_wakes_an_idle_feed_at_once() -> None:
    watched = Watched(IDLE)

    def arrive(index: int) -> None:
        if index == 15:
            watched.feed.demand = IDLE | FULL

    watched.run(packets(10)[:17], arrive)
    assert [round(f.picture.time_s or 0, 1) for f in watched.frames] == pytest.approx(
        [0.0 + s for s in (0.0, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6)], abs=0.21
    )


def test_a_still_is_decoded_from_the_kept_packets() -> None:
    items = packets(10)
    full = Watched(FULL).run(items).by_time()
    watched = Watched(Demand()).run(items[:17])
    got: list[Frame] = []
    watched.feed.want_still(lambda frame: got.append(frame) is None)
    watched.run(items[17:19])
    assert len(got) == 1
    assert same(got[0], full[round(items[17].seconds or 0.0, 3)])
    assert not watched.frames


def test_damaged_packets_cost_one_group() -> None:
    items = packets(10)
    broken = items[15]

    class Broken(Source):
        def decoder(self, parameters: CodecParameters) -> H264:
            real = H264(parameters)
            decode = real.decode

            def failing(packet: Packet) -> Any:
                if packet is broken:
                    raise ValueError("damaged")
                return decode(packet)

            real.decode = failing  # type: ignore[method-assign]
            return real

    watched = Watched(FULL)
    watched.feed.connected(Broken())
    watched.run(items)
    assert watched.feed.decode_errors == 1
    assert 105 <= len(watched.frames) <= 120
    assert watched.frames[-1].sequence == len(watched.frames) - 1


def test_a_break_forgets_what_was_kept() -> None:
    items = packets(10)
    items[25].discontinuity = True
    watched = Watched(FULL).run(items)
    missing = {round(i / FPS, 3) for i in range(120)} - set(watched.by_time())
    assert 4 <= len(missing) <= 6


def test_pre_roll_reaches_back_and_starts_with_a_keyframe() -> None:
    items = packets(10)
    feed = Watched(Demand(packets=True)).feed
    feed.ring.pre_roll_s = 2.5
    for packet in items[:57]:
        feed.packet(packet)
    kept = feed.ring.pre_roll(2.5)
    assert kept[0].keyframe
    assert kept == items[30:57]
    assert feed.ring.bytes < sum(p.size for p in items[20:57]) + 1


def test_privacy_is_painted_before_any_consumer() -> None:
    square = ((0.0, 0.0), (0.25, 0.0), (0.25, 0.25), (0.0, 0.25))
    watched = Watched(FULL, masks=(square,)).run(packets(10)[:5])
    for frame in watched.frames:
        assert frame.gray()[2:40, 2:70].max() == 16
        assert frame.bgr()[2:40, 2:70].max() == 0
        assert frame.gray()[100:, 100:].min() > 16
