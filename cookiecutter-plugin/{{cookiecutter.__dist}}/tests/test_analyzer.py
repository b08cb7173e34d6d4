"""The analyzer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from glimpser_sdk import AnalyzerSpec, StreamInfo
from glimpser_sdk.testing import AnalyzerConformance

from {{ cookiecutter.__package }}.analyzer import DarknessAnalyzer
from {{ cookiecutter.__package }}.config import DarknessConfig
from {{ cookiecutter.__package }}.plugin import glimpser_analyzers


class TestAnalyzer(AnalyzerConformance):
    @pytest.fixture
    def spec(self) -> AnalyzerSpec:
        return glimpser_analyzers()[0]

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return [{"no_such_field": 1}, {"threshold": 256}]


@pytest.mark.parametrize(("threshold", "dark"), [(200.0, True), (10.0, False)])
def test_dark_is_below_the_threshold(
    threshold: float, dark: bool, frames: Callable[..., Any], worker_context: Callable[..., Any]
) -> None:
    config, stream = DarknessConfig(threshold=threshold), StreamInfo(id="stream", name="Stream")
    analyzer = DarknessAnalyzer(worker_context(), config, stream)
    assert [seen.active for (seen,) in analyzer.process(frames(3))] == [dark] * 3
