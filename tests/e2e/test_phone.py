"""Everything fits on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from .hubs import RunningHub

pytestmark = pytest.mark.browser

FITS = """selector => {
    const box = document.querySelector(selector).getBoundingClientRect();
    const wide = document.documentElement.scrollWidth;
    return box.width > 0 && box.left >= 0 && box.right <= innerWidth && wide <= innerWidth;
}"""


async def test_pages_and_dialogs_fit_on_a_phone(hub: RunningHub, signed_in: Page, film: Path) -> None:
    page = signed_in
    await page.set_viewport_size({"width": 390, "height": 844})
    stream = hub.stream("A name " + "that-goes-on-and-on" * 8, film, enabled=False)
    hub.call("POST", "/api/events", {"stream_id": stream, "text": "words" * 60})
    try:
        await page.goto(hub.url)
        await expect(page.locator(".tile")).to_have_count(1)
        assert await page.evaluate(FITS, ".tile")
        await page.get_by_role("button", name="Add stream").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await page.evaluate(FITS, "dialog")
        await page.keyboard.press("Escape")

        await page.locator(".tile").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("A name")
        await expect(page.locator(".activity")).to_have_count(1)
        assert await page.evaluate(FITS, "main")

        await page.get_by_role("link", name="Events").click()
        await page.locator(".activity .thumb").click()
        await expect(page.get_by_role("dialog").locator(".events li")).to_have_count(1)
        assert await page.evaluate(FITS, "dialog")
    finally:
        hub.remove(stream)
