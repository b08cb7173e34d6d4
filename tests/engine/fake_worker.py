"""A small worker that speaks the protocol and misbehaves on command: what a stream does stands in its configuration.

FAKE_WORKER in the environment (through the wrapper script) changes the worker itself: ``old`` refuses, ``new`` welcomes
with an unknown version, ``mute`` never answers, ``garbage`` answers with noise, ``dies`` exits at once, ``silent``
stops reporting its health, ``twice`` sends each message twice, ``stubborn`` ignores being asked to end.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
from datetime import UTC, datetime

import msgspec

from glimpser.protocol.framing import MAX_BULK, MAX_CONTROL, Envelope, control_to_worker, pack
from glimpser.protocol.messages import (
    Counters,
    Credit,
    EgressAnswer,
    EgressAsk,
    EventChanged,
    EventPart,
    Hello,
    Picture,
    Probe,
    Probed,
    Refused,
    Shutdown,
    SnapshotFailed,
    Start,
    Status,
    Stop,
    Stuck,
    TakeSnapshot,
    Watch,
    Welcome,
    WhyNot,
    WorkerHealth,
)

JPEG = b"\xff\xd8" + bytes(1000) + b"\xff\xd9"


class FakeWorker:
    def __init__(self, mode, control, bulk):
        self.mode, self.control, self.bulk = mode, control, bulk
        self.encoder = msgspec.msgpack.Encoder()
        self.sent = self.received = 0
        self.acked = 0
        self.streams = {}
        self.tasks = {}
        self.views = {}
        self.answers = {}
        self.ballast = []

    def send(self, message):
        self.sent += 1
        frame = pack(self.encoder, Envelope(self.sent, self.received, message), MAX_CONTROL)
        self.control.write(frame * (2 if self.mode == "twice" else 1))

    def picture(self, stream_id, **more):
        start = self.streams[stream_id]
        fields = {"purpose": "live", "side": 0, "sequence": 0, "width": 64, "height": 36, "jpeg": JPEG, **more}
        picture = Picture(stream_id=stream_id, generation=start.generation, captured_at=datetime.now(UTC), **fields)
        self.bulk.write(pack(self.encoder, picture, MAX_BULK))

    def status(self, stream_id, generation, state, **more):
        self.send(Status(stream_id=stream_id, generation=generation, state=state, **more))

    async def serve(self, reader):
        unpacker = control_to_worker()
        while data := await reader.read(65536):
            for envelope in unpacker.feed(data):
                self.acked = max(self.acked, envelope.ack)
                if envelope.message is not None and envelope.seq > self.received:
                    self.received = envelope.seq
                    self.take(envelope.message)

    def take(self, message):
        match message:
            case Hello():
                self.hello()
            case Start():
                self.start(message)
            case Stop(stream_id=stream_id):
                if self.streams[stream_id].stream.source.component.config.get("stuck"):
                    self.send(Stuck(stream_id=stream_id, generation=message.generation, plugin="fake"))
                else:
                    self.stop(stream_id)
                    self.status(stream_id, message.generation, "inactive")
            case Watch():
                self.views[message.stream_id] = message.views
            case TakeSnapshot():
                if message.stream_id in self.streams:
                    self.picture(message.stream_id, purpose="snapshot", request_id=message.request_id, sequence=7)
                else:
                    self.send(SnapshotFailed(request_id=message.request_id, why=WhyNot(code="stream.not_running")))
            case Probe():
                self.act(message.source.component.config)
                self.send(Probed(request_id=message.request_id, width=640, height=360))
            case EgressAnswer():
                self.answers[message.request_id].set_result(message)
            case Shutdown():
                if self.mode != "stubborn":
                    sys.exit(0)
            case Refused():
                print("refused:", message.text, flush=True)
                sys.exit(3)
            case Credit():
                return

    def hello(self):
        if self.mode == "mute":
            return
        if self.mode == "garbage":
            self.control.write(b"\x00\x00\x00\x04nope")
        elif self.mode == "old":
            self.send(Refused(text="the hub speaks protocol 1 to 1, this worker 7 to 9"))
        else:
            self.send(Welcome(version=99 if self.mode == "new" else 1, pid=os.getpid(), python="3"))
            self.tasks[""] = asyncio.ensure_future(self.health())

    async def health(self):
        while True:
            self.send(WorkerHealth(rss=1, cpu_s=0.1, threads=1, fds=9, active=list(self.streams)))
            await asyncio.sleep(3600 if self.mode == "silent" else 0.3)

    def start(self, message):
        stream_id = message.stream.id
        self.stop(stream_id)
        self.streams[stream_id] = message
        self.tasks[stream_id] = asyncio.ensure_future(self.run(message))

    def stop(self, stream_id):
        if stream_id in self.tasks:
            self.tasks.pop(stream_id).cancel()
        self.streams.pop(stream_id, None)

    def act(self, config):
        if "exit" in config:
            os._exit(config["exit"])
        if "signal" in config:
            os.kill(os.getpid(), config["signal"])
        if "eat" in config:
            self.ballast.append(b"x" * config["eat"])

    async def run(self, message):
        stream_id, generation = message.stream.id, message.generation
        config = message.stream.source.component.config
        await asyncio.sleep(message.delay_s)
        if url := config.get("ask"):
            answer = self.answers["q"] = asyncio.get_running_loop().create_future()
            says = {"stream_id": stream_id, "plugin": "synthetic", **config.get("says", {})}
            self.send(EgressAsk(request_id="q", lease="l1", url=url, **says))
            got = await answer
            self.status(stream_id, generation, "waiting" if got.why else "active", why=got.why, codec=got.url)
            await asyncio.sleep(3600)
        self.status(stream_id, generation, "active", width=640, height=360, fps=10.0)
        await asyncio.sleep(config.get("after", 0))
        self.act(config)
        for number in range(config.get("events", 0)):
            now = datetime.now(UTC)
            event = EventPart(
                id=f"e{number}", stream_id=stream_id, type="fake.event", analyzer="fake", started_at=now, last_at=now,
                revision=number, score=1.0,
            )  # fmt: skip
            self.send(EventChanged(generation=generation, change="updated", event=event))
        sequence = 0
        while True:
            sequence += 1
            self.send(
                Counters(
                    stream_id=stream_id,
                    generation=generation,
                    values={"packets": sequence, "acked": self.acked, "sent": self.sent, "pre_roll_bytes": 5},
                )
            )
            for view in self.views.get(stream_id, []):
                self.picture(stream_id, side=view.side, sequence=sequence)
            await asyncio.sleep(config.get("period", 0.1))


async def main():
    parser = argparse.ArgumentParser()
    for name in ("--control-fd", "--bulk-fd", "--parent"):
        parser.add_argument(name, type=int)
    options, _ = parser.parse_known_args()
    mode = os.environ.get("FAKE_WORKER", "")
    if mode == "dies":
        print("no such module: nonsense", flush=True)
        sys.exit(1)
    if mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    reader, control = await asyncio.open_connection(sock=socket.socket(fileno=options.control_fd))
    _, bulk = await asyncio.open_connection(sock=socket.socket(fileno=options.bulk_fd))
    await FakeWorker(mode, control, bulk).serve(reader)


if __name__ == "__main__":
    asyncio.run(main())
