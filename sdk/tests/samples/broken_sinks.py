"""Sinks that break one rule each, and one that keeps all. Run by ``test_kit``, which says what must fail."""

import sys

import pytest

from glimpser_sdk import MediaFile, PluginConfig, SinkSpec, lazy, new_id
from glimpser_sdk.testing import SinkConformance

# References are loaded by this name, whatever pytest calls the module.
sys.modules["broken_sinks_samples"] = sys.modules[__name__]


class Config(PluginConfig):
    """Nothing to set."""


class Sink:
    def __init__(self, ctx, config, stream):
        self.ctx, self.waiting = ctx, False

    def event(self, change, pre_roll):
        self.waiting = change.change == "started"

    def frame(self, frame):
        if self.waiting:
            self.waiting = False
            self.keep(frame)

    def keep(self, frame):
        name = f"{new_id()}.jpg"
        (self.ctx.folder / name).write_bytes(frame.jpeg())
        self.report(name, frame.captured_at)

    def report(self, name, at):
        self.ctx.report(MediaFile(name=name, kind="picture", content_type="image/jpeg", started_at=at, ended_at=at))

    def packets(self, packets):
        pass

    def wants_packets(self):
        return False

    def close(self):
        pass


class Outside(Sink):
    def keep(self, frame):
        super().keep(frame)
        with open(self.ctx.folder.parent / "elsewhere.txt", "w") as file:
            file.write("x")


class Unreported(Sink):
    def report(self, name, at):
        pass


class Twice(Sink):
    def report(self, name, at):
        super().report(name, at)
        super().report(name, at)


class SinkRules(SinkConformance):
    target = "Sink"

    @pytest.fixture
    def cycles(self):
        return 5

    @pytest.fixture
    def spec(self):
        return SinkSpec(
            id="test", title="Test", config=lazy("broken_sinks_samples:Config"),
            factory=lazy(f"broken_sinks_samples:{self.target}"), wants="frames",
        )  # fmt: skip


class TestGoodSink(SinkRules):
    pass


class TestOutside(SinkRules):
    target = "Outside"


class TestUnreported(SinkRules):
    target = "Unreported"


class TestTwice(SinkRules):
    target = "Twice"
