"""Sinks on a stream: what they are given, and what a slow one misses."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hubside import HubSide, notebook, stream

from glimpser.protocol.messages import Stop
from glimpser.worker.ring import PacketRing
from glimpser.worker.sinks import QUEUE_BYTES, SinkSlot
from glimpser_sdk import CodecParameters, Packet
from glimpser_sdk.sinks import EventChange

SIZE = 256 * 1024
PARAMETERS = CodecParameters(epoch=0, codec="h264")


class Stalled:
    """Takes nothing more until it is let go."""

    def __init__(self) -> None:
        self.taking, self.go = threading.Event(), threading.Event()
        self.got: list[Packet] = []
        self.events: list[str] = []

    def packets(self, packets: Sequence[Packet]) -> None:
        self.taking.set()
        assert self.go.wait(10)
        self.got += packets

    def event(self, change: EventChange, pre_roll: Sequence[Packet]) -> None:
        self.events.append(change.change)

    def frame(self, frame: Any) -> None:
        raise AssertionError("frames were not asked for")

    def wants_packets(self) -> bool:
        return True

    def close(self) -> None:
        self.go.set()


def packet(index: int, gop: int) -> Packet:
    return Packet(
        feed="main", parameters=PARAMETERS, pts=index, dts=index, time_base=(1, 10), keyframe=index % gop == 0,
        size=SIZE, received_at=None, mono_ns=index * 10**8, data=bytes(SIZE),
    )  # fmt: skip


def change(what: Any) -> EventChange:
    now = datetime.now(UTC)
    return EventChange(event_id="e", type="t", change=what, started_at=now, at=now, mono_ns=0, score=0.5)


@pytest.mark.parametrize("gop", [10, 50])
def test_a_stalled_sink_misses_whole_groups_and_no_event(tmp_path: Path, gop: int) -> None:
    sink, errors = Stalled(), []
    sent = [packet(index, gop) for index in range(220)]
    with ThreadPoolExecutor(1) as pool:
        slot = SinkSlot(notebook(tmp_path), sink, pool, lambda _, error: errors.append(error))
        slot.packet(sent[0])
        assert sink.taking.wait(5)
        for one in sent[1:]:
            if one.dts in (20, 100):
                slot.event(change("started" if one.dts == 20 else "ended"), PacketRing())
            slot.packet(one)
        sink.go.set()
        assert slot.close(10)
    assert not errors
    assert sink.events == ["started", "ended"]
    assert slot.dropped > 0
    assert len(sink.got) + slot.dropped == len(sent)
    waited = sink.got[1:]
    assert 0 < sum(one.size for one in waited) <= QUEUE_BYTES
    gaps = [later for sooner, later in pairwise(sink.got) if later.dts - sooner.dts != 1]
    assert gaps
    assert all(one.keyframe for one in gaps)
    assert [one for one in sink.got if one.discontinuity] == gaps
    assert not any(one.discontinuity for one in sent), "other consumers share these packets"


async def test_a_sink_gets_every_packet_from_a_keyframe_on(hub: HubSide, tmp_path: Path) -> None:
    sink = notebook(tmp_path, config={"always": True})
    hub.start(stream(sinks=[sink]))
    await hub.state("active")
    await asyncio.sleep(1.5)
    hub.post(Stop(stream_id="s", generation=1))
    await hub.state("inactive")
    packets = [json.loads(line) for line in (tmp_path / "notes.jsonl").read_text().splitlines()]
    assert [n["packet"] for n in packets] == [9000 * i + packets[0]["packet"] for i in range(len(packets))]
    assert packets[0]["key"]
