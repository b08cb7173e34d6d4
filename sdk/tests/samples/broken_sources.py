"""Sources that break one rule each, and two that keep all. Run by ``test_kit``, which says what must fail."""

import contextlib
import socket
import sys
import threading
import time

import numpy as np
import pytest

from glimpser_sdk import NotReady, PluginConfig, SourceSpec, lazy
from glimpser_sdk.pictures import BgrPicture
from glimpser_sdk.testing import SourceConformance

# References are loaded by this name, whatever pytest calls the module.
sys.modules["broken_sources_samples"] = sys.modules[__name__]


class Config(PluginConfig):
    """Nothing to set."""


class Source:
    def __init__(self, ctx, config, feed):
        self.ctx = ctx
        self.closed = threading.Event()

    def run(self):
        while not self.closed.is_set():
            yield BgrPicture(np.zeros((48, 64, 3), np.uint8))
            self.closed.wait(0.01)

    def decoder(self, parameters):
        raise NotReady("no packets")

    def close(self):
        self.closed.set()


class Deaf(Source):
    def run(self):
        yield BgrPicture(np.zeros((48, 64, 3), np.uint8))
        time.sleep(2.3)


class Bug(Source):
    def run(self):
        yield BgrPicture(np.zeros((48, 64, 3), np.uint8))
        raise KeyError("a bug")


class LeaksSource(Source):
    def run(self):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        yield from super().run()


class AsyncPictures:
    def __init__(self, ctx, config, feed):
        pass

    async def run(self):
        import asyncio

        while True:
            yield BgrPicture(np.zeros((48, 64, 3), np.uint8))
            await asyncio.sleep(0.01)

    async def close(self):
        pass


class SourceRules(SourceConformance):
    target, shape = "Source", "blocking"

    @pytest.fixture
    def cycles(self):
        return 5

    @pytest.fixture
    def patience_s(self):
        return 2.0

    @pytest.fixture
    def config(self):
        return Config()

    @pytest.fixture
    def spec(self):
        return SourceSpec(
            kind="test", title="Test", config=lazy("broken_sources_samples:Config"),
            factory=lazy(f"broken_sources_samples:{self.target}"), shape=self.shape,
        )  # fmt: skip


class TestGoodSource(SourceRules):
    pass


class TestGoodAsyncSource(SourceRules):
    target, shape = "AsyncPictures", "async"


class TestDeaf(SourceRules):
    target = "Deaf"

    @pytest.fixture
    def cycles(self):
        return 0


class TestBug(SourceRules):
    target = "Bug"

    @pytest.fixture
    def broken_config(self):
        return Config()


class TestLeaksSource(SourceRules):
    target = "LeaksSource"


class OwnSocket(Source):
    def run(self):
        with socket.socket() as own:
            own.connect_ex(("127.0.0.1", 9))
        yield from super().run()


class OwnLibrary(Source):
    def run(self):
        import av

        self.ctx.egress.open("rtsp://127.0.0.1:9/")
        with contextlib.suppress(av.error.FFmpegError):
            av.open("rtsp://127.0.0.1:9/")
        yield from super().run()


class TestOwnSocket(SourceRules):
    target = "OwnSocket"


class TestOwnLibrary(SourceRules):
    target = "OwnLibrary"
