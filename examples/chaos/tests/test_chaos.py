"""Without a demand it keeps every rule; with one it does what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from glimpser_chaos import plugin as entry_module
from glimpser_chaos.analyzer import ChaosAnalyzer
from glimpser_chaos.config import AnalyzerConfig, SinkConfig, SourceConfig
from glimpser_chaos.sink import ChaosSink
from glimpser_chaos.source import ChaosSource

from glimpser_sdk import NotReady, StreamInfo
from glimpser_sdk.testing import AnalyzerConformance, PluginConformance, SinkConformance, SourceConformance

STREAM = StreamInfo(id="stream", name="Stream")


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestSource(SourceConformance):
    @pytest.fixture
    def spec(self) -> Any:
        return entry_module.glimpser_sources()[0]

    @pytest.fixture
    def config(self) -> Any:
        return SourceConfig()


class TestAnalyzer(AnalyzerConformance):
    @pytest.fixture
    def spec(self) -> Any:
        return entry_module.glimpser_analyzers()[0]


class TestSink(SinkConformance):
    @pytest.fixture
    def spec(self) -> Any:
        return entry_module.glimpser_sinks()[0]

    @pytest.fixture
    def files_expected(self) -> int:
        return 0


def in_child(code: str, chaos: str = "", timeout: float = 20) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "GLIMPSER_CHAOS": chaos},
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.mark.parametrize("moment", ["import", "hook"])
def test_registration(moment: str) -> None:
    code = "import glimpser_chaos.plugin as p; p.glimpser_sources(); print('fine')"
    assert in_child(code).stdout == "fine\n"
    assert "chaos: failure" in in_child(code, f"raise-{moment}").stderr
    assert f"chaos: exit at {moment}" in in_child(code, f"exit-{moment}").stderr
    with pytest.raises(subprocess.TimeoutExpired):
        in_child(code, f"hang-{moment}", timeout=2)


def test_the_hub(monkeypatch: pytest.MonkeyPatch, hub_context: Callable[..., Any]) -> None:
    monkeypatch.setenv("GLIMPSER_CHAOS", "not-ready-setup")
    with pytest.raises(NotReady):
        entry_module.glimpser_setup(hub_context())
    monkeypatch.setenv("GLIMPSER_CHAOS", "raise-setup")
    with pytest.raises(RuntimeError, match="failure at setup"):
        entry_module.glimpser_setup(hub_context())


async def test_flooding(monkeypatch: pytest.MonkeyPatch, hub_context: Callable[..., Any]) -> None:
    import asyncio

    monkeypatch.setenv("GLIMPSER_CHAOS", "flood")
    ctx = hub_context("chaos")
    entry_module.glimpser_setup(ctx)
    await asyncio.sleep(0.1)
    await ctx.close()
    assert len(ctx.published) > 50


WORKER = """
from types import SimpleNamespace
from glimpser_chaos.acts import Act
act = Act({mode!r}, 0)
act.step()
"""


@pytest.mark.parametrize(("mode", "code"), [("segfault", -11), ("exit", 3), ("sys-exit", 3), ("raise", 1)])
def test_a_worker_dies(mode: str, code: int) -> None:
    assert in_child(WORKER.format(mode=mode)).returncode == code


def test_memory_is_really_taken() -> None:
    code = WORKER.format(mode="memory") + "act.step(); import resource; print(resource.getrusage(0).ru_maxrss)"
    assert int(in_child(code).stdout) > 64 * 1024


def test_streams(worker_context: Callable[..., Any], frames: Callable[..., Any]) -> None:
    ctx = worker_context()
    batch = frames(4)
    assert len(ChaosAnalyzer(ctx, AnalyzerConfig(mode="wrong", after_s=0), STREAM).process(batch)) == 5
    flood = ChaosAnalyzer(ctx, AnalyzerConfig(mode="flood", after_s=0), STREAM).process(batch)
    assert sum(map(len, flood)) == 4000
    with pytest.raises(RuntimeError):
        ChaosAnalyzer(ctx, AnalyzerConfig(mode="raise", after_s=0), STREAM).process(batch)
    with pytest.raises(RuntimeError):
        ChaosSink(ctx, SinkConfig(mode="raise", after_s=0), STREAM).frame(batch[0])
    for make in (ChaosSource, ChaosSink, ChaosAnalyzer):
        config = {ChaosSource: SourceConfig, ChaosSink: SinkConfig, ChaosAnalyzer: AnalyzerConfig}[make]
        with pytest.raises(RuntimeError, match="cannot be made"):
            make(ctx, config(mode="raise-make"), "main")  # type: ignore[operator]


def test_ignoring_stop(worker_context: Callable[..., Any]) -> None:
    source = ChaosSource(worker_context(), SourceConfig(mode="ignore-stop", after_s=0, fps=60), "main")
    pictures = source.run()
    next(pictures)
    source.close()
    assert [next(pictures).width for _ in range(3)] == [320] * 3
