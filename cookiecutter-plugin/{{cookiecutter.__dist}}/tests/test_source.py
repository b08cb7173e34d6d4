"""The source."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
from glimpser_sdk import SourceSpec
from glimpser_sdk.testing import SourceConformance

from {{ cookiecutter.__package }}.config import BarConfig
from {{ cookiecutter.__package }}.plugin import glimpser_sources
from {{ cookiecutter.__package }}.source import BarSource


class TestSource(SourceConformance):
    @pytest.fixture
    def spec(self) -> SourceSpec:
        return glimpser_sources()[0]

    @pytest.fixture
    def config(self) -> Any:
        return BarConfig(fps=30)

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return [{"no_such_field": 1}, {"fps": 0}, {"width": 63}]


def test_the_bar_moves(worker_context: Callable[..., Any]) -> None:
    source = BarSource(worker_context(), BarConfig(fps=30, width=64, height=64), "main")
    first, *_, last = [picture.luma(None) for picture in islice(source.run(), 30)]
    source.close()
    assert (first != last).any()
    assert first.shape == (64, 64)
