"""The sink."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from glimpser_sdk import EventChange, SinkSpec, StreamInfo
from glimpser_sdk.testing import SinkConformance

from {{ cookiecutter.__package }}.config import PictureConfig
from {{ cookiecutter.__package }}.plugin import glimpser_sinks
from {{ cookiecutter.__package }}.sink import PictureSink


class TestSink(SinkConformance):
    @pytest.fixture
    def spec(self) -> SinkSpec:
        return glimpser_sinks()[0]

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return [{"no_such_field": 1}, {"quality": 0}]


def test_the_first_frame_of_an_event_is_kept(frames: Callable[..., Any], worker_context: Callable[..., Any]) -> None:
    ctx, (before, first, after) = worker_context(), frames(3)
    sink = PictureSink(ctx, PictureConfig(), StreamInfo(id="stream", name="Stream"))
    sink.frame(before)
    sink.event(
        EventChange(
            event_id="1",
            type="motion.detected",
            change="started",
            started_at=first.captured_at,
            at=first.captured_at,
            mono_ns=first.mono_ns,
            score=1.0,
        ),
        (),
    )
    sink.frame(first)
    sink.frame(after)
    [file] = ctx.reports
    assert file.event_ids == ("1",)
    assert (ctx.folder / file.name).read_bytes() == first.jpeg(85)
