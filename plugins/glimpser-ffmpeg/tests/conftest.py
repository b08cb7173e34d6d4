"""A worker's context without a worker, clips made on the spot, and the servers of the repository's test support."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from glimpser_ffmpeg.config import FfmpegConfig
from glimpser_ffmpeg.source import FfmpegSource
from glimpser_sdk.contexts import Opened
from glimpser_sdk.errors import GlimpserError, StreamEnded

SUPPORT = Path(__file__).parents[3] / "tests" / "support"


class Clock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono_ns(self) -> int:
        return time.monotonic_ns()


class Egress:
    """Lets everything through and remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def open(self, url: str) -> Opened:
        self.asked.append(url)
        return Opened(url=url)


class Counters:
    """Adds up by name and labels."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], float] = {}

    def counter(self, name: str) -> Any:
        counters = self.values

        class Counter:
            def inc(self, amount: float = 1.0, /, **labels: str) -> None:
                key = (name, *labels.values())
                counters[key] = counters.get(key, 0) + amount

        return Counter()


class Context:
    """What a source needs of a worker."""

    def __init__(self, folder: Path) -> None:
        self.stream_id = "stream"
        self.folder = folder
        self.media_roots = (folder,)
        self.egress = Egress()
        self.clock = Clock()
        self.log = logging.getLogger("test")
        self.metrics = Counters()
        self.notices: list[tuple[str, dict[str, Any]]] = []

    def notice(self, code: str, **params: Any) -> None:
        self.notices.append((code, params))


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(tmp_path)


@pytest.fixture
def open_source(ctx: Context) -> Callable[..., FfmpegSource]:
    """``open_source(url, feed="main", **settings)``."""

    def make(url: str, feed: str = "main", **settings: Any) -> FfmpegSource:
        return FfmpegSource(ctx, FfmpegConfig(url=url, **settings), feed)  # type: ignore[arg-type]

    return make


@pytest.fixture
def failure() -> Callable[[FfmpegSource], GlimpserError]:
    """Run a source until it fails; a packet is an error."""

    def run(source: FfmpegSource) -> GlimpserError:
        with pytest.raises(GlimpserError) as caught:
            next(iter(source.run()))
        return caught.value

    return run


@pytest.fixture
def whole() -> Callable[[FfmpegSource], list[Any]]:
    """All packets of a source, which must come to its end."""

    def run(source: FfmpegSource) -> list[Any]:
        running, packets = source.run(), []
        with contextlib.suppress(StreamEnded):
            for packet in running:
                packets.append(packet)
            pytest.fail("the source ended without saying so")
        return packets

    return run


@pytest.fixture(scope="session")
def hostile() -> Any:
    """The servers that misbehave."""
    return _load("hostile")


@pytest.fixture(scope="session")
def rtsp_server() -> Callable[..., Any]:
    """``with rtsp_server("--fps", "10") as port``: a real server, in a process of its own."""
    script = SUPPORT / "rtsp_server.py"
    if not script.exists():
        pytest.skip("the repository's test support is not here")

    @contextlib.contextmanager
    def serve(*arguments: str) -> Iterator[int]:
        server = subprocess.Popen(["/usr/bin/python3", str(script), *arguments], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        said = server.stdout.readline()
        try:
            if not said.startswith("ready"):
                pytest.skip(f"no RTSP server: {said.strip() or 'no system python3'}")
            yield int(said.split()[1])
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

    return serve


@pytest.fixture(scope="session")
def clip() -> Callable[..., Path]:
    """``clip(path, codec=…, frames=…, fps=…, size=…)``: a bright square that moves over noise."""

    def make(
        path: Path,
        codec: str = "libx264",
        *,
        frames: int = 50,
        fps: int = 25,
        size: tuple[int, int] = (320, 180),
        pix_fmt: str = "yuv420p",
        options: dict[str, str] | None = None,
    ) -> Path:
        width, height = size
        rng = np.random.default_rng(1)
        noise = rng.integers(20, 60, (height, width), dtype=np.uint8)
        with av.open(str(path), "w") as output:
            stream: Any = output.add_stream(codec, rate=fps)
            stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
            stream.options = {"x264-params": "log=-1", **(options or {})} if codec == "libx264" else options or {}
            for number in range(frames):
                gray = noise.copy()
                left = number * 4 % (width - 40)
                gray[40:80, left : left + 40] = 220
                frame = av.VideoFrame.from_ndarray(np.repeat(gray[:, :, None], 3, 2), format="bgr24")
                frame.color_range = 2 if pix_fmt.startswith("yuvj") else 1
                output.mux(stream.encode(frame))
            output.mux(stream.encode(None))
        return path

    return make


@pytest.fixture
def closing() -> Callable[[FfmpegSource, float], float]:
    """Run a source, close it from another thread after ``after_s``, and give the seconds that run() took to end."""

    def run(source: FfmpegSource, after_s: float) -> float:
        closed_at: list[float] = []

        def close() -> None:
            closed_at.append(time.monotonic())
            source.close()

        timer = threading.Timer(after_s, close)
        timer.start()
        for _ in source.run():
            pass
        ended = time.monotonic()
        timer.join()
        return ended - closed_at[0]

    return run


def _load(name: str) -> Any:
    path = SUPPORT / f"{name}.py"
    if not path.exists():
        pytest.skip("the repository's test support is not here")
    spec = importlib.util.spec_from_file_location(f"glimpser_test_support_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
