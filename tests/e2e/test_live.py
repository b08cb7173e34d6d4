"""Live pictures, what is noticed in them, and adding and removing streams, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from .hubs import RunningHub

pytestmark = pytest.mark.browser

SUM = """canvas => {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i]) % 2147483647;
    return sum;
}"""


async def _different_pictures(page: Page, canvas: Locator, wanted: int) -> set[int]:
    seen: set[int] = set()
    for _ in range(60):
        seen.add(await canvas.evaluate(SUM))
        if len(seen) >= wanted:
            break
        await page.wait_for_timeout(150)
    return seen


async def test_a_stream_is_added_watched_stopped_and_removed(hub: RunningHub, signed_in: Page, film: Path) -> None:
    page = signed_in
    await page.goto(hub.url)
    await page.get_by_role("button", name="Add stream").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Address").fill("gopher://camera.example")
    await dialog.get_by_label("Name", exact=True).fill("Patio")
    await dialog.get_by_role("button", name="Add stream").click()
    await expect(dialog.get_by_role("alert").filter(has_text="gopher")).to_be_visible()

    await dialog.get_by_label("Address").fill(str(film))
    await dialog.get_by_role("button", name="Try").click()
    await expect(dialog.get_by_text("It works: 320×180")).to_be_visible(timeout=20_000)
    await expect(dialog.get_by_alt_text("Preview")).to_be_visible()
    await dialog.get_by_role("button", name="Add stream").click()

    canvas = page.get_by_role("img", name="Live picture of Patio")
    await expect(canvas).to_be_visible(timeout=20_000)
    assert len(await _different_pictures(page, canvas, 5)) >= 5
    await expect(page.get_by_role("link", name="Patio").get_by_text("320×180")).to_be_visible()

    await page.get_by_role("link", name="Patio").click()
    await expect(page.get_by_role("heading", name="Patio")).to_be_visible()
    await expect(canvas).to_be_visible()
    assert len(await _different_pictures(page, canvas, 5)) >= 5
    await page.get_by_text("Diagnostics").click()
    await expect(page.get_by_text('"counters"')).to_be_visible()

    await page.get_by_role("button", name="Stop").click()
    await expect(canvas).to_be_hidden()
    await expect(page.locator(".placeholder").get_by_text("Stopped")).to_be_visible()
    await page.get_by_role("button", name="Start").click()
    await expect(canvas).to_be_visible(timeout=20_000)

    await page.get_by_role("button", name="Remove this stream").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    await expect(page.get_by_role("heading", name="Wall")).to_be_visible()
    await expect(page.get_by_text("Patio")).to_have_count(0)


async def test_an_offline_stream_says_why(hub: RunningHub, signed_in: Page, film: Path) -> None:
    stream = hub.stream("Cellar", film.with_name("absent.mp4"))
    try:
        await signed_in.goto(hub.url)
        tile = signed_in.locator(f'[data-stream="{stream}"]')
        await expect(tile.get_by_text("Offline", exact=True)).to_be_visible(timeout=15_000)
        told = next(s for s in hub.call("GET", "/api/streams") if s["id"] == stream)["reason"]["text"]
        await expect(tile.get_by_text(told)).to_be_visible()
    finally:
        hub.remove(stream)


async def test_motion_appears_with_its_picture_and_a_clip_that_plays(
    hub: RunningHub, signed_in: Page, film: Path
) -> None:
    page = signed_in
    stream = hub.stream("Porch", film)
    try:
        await page.goto(hub.url)
        await expect(page.locator(f'[data-stream="{stream}"] .badge.motion')).to_have_text("Motion", timeout=30_000)

        await page.get_by_role("link", name="Events").click()
        card = page.locator(".activity", has_text="Porch").filter(has=page.locator(".play")).first
        await expect(card).to_be_visible(timeout=30_000)
        await card.scroll_into_view_if_needed()
        picture = card.locator("img")
        await page.wait_for_function(
            "image => image.complete && image.naturalWidth > 0", arg=await picture.element_handle()
        )

        await card.locator(".thumb").click()
        video = page.get_by_role("dialog").locator("video")
        await page.wait_for_function("video => video.currentTime > 0.5", arg=await video.element_handle())
        assert await video.evaluate("video => [video.videoWidth, video.videoHeight]") == [320, 180]
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)

        identity = await card.get_attribute("data-activity")
        same = page.locator(f'[data-activity="{identity}"]')
        await same.get_by_role("button", name="Mark reviewed").click()
        await expect(same.get_by_role("button", name="Reviewed")).to_have_attribute("aria-pressed", "true")
        await page.reload()
        await expect(page.get_by_role("heading", name="Events")).to_be_visible()
        await expect(page.locator(".activity, .empty-line:visible").first).to_be_visible()
        await expect(same).to_have_count(0)
        await page.get_by_role("button", name="All", exact=True).click()
        await expect(same).to_be_visible()
    finally:
        hub.remove(stream)
