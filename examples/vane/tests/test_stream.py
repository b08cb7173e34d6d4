"""The source and the analyzer, each by the rules and both together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from glimpser_sdk import Frame, StreamInfo
from glimpser_sdk.testing import AnalyzerConformance, SourceConformance

from glimpser_vane.analyzer import VaneAnalyzer, read
from glimpser_vane.compass import NAMES, distance, sector
from glimpser_vane.config import AnalyzerConfig, SourceConfig
from glimpser_vane.plugin import glimpser_analyzers, glimpser_sources
from glimpser_vane.source import draw


class TestSource(SourceConformance):
    @pytest.fixture
    def spec(self) -> Any:
        return glimpser_sources()[0]

    @pytest.fixture
    def config(self) -> Any:
        return SourceConfig(fps=30)

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return [{"no_such_field": 1}, {"turn_s": 0}, {"side": 65}]


def turning(like: list[Frame], degrees_a_frame: float) -> list[Frame]:
    """Frames of a vane, with the times of those given."""
    return [
        Frame(
            draw(number * degrees_a_frame, 240),
            stream_id=frame.stream_id,
            feed=frame.feed,
            sequence=frame.sequence,
            captured_at=frame.captured_at,
            received_at=frame.received_at,
            mono_ns=frame.mono_ns,
            time_s=frame.time_s,
            dt=frame.dt,
        )
        for number, frame in enumerate(like)
    ]


class TestAnalyzer(AnalyzerConformance):
    @pytest.fixture
    def spec(self) -> Any:
        return glimpser_analyzers()[0]

    @pytest.fixture
    def scene(self, frames: Callable[..., list[Frame]]) -> list[Frame]:
        return turning(frames(24, fps=2), 15)

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return [{"no_such_field": 1}, {"sectors": 5}, {"hold_s": -1}]


def test_what_is_drawn_is_read(frames: Callable[..., list[Frame]]) -> None:
    for number, frame in enumerate(turning(frames(72), 5)):
        bearing = read(frame)
        assert bearing is not None
        assert distance(bearing, number * 5) < 3


def test_a_turn_of_the_wind_is_one_event(
    frames: Callable[..., list[Frame]], worker_context: Callable[..., Any]
) -> None:
    # 3° every half second: the sector changes after 8 frames (22.5°) and again after 23 (67.5°).
    stream = StreamInfo(id="stream", name="Stream")
    analyzer = VaneAnalyzer(worker_context(), AnalyzerConfig(hold_s=2), stream)
    seen = [observation for (observation,) in analyzer.process(turning(frames(30, fps=2), 3))]
    assert [number for number, one in enumerate(seen) if one.active] == [8, 9, 10, 11, 23, 24, 25, 26]
    assert [seen[number].data["sector"] for number in (7, 8, 23)] == ["N", "NE", "E"]


def test_names_of_bearings() -> None:
    assert [sector(number * 22.5, 16) for number in range(16)] == list(NAMES)
    assert [sector(bearing) for bearing in (0, 22, 23, 359, 360, -90)] == ["N", "N", "NE", "N", "N", "W"]
