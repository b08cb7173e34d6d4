"""Analyzers that break one rule each, and one that keeps all. Run by ``test_kit``, which says what must fail."""

import os
import random
import sys

import numpy as np
import pytest

from glimpser_sdk import AnalyzerSpec, Observation, PluginConfig, lazy
from glimpser_sdk.testing import AnalyzerConformance

held = []

# References are loaded by this name, whatever pytest calls the module.
sys.modules["broken_analyzers_samples"] = sys.modules[__name__]


class Config(PluginConfig):
    """Nothing to set."""


class Analyzer:
    type = "test.seen"

    def __init__(self, ctx, config, stream):
        self.count = 0

    def process(self, frames):
        return [self.see(frame) for frame in frames]

    def see(self, frame):
        return (Observation(type=self.type, active=False, score=frame.gray(64).mean() / 255),)

    def close(self):
        pass


class WrongLength(Analyzer):
    def process(self, frames):
        return super().process(frames)[:1]


class WrongOrder(Analyzer):
    def process(self, frames):
        return super().process(frames)[::-1]


class Chance(Analyzer):
    def see(self, frame):
        return (Observation(type=self.type, active=False, score=random.random()),)


class Paints(Analyzer):
    def see(self, frame):
        frame.picture.y[0, 0] ^= 1
        return ()


class Notes(Analyzer):
    def see(self, frame):
        frame.meta["seen"] = True
        return ()


class Divides(Analyzer):
    def see(self, frame):
        return (Observation(type=self.type, active=False, score=min(1, 0.1 / frame.dt if frame.sequence else 0)),)


class OneSize(Analyzer):
    last = None

    def see(self, frame):
        gray = frame.gray()
        change = 0 if self.last is None else np.abs(gray - self.last).mean() / 255
        self.last = gray
        return (Observation(type=self.type, active=False, score=float(change)),)


class Undeclared(Analyzer):
    type = "other.seen"


class LeaksAnalyzer(Analyzer):
    def __init__(self, ctx, config, stream):
        held.append(os.open(os.devnull, os.O_RDONLY))


class AnalyzerRules(AnalyzerConformance):
    target = "Analyzer"

    @pytest.fixture
    def cycles(self):
        return 5

    @pytest.fixture
    def spec(self):
        return AnalyzerSpec(
            id="test", title="Test", config=lazy("broken_analyzers_samples:Config"),
            factory=lazy(f"broken_analyzers_samples:{self.target}"), emits=("test.seen",), max_batch=8,
        )  # fmt: skip


class TestGoodAnalyzer(AnalyzerRules):
    pass


class TestWrongLength(AnalyzerRules):
    target = "WrongLength"


class TestWrongOrder(AnalyzerRules):
    target = "WrongOrder"


class TestChance(AnalyzerRules):
    target = "Chance"


class TestPaints(AnalyzerRules):
    target = "Paints"


class TestNotes(AnalyzerRules):
    target = "Notes"


class TestDivides(AnalyzerRules):
    target = "Divides"


class TestOneSize(AnalyzerRules):
    target = "OneSize"


class TestUndeclared(AnalyzerRules):
    target = "Undeclared"


class TestLeaksAnalyzer(AnalyzerRules):
    target = "LeaksAnalyzer"
