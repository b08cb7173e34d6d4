"""The rules that the core relies on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest

from glimpser_http import plugin as entry_module
from glimpser_http.config import HttpConfig
from glimpser_sdk import SourceSpec
from glimpser_sdk.testing import PluginConformance, SourceConformance


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module


class TestHttp(SourceConformance):
    @pytest.fixture
    def spec(self) -> SourceSpec:
        return entry_module.glimpser_sources()[0]

    @pytest.fixture
    def config(self, jpeg: bytes) -> Iterator[HttpConfig]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(jpeg)))
                self.end_headers()
                self.wfile.write(jpeg)

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield HttpConfig(url=f"http://127.0.0.1:{server.server_address[1]}/now.jpg", interval_s=1)
            server.shutdown()

    @pytest.fixture
    def broken_config(self) -> HttpConfig:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return HttpConfig(url=f"http://127.0.0.1:{free.getsockname()[1]}/now.jpg")

    @pytest.fixture
    def bad_configs(self) -> list[dict[str, Any]]:
        url = "http://127.0.0.1/now.jpg"
        return [
            {"url": url, "no_such_field": 1},
            {"url": "rtsp://127.0.0.1/now.jpg"},
            {"url": url, "interval_s": 0},
            {"url": url, "headers": {"Host": "other"}},
        ]
