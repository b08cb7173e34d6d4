"""The pytest plugin: fixtures for tests of Glimpser plugins. Nothing is imported before a test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from glimpser_sdk.frames import Frame
    from glimpser_sdk.packets import Packet

    from .clocks import VirtualClock
    from .contexts import FakeHubContext, FakeWorkerContext

# The modules whose assertions are to be explained; an editable install does not list its files.
pytest.register_assert_rewrite("glimpser_sdk.testing.conformance")


@pytest.fixture
def clock() -> VirtualClock:
    """Time that stands still until ``clock.advance(seconds)``."""
    from .clocks import VirtualClock

    return VirtualClock()


@pytest.fixture
def frames() -> Callable[..., list[Frame]]:
    """``frames(count=10, fps=10, size=(320, 180), form="yuv", seed=0)``: shapes that move over noise, always the same
    for one seed. See ``glimpser_sdk.testing.moving_shapes``."""
    from .pictures import moving_shapes

    return moving_shapes


@pytest.fixture
def packets() -> Callable[..., list[Packet]]:
    """``packets(count=50, fps=25, size=(320, 180), gop=10)``: the same shapes as H.264. Skips where PyAV is not
    installed. See ``glimpser_sdk.testing.encoded``."""
    pytest.importorskip("av", reason="PyAV is not installed; it encodes the packets")
    from .video import encoded

    return encoded


@pytest.fixture
def worker_context(tmp_path: Path) -> Callable[..., FakeWorkerContext]:
    """``worker_context(stream_id="stream", clock=…, media_roots=…, folder=…)``: what a source, analyzer or sink is
    given. Each call makes a new one with a folder of its own."""
    from .contexts import FakeWorkerContext

    def make(**settings: Any) -> FakeWorkerContext:
        if "folder" not in settings:
            settings["folder"] = tmp_path / f"instance-{len(list(tmp_path.glob('instance-*')))}"
            settings["folder"].mkdir()
        return FakeWorkerContext(**settings)

    return make


@pytest.fixture
def hub_context(tmp_path: Path) -> Callable[..., FakeHubContext]:
    """``hub_context(plugin_id="test", config=None, clock=…)``: what setup, auth backends and routers are given."""
    from .contexts import FakeHubContext

    def make(plugin_id: str = "test", **settings: Any) -> FakeHubContext:
        settings.setdefault("data_dir", tmp_path / "hub" / plugin_id)
        settings["data_dir"].mkdir(parents=True, exist_ok=True)
        return FakeHubContext(plugin_id, **settings)

    return make


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python's sockets reach this machine only; anything else fails the test. Libraries in C, FFmpeg among them, have
    their own sockets and are not held."""
    from .network import deny_outside

    refused = deny_outside(monkeypatch)
    yield
    if refused:
        pytest.fail(f"the test tried to reach {', '.join(sorted(set(refused)))}")
