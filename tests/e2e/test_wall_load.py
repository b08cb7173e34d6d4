"""A wall of thirty live tiles: one WebSocket, and the API stays quick."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from .films import walk
from .hubs import RunningHub

pytestmark = [pytest.mark.browser, pytest.mark.serial]

TILES = 30
ANSWER_S = 0.2
ROUNDS = 5


def ask_everything(hub: RunningHub, stream: str) -> list[tuple[float, str]]:
    """(seconds, path) of every list and every page of one stream, a few times over, the slowest first."""
    paths = hub.call("GET", "/api/openapi.json")["paths"]
    plain = [path for path, found in paths.items() if "get" in found and answers_json(found["get"])]
    asked = [path.replace("{stream_id}", stream) for path in plain]
    took = []
    with httpx.Client(base_url=hub.url, headers={"Cookie": hub.cookie}, timeout=20) as client:
        for path in [path for path in asked if "{" not in path] * ROUNDS:
            begun = time.monotonic()
            answer = client.get(path)
            took.append((time.monotonic() - begun, path))
            assert answer.status_code < 500, (path, answer.text)
    return sorted(took, reverse=True)


def answers_json(operation: dict[str, Any]) -> bool:
    return "application/json" in operation["responses"].get("200", {}).get("content", {})


async def test_thirty_tiles_over_one_socket(hub: RunningHub, signed_in: Page, film: Path) -> None:
    page = signed_in
    quiet = walk(film.with_name("quiet.mp4"), seconds=4, moving=(100, 101))
    streams = [hub.stream(f"Camera {n}", quiet, sinks={}) for n in range(TILES)]
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    try:
        await page.set_viewport_size({"width": 1920, "height": 2600})
        await page.goto(hub.url)
        await expect(page.locator(".screen.has-picture")).to_have_count(TILES, timeout=60_000)

        took = await asyncio.to_thread(ask_everything, hub, streams[0])
        print("slowest:", [f"{path} {1000 * s:.0f} ms" for s, path in took[:3]], f"of {len(took)}")
        assert not [(path, seconds) for seconds, path in took if seconds >= ANSWER_S]
        assert len(sockets) == 1
        assert not [url for url in requests if "mjpeg" in url or "snapshot" in url]
        viewers = [s for s in hub.call("GET", "/api/live-sessions") if s["kind"] == "page"]
        assert len(viewers) == TILES

        # What nobody can see is not sent.
        await page.set_viewport_size({"width": 390, "height": 500})
        await page.wait_for_timeout(1500)
        assert len([s for s in hub.call("GET", "/api/live-sessions") if s["kind"] == "page"]) < TILES / 2
    finally:
        for stream in streams:
            hub.remove(stream)
