"""Saved walls: laid out by hand and by keys, kept on the server, shared or not, deleted and brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from glimpser_sdk import new_id
from tests.e2e.hubs import PASSWORD, RunningHub

pytestmark = pytest.mark.browser

URL = "/api/dashboards"


@pytest.fixture
def streams(hub: RunningHub) -> list[str]:
    """Ids of the two streams, by name."""
    return [stream["id"] for stream in sorted(hub.call("GET", "/api/streams"), key=lambda stream: stream["name"])]


@pytest.fixture
def wall(hub: RunningHub, streams: list[str]) -> Iterator[Callable[..., str]]:
    """Keeps a wall with both streams; gives its id."""

    def keep(**more: Any) -> str:
        tiles = [{"stream_id": id, "x": 6 * n, "y": 0, "w": 6, "h": 6} for n, id in enumerate(streams)]
        made = new_id()
        hub.call("PUT", f"{URL}/{made}", {"name": "Entrances", "tiles": tiles, **more})
        return made

    yield keep
    for left in hub.call("GET", URL):
        hub.call("DELETE", f"{URL}/{left['id']}", **{"If-Match": "*"})


@pytest.fixture
def vera(hub: RunningHub) -> Iterator[RunningHub]:
    """The hub for somebody who watches."""
    name = f"vera-{new_id()[-6:].lower()}"
    hub.call("POST", "/api/auth/step-up", {"password": PASSWORD})
    user = hub.call("POST", "/api/users", {"name": name, "password": PASSWORD, "role": "viewer"})["id"]
    hers = RunningHub(hub.url, "")
    hers.call("POST", "/api/auth/login", {"name": name, "password": PASSWORD})
    yield hers
    hub.call("DELETE", f"/api/users/{user}", **{"If-Match": "*"})


@pytest_asyncio.fixture(loop_scope="session")
async def viewer(vera: RunningHub, profile: Any) -> Page:
    """A page of hers."""
    page: Page = await (await profile(vera)).new_page()
    return page


def kept(hub: RunningHub) -> Any:
    """The one wall that is kept."""
    [found] = hub.call("GET", URL)
    return found


def choice(page: Page) -> Any:
    return page.get_by_label("Choose a wall")


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


async def test_a_wall_is_laid_out_saved_and_loaded(hub: RunningHub, opened: Any, wall: Any, size: str) -> None:
    page = await opened("", size)
    await button(page, "New wall").click()
    await button(page, "Take Yard off the wall").click()
    await expect(page.get_by_text("All streams are on this wall.")).to_be_hidden()
    await button(page, "Save").click()
    await expect(page.get_by_text("Give it a name.")).to_be_visible()
    await page.get_by_label("Name").fill("Only the door")
    await page.get_by_label("Who sees it").select_option("Everybody")
    await button(page, "Save").click()
    await expect(page.get_by_text("The wall is saved.")).to_be_visible()
    await expect(choice(page)).to_have_value(kept(hub)["id"])
    await expect(page.locator("g-tile")).to_have_count(1)
    assert (kept(hub)["name"], kept(hub)["visibility"], len(kept(hub)["tiles"])) == ("Only the door", "shared", 1)
    await page.reload()
    await expect(page.locator("g-tile")).to_have_count(1)
    assert await page.title() == "Only the door · Glimpser"
    await choice(page).select_option("All streams")
    await expect(page.locator("g-tile")).to_have_count(2)
    await page.go_back()
    await expect(page.locator("g-tile")).to_have_count(1)


async def test_a_drag_changes_what_is_kept(hub: RunningHub, opened: Any, wall: Any, streams: list[str]) -> None:
    page = await opened(f"?wall={wall()}", color_scheme="light")
    await button(page, "Change the wall").click()
    door = page.get_by_role("group", name="Front door: column 1, row 1, 6 wide, 6 high")
    box = await door.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 60, box["y"] + 60)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 80, box["y"] + 200, steps=4)
    await page.mouse.move(box["x"] + 60, box["y"] + box["height"] + 150, steps=12)
    await page.mouse.up()
    await button(page, "Save").click()
    await expect(page.get_by_text("The wall is saved.")).to_be_visible()
    [moved] = [tile for tile in kept(hub)["tiles"] if tile["stream_id"] == streams[0]]
    assert (moved["x"], moved["w"], moved["h"]) == (0, 6, 6)
    assert moved["y"] >= 6
    assert kept(hub)["version"] == 2


async def test_a_wall_is_laid_out_by_keys_alone(hub: RunningHub, opened: Any, wall: Any) -> None:
    page = await opened(f"?wall={wall()}")
    await expect(page.locator("g-tile")).to_have_count(2)
    await page.keyboard.press("e")
    yard = page.get_by_role("group", name="Yard")
    await yard.focus()
    for key in ("Shift+ArrowLeft", "Shift+ArrowUp", "ArrowDown", "ArrowRight"):
        await yard.press(key)
    await expect(yard).to_have_attribute("aria-label", "Yard: column 8, row 2, 5 wide, 5 high")
    await page.get_by_role("group", name="Front door").press("Delete")
    await button(page, "Save").press("Enter")
    await expect(page.locator("g-tile")).to_have_count(1)
    assert [{**tile, "stream_id": ""} for tile in kept(hub)["tiles"]] == [
        {"stream_id": "", "x": 7, "y": 1, "w": 5, "h": 5}
    ]


async def test_a_private_wall_is_shown_to_nobody_else(opened: Any, hub: RunningHub, wall: Any, viewer: Page) -> None:
    private = wall(name="Mine alone")
    shared = wall(name="For all", visibility="shared", rows=6, rotation_s=3600)
    await viewer.goto(f"{hub.url}/?wall={private}")
    await expect(viewer.get_by_text("This wall is not there")).to_be_visible()
    await expect(choice(viewer).locator("option")).to_have_text(["All streams", "For all"])
    await choice(viewer).select_option(shared)
    await expect(viewer.locator("g-tile")).to_have_count(2)
    await expect(button(viewer, "Change the wall")).to_have_count(0)
    await expect(viewer.get_by_text("ada", exact=True)).to_be_visible()


async def test_a_deleted_wall_is_brought_back(hub: RunningHub, opened: Any, wall: Any) -> None:
    page = await opened(f"?wall={wall()}")
    await button(page, "Change the wall").click()
    await button(page, "Delete").click()
    await expect(page.get_by_text("The wall Entrances is deleted.")).to_be_visible()
    assert hub.call("GET", URL) == []
    await button(page, "Undo").click()
    await expect(choice(page)).to_be_visible()
    assert (kept(hub)["name"], len(kept(hub)["tiles"])) == ("Entrances", 2)


async def test_who_was_slower_is_told(hub: RunningHub, opened: Any, wall: Any) -> None:
    id = wall()
    page = await opened(f"?wall={id}")
    await button(page, "Change the wall").click()
    hub.call("PUT", f"{URL}/{id}", {"name": "Theirs", "tiles": []}, **{"If-Match": '"v1"'})
    await page.get_by_label("Name").fill("Ours")
    await button(page, "Save").click()
    await expect(page.get_by_text("Somebody changed this wall meanwhile.")).to_be_visible()
    assert kept(hub)["name"] == "Theirs"
    await button(page, "Save").click()
    await expect(page.get_by_text("The wall is saved.")).to_be_visible()
    assert kept(hub)["name"] == "Ours"


async def test_pages_of_a_wall_are_turned(hub: RunningHub, opened: Any, streams: list[str], wall: Any) -> None:
    tiles = [{"stream_id": id, "x": 0, "y": 6 * n, "w": 6, "h": 6} for n, id in enumerate(streams)]
    page = await opened(f"?wall={wall(tiles=tiles, rows=6, rotation_s=3600, idle='still')}")
    await expect(page.locator("g-tile .name")).to_have_text("Front door")
    await page.keyboard.press("n")
    await expect(page.locator("g-tile .name")).to_have_text("Yard")
    await button(page, "Page 1 of 2").click()
    await expect(page.locator("g-tile .name")).to_have_text("Front door")
    await button(page, "Stop turning pages").click()
    await expect(button(page, "Go on turning pages")).to_be_visible()


async def test_the_menu_of_a_tile_works_by_keys(hub: RunningHub, opened: Any, size: str) -> None:
    page = await opened("", size)
    await page.locator("g-tile").first.get_by_role("link").focus()
    await page.keyboard.press("ArrowRight" if size == "large" else "ArrowDown")
    await page.keyboard.press("m")
    menu = page.get_by_role("menu", name="Yard")
    await expect(menu.get_by_role("menuitem")).to_have_text(
        ["Open", "Full screen", "Keep this picture", "Stop", "Copy link"]
    )
    await expect(menu.get_by_role("menuitem", name="Open")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await page.get_by_label("What can be done with Yard").click()
    await menu.get_by_role("menuitem", name="Keep this picture").click()
    await expect(page.get_by_text("A picture of Yard is kept.")).to_be_visible()


async def test_a_wall_is_shared_by_link(hub: RunningHub, opened: Any, wall: Any, profile: Any, streams: Any) -> None:
    beside = {"stream_id": streams[0], "x": 0, "y": 0, "w": 8, "h": 6}
    below = {"stream_id": streams[1], "x": 0, "y": 6, "w": 12, "h": 6}
    page = await opened(f"?wall={wall(tiles=[beside, below], rows=6, rotation_s=2)}")
    hub.call("POST", "/api/auth/step-up", {"password": PASSWORD})
    await button(page, "Share by link").click()
    await button(page, "Make a link").click()
    link = await page.get_by_label("Link", exact=True).input_value()
    [made] = hub.call("GET", "/api/share-links")
    assert (made["name"], made["kind"], len(made["streams"])) == ("Entrances", "wall", 2)

    # Visitors see it as it is arranged, on the whole window, page after page, and nothing beside it.
    theirs: Page = await (await profile()).new_page()
    await theirs.goto(link)
    shown = theirs.get_by_role("img", name="Live picture of Front door")
    await expect(shown).to_be_visible()
    box = await theirs.locator(".laid li").bounding_box()
    assert box is not None
    assert (round(box["x"] / 10), round(box["width"] / 1440, 1), box["height"] > 800) == (1, 0.7, True)
    await expect(theirs.locator("g-menu, g-header")).to_have_count(0)
    await expect(theirs.get_by_role("img", name="Live picture of Yard")).to_be_visible()
    await expect(theirs.locator("g-shared-live")).to_have_attribute("idle", "")
    assert await theirs.locator("g-shared-live").evaluate("shown => getComputedStyle(shown).cursor") == "none"
    hub.call("DELETE", f"/api/share-links/{made['id']}")
    await expect(theirs.get_by_role("heading", name="This link shows nothing any more")).to_be_visible()


async def test_a_kiosk_shows_nothing_but_the_wall(hub: RunningHub, opened: Any, wall: Any) -> None:
    page = await opened(f"?wall={wall()}")
    frame = page.locator("g-menu.side, g-header")
    await expect(frame).to_have_count(2)
    await button(page, "Kiosk: nothing but the wall").click()
    await expect(frame).to_have_count(0)
    assert page.url.endswith("&kiosk=1")
    heights = "tiles => tiles.map(tile => tile.getBoundingClientRect().height > innerHeight / 2)"
    assert await page.locator("g-tile").evaluate_all(heights) == [True, True]
    await page.context.set_offline(True)
    await expect(page.get_by_text("Reconnecting…")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_text("Reconnecting…")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(frame).to_have_count(2)
