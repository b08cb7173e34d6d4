"""Streams: the page of one, the list of all, and their groups."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect
from support.hub import until

from tests.e2e.hubs import RunningHub

from .keys import press
from .test_wall import moves

pytestmark = pytest.mark.browser

LONG = "The one with a name of sixty characters, which is a lot, yes"


@pytest.fixture(scope="module")
def door(hub: RunningHub) -> str:
    """The id of the stream "Front door", of which there is a moment with a picture."""
    found = str(next(s["id"] for s in hub.call("GET", "/api/streams") if s["name"] == "Front door"))
    until(lambda: hub.call("GET", f"/api/streams/{found}")["status"] == "active", 30, "it does not run")
    hub.call("POST", f"/api/streams/{found}/snapshots", {"fresh": True})
    hub.call("POST", "/api/events", {"stream_id": found, "text": "seen", "severity": "warning"})
    return found


@pytest.fixture(scope="module")
def long(hub: RunningHub, film: Path) -> Iterator[str]:
    """The id of a stream that does not run, with a long name."""
    made = hub.stream(LONG, film, enabled=False, tags=["attic"])
    yield made
    with contextlib.suppress(AssertionError):
        hub.remove(made)


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_a_stream_is_seen_live(opened: Any, door: str, size: str, scheme: str) -> None:
    page = await opened(f"streams/{door}", size, color_scheme=scheme)
    await expect(page.get_by_role("heading", name="Front door", level=1)).to_be_visible()
    await moves(page, "Front door")
    await expect(page.get_by_text("Last picture")).to_be_visible()
    for tab in ("Diagnostics", "Configuration", "Clips"):
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    assert await page.title() == "Front door · Glimpser"


async def test_the_timeline_asks_for_no_more_than_it_shows(opened: Any, door: str, size: str) -> None:
    page = await opened("", size)
    asked: list[dict[str, list[str]]] = []

    def note(request: Any) -> None:
        if "/api/timeline" in request.url:
            asked.append(parse_qs(urlsplit(request.url).query))

    page.on("request", note)
    await page.goto(f"{page.url}streams/{door}")
    canvas = page.get_by_role("slider", name="Moment")
    await canvas.scroll_into_view_if_needed()
    box = await canvas.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    for _ in range(12):
        await page.mouse.wheel(0, 400)
    await page.get_by_role("button", name="30 days").click()
    await page.get_by_role("button", name="Zoom in").click()
    await page.mouse.down()
    await page.mouse.move(box["x"] + 20, box["y"] + 30, steps=5)
    await page.mouse.up()
    await wait_until(page, lambda: len(asked) >= 2)
    for query in asked:
        assert int(query["buckets"][0]) <= 2000
        assert query["stream"] == [door]


async def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        await page.wait_for_timeout(100)
    raise AssertionError("not within 10 s")


async def test_a_moment_of_the_past_and_back(opened: Any, door: str) -> None:
    page = await opened(f"streams/{door}")
    canvas = page.get_by_role("slider", name="Moment")
    await expect(canvas).to_have_attribute("aria-valuetext", "Live")
    await page.get_by_role("button", name="1 hour").click()
    await canvas.press("ArrowLeft")
    await expect(page.get_by_role("button", name="Back to live")).to_be_visible()
    assert "at=" in page.url
    await canvas.press("End")
    await expect(page.get_by_role("button", name="Back to live")).to_be_hidden()
    await page.locator("g-stream-activities .entry").last.click()
    await expect(page.locator("g-stage img, g-stage video, g-stage .nothing")).to_be_visible()
    await page.get_by_role("button", name="Back to live").click()
    await moves(page, "Front door")


async def test_a_stream_is_stopped_and_started(hub: RunningHub, opened: Any) -> None:
    yard = next(s["id"] for s in hub.call("GET", "/api/streams") if s["name"] == "Yard")
    page = await opened(f"streams/{yard}")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.locator(".bar .chip")).to_have_text("Stopped", timeout=20_000)
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(page.locator(".bar .chip")).to_have_text("Live", timeout=30_000)
    await moves(page, "Yard")
    await page.get_by_role("button", name="Take a snapshot").click()
    await expect(page.get_by_text("The snapshot is kept.")).to_be_visible()


async def test_a_stream_is_cloned_removed_and_brought_back_by_keys(hub: RunningHub, opened: Any, long: str) -> None:
    page = await opened(f"streams/{long}")
    await expect(page.get_by_role("heading", name=LONG, level=1)).to_be_visible()
    await press(page, "More")
    await press(page, "Clone")
    await expect(page.get_by_role("heading", name=f"Copy of {LONG}", level=1)).to_be_visible()
    copy = page.url.rpartition("/")[2]
    await press(page, "More")
    await press(page, "Remove")
    await expect(page.get_by_role("heading", name="Streams", level=1)).to_be_visible()
    row = page.locator("g-streams .row").filter(has_text=f"Copy of {LONG}")
    await expect(page.get_by_text(f"“Copy of {LONG}” is removed.")).to_be_visible()
    await expect(row).to_have_count(0)
    await press(page, "Undo")
    await expect(row).to_have_count(1)
    assert hub.call("GET", f"/api/streams/{copy}")["name"] == f"Copy of {LONG}"
    await row.get_by_role("checkbox").check()
    await page.get_by_role("toolbar").get_by_role("button", name="Remove").click()
    await expect(row).to_have_count(0)
    async with page.expect_response(lambda r: r.request.method == "DELETE", timeout=20_000) as removed:
        pass
    assert (await removed.value).status == 204


async def test_streams_are_found_by_name_and_status(opened: Any, long: str, size: str) -> None:
    page: Page = await opened("streams", size, color_scheme="light")
    rows = page.locator("g-streams .row")
    await expect(rows).to_have_count(3)
    await page.get_by_role("searchbox", name="Search streams").fill("attic")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text(LONG)
    assert "search=attic" in page.url
    await page.get_by_role("searchbox", name="Search streams").fill("")
    await page.get_by_label("Status").select_option("active")
    await expect(rows).to_have_count(2)
    await page.get_by_label("Status").select_option("error")
    await expect(page.get_by_role("heading", name="No stream fits")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    await rows.filter(has_text="Front door").get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Front door", level=1)).to_be_visible()


async def test_groups_are_made_changed_and_deleted(opened: Any, long: str, size: str) -> None:
    page = await opened("groups", size)
    await page.get_by_role("button", name="New group").click()
    await page.get_by_role("textbox", name="Name").fill("House")
    await page.get_by_label("Front door").check()
    await page.get_by_role("button", name="Create group").click()
    card = page.locator("li.card").filter(has_text="House")
    await expect(card).to_contain_text("Front door")
    await card.get_by_role("button", name="More about House").click()
    await card.get_by_role("button", name="Edit").click()
    await page.get_by_role("textbox", name="Name").fill(LONG)
    await page.get_by_label("Private").check()
    await page.get_by_role("button", name="Save").click()
    card = page.locator("li.card").filter(has_text=LONG)
    await expect(card).to_contain_text("Private")
    await card.get_by_role("link", name=LONG).click()
    await expect(page.locator("g-streams .row")).to_have_count(1)
    await page.go_back()
    await card.get_by_role("button", name=f"More about {LONG}").click()
    await card.get_by_role("button", name="Delete").click()
    await page.locator("g-question").get_by_role("button", name="Delete").click()
    await expect(card).to_have_count(0)


async def test_streams_are_exported_and_imported(opened: Any, tmp_path: Path) -> None:
    page = await opened("streams")
    await page.get_by_role("button", name="More", exact=True).click()
    async with page.expect_download() as saving:
        await page.get_by_role("button", name="Export all").click()
    file = tmp_path / "streams.json"
    await (await saving.value).save_as(file)
    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("button", name="Import…").click()
    await page.get_by_label("File").set_input_files(file)
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(page.get_by_text("left as they are, 0 failed")).to_be_visible()
