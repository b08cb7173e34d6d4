"""Plugins that break one rule each, and some that keep all. Run by ``test_kit``, which says what must fail."""

import os
import random
import secrets
import sys
import threading
import time
import types

import numpy as np
import pytest
from pydantic import BaseModel
from quart import Blueprint

from glimpser_sdk import (
    AnalyzerSpec,
    AuthBackendSpec,
    ConfigInvalid,
    ConfigSpec,
    MediaFile,
    NotReady,
    Observation,
    PluginConfig,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    SinkSpec,
    SourceSpec,
    hookimpl,
    lazy,
    new_id,
)
from glimpser_sdk.pictures import BgrPicture
from glimpser_sdk.testing import (
    AnalyzerConformance,
    AuthBackendConformance,
    PluginConformance,
    RouterConformance,
    SinkConformance,
    SourceConformance,
)

HERE = sys.modules[__name__]
# References are loaded by this name, whatever pytest calls the module.
sys.modules["broken_samples"] = HERE
held = []


class Config(PluginConfig):
    """Nothing to set."""


# --- analyzers ---


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
            id="test", title="Test", config=lazy("broken_samples:Config"),
            factory=lazy(f"broken_samples:{self.target}"), emits=("test.seen",), max_batch=8,
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


# --- sources ---


class Source:
    def __init__(self, ctx, config, feed):
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
        time.sleep(3)


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
            kind="test", title="Test", config=lazy("broken_samples:Config"),
            factory=lazy(f"broken_samples:{self.target}"), shape=self.shape,
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


# --- sinks ---


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
            id="test", title="Test", config=lazy("broken_samples:Config"),
            factory=lazy(f"broken_samples:{self.target}"), wants="frames",
        )  # fmt: skip


class TestGoodSink(SinkRules):
    pass


class TestOutside(SinkRules):
    target = "Outside"


class TestUnreported(SinkRules):
    target = "Unreported"


class TestTwice(SinkRules):
    target = "Twice"


# --- password backends ---


class Backend:
    def __init__(self, ctx):
        self.nobody = self.encode("", "00")

    @staticmethod
    def encode(password, salt):
        import hashlib

        secret = password[:100].encode(errors="surrogatepass")
        return f"${salt}${hashlib.pbkdf2_hmac('sha256', secret, salt.encode(), 30_000).hex()}"

    def hash(self, password):
        if len(password) < 8:
            raise ConfigInvalid("too short", field="password", code="test.short")
        return self.encode(password, secrets.token_hex(8))

    def verify(self, account, password):
        kept = account.password_hash if account else None
        known = bool(kept) and kept.count("$") == 2
        found = self.encode(password, (kept if known else self.nobody).split("$")[1])
        return known and found == kept and len(password) <= 100

    def outdated(self, password_hash):
        return password_hash.count("$") != 2


class AnyPassword(Backend):
    def verify(self, account, password):
        return super().verify(account, password.strip())


class Plain(Backend):
    @staticmethod
    def encode(password, salt):
        return f"${salt}${password}"


class Tells(Backend):
    def verify(self, account, password):
        return account is not None and super().verify(account, password)


class AuthRules(AuthBackendConformance):
    target = "Backend"

    @pytest.fixture
    def spec(self):
        return AuthBackendSpec(id="t", title="T", kind="password", factory=lazy(f"broken_samples:{self.target}"))


class TestGoodBackend(AuthRules):
    pass


class TestAnyPassword(AuthRules):
    target = "AnyPassword"


class TestPlain(AuthRules):
    target = "Plain"


class TestTells(AuthRules):
    target = "Tells"


# --- routers ---


def routes(ctx):
    blueprint = Blueprint("test_samples", __name__)

    @blueprint.get("/wind")
    async def wind():
        return {"wind": "N"}

    return blueprint


def more_routes(ctx):
    blueprint = routes(ctx)

    @blueprint.get("/secret")
    async def secret():
        return {}

    return blueprint


def breaking_routes(ctx):
    from quart import request

    blueprint = Blueprint("test_samples", __name__)

    @blueprint.get("/wind")
    async def wind():
        return {"wind": int(request.args.get("limit", "1")) // max(0, int(request.args.get("limit", "1")))}

    return blueprint


class RouterRules(RouterConformance):
    target = "routes"

    @pytest.fixture
    def spec(self):
        route = RouteSpec(path="/wind", methods=("GET",), permission="test.read")
        return RouterSpec(factory=lazy(f"broken_samples:{self.target}"), routes=(route,))


class TestGoodRouter(RouterRules):
    pass


class TestUndeclaredRoute(RouterRules):
    target = "more_routes"


class TestBreaks(RouterRules):
    target = "breaking_routes"


# --- whole plugins ---


class Loose(BaseModel):
    password: str = ""


def module(**hooks):
    made = types.ModuleType("broken_samples_plugin")
    made.glimpser_manifest = hookimpl(lambda: PluginManifest(id="test", title="Test"))
    for name, function in hooks.items():
        setattr(made, name, hookimpl(function))
    return made


class TestHeavy(PluginConformance):
    @pytest.fixture
    def plugin(self, tmp_path, monkeypatch):
        (tmp_path / "heavy_entry.py").write_text("import numpy\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        made = module()
        made.__name__ = "heavy_entry"
        return made


class TestLoose(PluginConformance):
    @pytest.fixture
    def plugin(self):
        return module(glimpser_config=lambda: ConfigSpec(model=lazy("broken_samples:Loose")))
