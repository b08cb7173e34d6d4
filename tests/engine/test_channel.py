"""The hub's end of the control channel, over a transport in memory."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import msgspec
import pytest

from glimpser.engine.channel import MAX_UNHANDLED, ControlChannel
from glimpser.protocol.framing import MAX_CONTROL, Envelope, ProtocolError, control_to_worker, pack
from glimpser.protocol.messages import Credit, Stop, Stuck, ToHub, Welcome


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.unpacker = control_to_worker()
        self.got: list[Envelope[Any]] = []
        self.closed = self.paused = False

    def write(self, data: bytes) -> None:
        self.got += self.unpacker.feed(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class End:
    def __init__(self) -> None:
        self.handled: list[ToHub] = []
        self.failures: list[str] = []
        self.gate: asyncio.Event | None = None
        self.channel = ControlChannel(self.handle, self.failures.append)

    def handle(self, message: ToHub) -> Any:
        self.handled.append(message)
        return None if self.gate is None else self.gate.wait()

    def attach(self) -> Wire:
        wire = Wire()
        self.channel.connection_made(cast(asyncio.Transport, wire))
        return wire

    def arrive(self, seq: int, message: ToHub | None, ack: int = 0) -> None:
        self.channel.data_received(pack(msgspec.msgpack.Encoder(), Envelope(seq, ack, message), MAX_CONTROL))


def stuck(number: int) -> Stuck:
    return Stuck(stream_id="s", generation=number, plugin="p")


async def test_what_was_not_acknowledged_is_sent_again_over_a_new_link() -> None:
    end = End()
    end.channel.send(Credit(stream_id="a", pictures=1))
    first = end.attach()
    end.channel.send(Credit(stream_id="b", pictures=1))
    end.channel.send(Stop(stream_id="c", generation=1))
    assert [e.seq for e in first.got] == [1, 2, 3]
    end.arrive(1, Welcome(version=1, pid=1, python="3"), ack=2)
    end.channel.connection_lost(None)
    second = end.attach()
    assert [e.message for e in second.got] == [Stop(stream_id="c", generation=1)]


async def test_what_arrives_again_is_acknowledged_and_not_handled_again() -> None:
    end = End()
    end.attach()
    end.arrive(1, stuck(1))
    end.channel.connection_lost(None)
    wire = end.attach()
    end.arrive(1, stuck(1))
    end.arrive(2, stuck(2))
    await asyncio.sleep(0)
    assert end.handled == [stuck(1), stuck(2)]
    assert wire.got[-1].ack == 2


async def test_acknowledgement_waits_for_the_handlers_and_keeps_order() -> None:
    end = End()
    wire = end.attach()
    end.gate = slow = asyncio.Event()
    end.arrive(1, stuck(1))
    end.gate = None
    end.arrive(2, stuck(2))
    await asyncio.sleep(0.01)
    assert not wire.got or wire.got[-1].ack == 0
    slow.set()
    await end.channel.settled(1)
    await asyncio.sleep(0)
    assert wire.got[-1].ack == 2


async def test_a_peer_that_sends_faster_than_is_handled_has_to_wait() -> None:
    end = End()
    wire = end.attach()
    end.gate = asyncio.Event()
    for number in range(1, MAX_UNHANDLED + 1):
        end.arrive(number, stuck(number))
    assert wire.paused
    end.gate.set()
    await end.channel.settled(1)
    await asyncio.sleep(0)
    assert not wire.paused


async def test_a_failing_handler_does_not_stop_the_channel(caplog: pytest.LogCaptureFixture) -> None:
    end = End()
    wire = end.attach()

    async def fail() -> None:
        raise RuntimeError("the database is gone")

    end.channel._handle = lambda message: fail()
    end.arrive(1, stuck(1))
    await asyncio.sleep(0.01)
    assert wire.got[-1].ack == 1
    assert "handling Stuck failed" in caplog.text


async def test_a_gap_and_noise_end_the_channel() -> None:
    for data in (pack(msgspec.msgpack.Encoder(), Envelope(2, 0, stuck(1)), MAX_CONTROL), b"\xff" * 8, b"\0\0\0\1\xc1"):
        end = End()
        wire = end.attach()
        end.channel.data_received(data)
        assert wire.closed
        assert len(end.failures) == 1
        assert end.handled == []


async def test_a_message_too_large_is_refused_and_the_numbers_go_on() -> None:
    end = End()
    wire = end.attach()
    with pytest.raises(ProtocolError, match="over the limit"):
        end.channel.send(Stop(stream_id="x" * (MAX_CONTROL + 1), generation=1))
    end.channel.send(Credit(stream_id="a", pictures=1))
    assert [e.seq for e in wire.got] == [1]
