"""A wall of thirty live tiles: one WebSocket, and the API stays quick."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from .films import walk
from .hubs import RunningHub

pytestmark = [pytest.mark.browser, pytest.mark.serial]

TILES = 30
ANSWER_S = 0.2


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

        took = []
        for _ in range(15):
            begun = time.monotonic()
            await page.evaluate("fetch('api/streams?limit=500').then(r => r.json())")
            took.append(time.monotonic() - begun)
        assert sorted(took)[len(took) // 2] < ANSWER_S
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
