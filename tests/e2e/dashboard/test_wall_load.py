"""A wall of 24 live tiles: no picture is old, and the API stays quick."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.films import walk
from tests.e2e.hubs import RunningHub, running
from tests.e2e.test_wall_load import ANSWER_S, ask_everything

from .conftest import WITH_DASHBOARD

pytestmark = [pytest.mark.browser, pytest.mark.serial]

TILES = 24
AGES = """() => {
    const found = [];
    const search = (root) => root.querySelectorAll("*").forEach((element) => {
        if (element.localName === "g-screen") found.push(Date.now() - element.at);
        if (element.shadowRoot) search(element.shadowRoot);
    });
    search(document);
    return found;
}"""
"""Milliseconds since the picture that each tile shows was captured."""


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub that uses the whole machine, with many streams in which something always moves."""
    folder = tmp_path_factory.mktemp("hub")
    busy = walk(film.with_name("busy.mp4"), seconds=4, moving=(0, 4))
    with running(folder, film.parent, **WITH_DASHBOARD, GLIMPSER_WORKERS=None) as started:
        started.sign_up()
        for n in range(TILES):
            started.stream(f"Stream {n}", busy, sinks={})
        yield started


async def test_24_tiles_show_what_is_now(hub: RunningHub, opened: Any) -> None:
    page = await opened()
    await page.set_viewport_size({"width": 1920, "height": 2200})
    await expect(page.get_by_text(f"{TILES} of {TILES} live")).to_be_visible(timeout=60_000)
    await expect(page.locator(".screen.has-picture")).to_have_count(TILES, timeout=60_000)
    stream = hub.call("GET", "/api/streams?limit=1")[0]["id"]
    asking = asyncio.create_task(asyncio.to_thread(ask_everything, hub, stream))
    ages: list[float] = []
    while not asking.done():
        now = await page.evaluate(AGES)
        assert len(now) == TILES
        ages += now
        await asyncio.sleep(0.1)
    took = [seconds for seconds, _ in await asking]
    late = took[len(took) // 20]
    print(f"pictures at most {max(ages):.0f} ms old in {len(ages)} looks; 95 % of {len(took)} answers in {late:.3f} s")
    assert max(ages) < 1000
    assert late < ANSWER_S
