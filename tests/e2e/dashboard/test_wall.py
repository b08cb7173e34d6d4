"""The wall: live pictures that move, and what is said of a stream that gives none."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.hubs import RunningHub

pytestmark = pytest.mark.browser

PIXELS = """canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 41) sum = (sum * 31 + data[i]) >>> 0;
    return canvas.width > 16 ? sum : 0;
}"""


async def moves(page: Page, name: str) -> None:
    """Wait until the picture of a stream has changed."""
    canvas = page.get_by_role("img", name=f"Live picture of {name}")
    await expect(canvas).to_be_visible(timeout=20_000)
    seen = set()
    for _ in range(60):
        seen.add(await canvas.evaluate(PIXELS))
        if len(seen - {0}) > 2:
            return
        await page.wait_for_timeout(200)
    raise AssertionError(f"the picture of {name} stands still")


async def test_pictures_move(opened: Any, size: str) -> None:
    page = await opened("", size)
    await expect(page.get_by_role("heading", name="Wall", level=1)).to_be_visible()
    await moves(page, "Front door")
    await moves(page, "Yard")
    await expect(page.get_by_text("2 of 2 live")).to_be_visible()
    assert await page.title() == "Wall · Glimpser"


async def test_a_stream_without_a_picture_says_why(hub: RunningHub, opened: Any, film: Any) -> None:
    gone = hub.stream("Gone", film.with_name("missing.mp4"))
    try:
        page = await opened()
        tile = page.locator("g-tile").filter(has_text="Gone")
        await expect(tile.get_by_text("Offline", exact=True)).to_be_visible(timeout=20_000)
        await expect(tile.locator(".placeholder p").last).not_to_be_empty()
    finally:
        hub.remove(gone)
    await expect(tile).to_have_count(0)


async def test_what_moves_is_ringed(opened: Any) -> None:
    page = await opened()
    await expect(page.locator(".screen.alert").first).to_be_visible(timeout=40_000)
    await expect(page.locator(".badge.motion").first).to_have_text("Motion")


async def test_german(opened: Any) -> None:
    page = await opened(locale="de-DE")
    await expect(page.get_by_role("heading", name="Wand", level=1)).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "de"
