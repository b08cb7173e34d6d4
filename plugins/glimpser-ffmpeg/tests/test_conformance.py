"""The rules that the core relies on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def rtsp_port(rtsp_server: Callable[..., Any]) -> Iterator[int]:
    with rtsp_server("--fps", "10", "--size", "320x180") as port:
        yield port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, clip: Callable[..., Path]) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    clip(folder / "clip.ts", frames=500)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class OverTheNetwork(SourceConformance):
    """By the relay and the proxy of the kit, as in the hub."""

    @pytest.fixture
    def spec(self) -> SourceSpec:
        return entry_module.glimpser_sources()[0]

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        return []

    @pytest.fixture
    def cycles(self) -> int:
        return 1


class TestRtsp(OverTheNetwork):
    @pytest.fixture
    def config(self, rtsp_port: int) -> Any:
        return FfmpegConfig(url=f"rtsp://127.0.0.1:{rtsp_port}/cam0")

    def test_media_by_udp(self, run: Callable[[Any], Any], rtsp_port: int, patience_s: float) -> None:
        running = run(FfmpegConfig(url=f"rtsp://127.0.0.1:{rtsp_port}/cam0", transport="udp")).start()
        assert running.wait(1, patience_s), running.error
        running.close()


class TestHttp(OverTheNetwork):
    @pytest.fixture
    def config(self, served: str) -> Any:
        return FfmpegConfig(url=f"{served}/clip.ts")

    @pytest.fixture
    def broken_config(self, served: str) -> Any:
        return FfmpegConfig(url=f"{served}/missing.ts")
