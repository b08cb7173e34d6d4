"""The rules that the core relies on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from glimpser_ffmpeg import plugin as entry_module
from glimpser_ffmpeg.config import FfmpegConfig
from glimpser_sdk import SourceSpec
from glimpser_sdk.testing import PluginConformance, SourceConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestSource(SourceConformance):
    @pytest.fixture
    def spec(self) -> SourceSpec:
        return entry_module.glimpser_sources()[0]

    @pytest.fixture
    def media(self, tmp_path: Path, clip: Callable[..., Path]) -> Path:
        folder = tmp_path / "media"
        folder.mkdir()
        clip(folder / "clip.mp4")
        return folder

    @pytest.fixture
    def context(self, media: Path) -> dict[str, Any]:
        return {"media_roots": (media,)}

    @pytest.fixture
    def config(self, media: Path) -> Any:
        return FfmpegConfig(url=str(media / "clip.mp4"))

    @pytest.fixture(params=["no file", "no server"])
    def broken_config(self, request: pytest.FixtureRequest, media: Path, unused_tcp_port: int) -> Any:
        missing = {"no file": str(media / "missing.mp4"), "no server": f"rtsp://127.0.0.1:{unused_tcp_port}/"}
        return FfmpegConfig(url=missing[request.param])

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return [{"no_such_field": 1}, {}, {"url": "gopher://host/"}, {"url": "rtsp://host/", "timeout_s": 0}]
