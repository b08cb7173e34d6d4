"""Every flow without a pointer: what is wanted is come to by Tab, and pressed by Enter or Space.

By keyboard as well: walls in `test_walls`, zones in `test_forms`, marks in `test_review`, the search in `test_system`,
clones and what is undone in `test_streams`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.async_api import expect

from tests.e2e.hubs import NAME, PASSWORD, RunningHub, running

from .conftest import WITH_DASHBOARD
from .keys import press, reach, write
from .people import THEIRS, person, prove, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.soak]


async def test_from_the_link_to_the_first_motion(film: Path, tmp_path: Path, profile: Any) -> None:
    (tmp_path / "hub").mkdir()
    with running(tmp_path / "hub", film.parent, **WITH_DASHBOARD) as hub:
        page = await (await profile()).new_page()
        await page.goto(hub.setup)
        await write(page, "Your name", NAME)
        await write(page, "Password", PASSWORD)
        await write(page, "Password again", PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="First steps")).to_be_visible()
        await write(page, "Address", str(film))
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("It works.")).to_be_visible(timeout=30_000)
        await press(page, "Add stream")
        await press(page, "Zone")
        await expect(page.locator("g-region-stage [data-corner]")).to_have_count(4)
        await press(page, "Save the zone")
        await expect(page.locator(".badge.motion")).to_have_text("Motion", timeout=60_000)
        await press(page, "To the inbox")
        await expect(page.get_by_role("heading", name="Review", level=1)).to_be_visible()


async def test_a_stream_is_added_cloned_removed_and_brought_back(hub: RunningHub, opened: Any, film: Path) -> None:
    page = await opened("streams/new")
    await write(page, "Address", str(film))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It works.")).to_be_visible(timeout=30_000)
    await press(page, "Add stream")
    await expect(page.get_by_text("The stream was added.")).to_be_visible()
    made = hub.call("GET", "/api/streams")[-1]
    await page.goto(f"{hub.url}/streams/{made['id']}")
    await expect(page.get_by_role("heading", name=made["name"], level=1)).to_be_visible()
    await press(page, "More")
    await press(page, "Clone")
    copy = page.get_by_role("heading", name=f"Copy of {made['name']}", level=1)
    await expect(copy).to_be_visible()
    await press(page, "More")
    await press(page, "Remove")
    await expect(page.get_by_role("heading", name="Streams", level=1)).to_be_visible()
    await press(page, "Undo")
    await expect(page.locator("g-streams .row").filter(has_text="Copy of")).to_have_count(1)
    for one in hub.call("GET", "/api/streams"):
        if one["name"] not in ("Front door", "Yard"):
            hub.remove(one["id"])


async def test_people_roles_keys_and_links(hub: RunningHub, opened: Any) -> None:
    prove(hub)
    page = await opened("users")
    await press(page, "Add somebody")
    await write(page, "Name to sign in with", "ken")
    await press(page, "Make the invitation")
    await expect(page.locator("g-secret pre")).to_contain_text("/invitation#")
    await press(page, "Close")
    await expect(page.get_by_role("row").filter(has_text="ken")).to_be_visible()

    await page.goto(f"{hub.url}/roles")
    await press(page, "New role")
    await write(page, "Name", "Porter")
    await press(page, "Make the role")
    await expect(page.get_by_role("heading", name="Porter")).to_be_visible()

    await page.goto(f"{hub.url}/keys")
    await press(page, "New key")
    await write(page, "What it is for", "Lamp")
    await press(page, "Make the key")
    await expect(page.locator("g-secret pre")).to_contain_text("glm_")
    await press(page, "Close")
    await press(page, "Revoke Lamp")
    await press(page, "Revoke")
    await expect(page.get_by_role("row").filter(has_text="Lamp")).to_have_count(0)

    await page.goto(f"{hub.url}/links?new=1")
    await write(page, "Name", "For the postman")
    await press(page, "Make the link")
    await expect(page.locator("g-secret pre")).to_contain_text("/s#")
    await press(page, "Close")
    await expect(page.get_by_role("row").filter(has_text="For the postman")).to_be_visible()


async def test_what_somebody_may_see(hub: RunningHub, opened: Any) -> None:
    person(hub, "kay", "guest")
    yard = next(one["id"] for one in hub.call("GET", "/api/streams") if one["name"] == "Yard")
    page = await opened(f"streams/{yard}?tab=access")
    await write(page, "Add a user", "kay")
    await expect(page.locator("stream-access").get_by_role("button", name="kay")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await press(page, "See events, activities, clips and the timeline", "Space")
    await press(page, "Save")
    await expect(page.get_by_text("Saved. It counts from now on.")).to_be_visible()
    assert len(hub.call("GET", f"/api/streams/{yard}/permissions")) == 1


async def test_plugins_and_settings(hub: RunningHub, opened: Any) -> None:
    prove(hub)
    page = await opened("plugins/notes")
    await press(page, "Switch off")
    await expect(page.locator("g-question")).to_be_visible()
    await press(page, "Switch off")
    await expect(page.get_by_text("It is off from the next start of the hub.")).to_be_visible()
    await press(page, "Switch on")
    await expect(page.get_by_text("Restart the hub to finish")).to_be_hidden()

    await page.goto(f"{hub.url}/plugins/notes?tab=configuration")
    await write(page, "Keep", "40")
    await press(page, "Save")
    await expect(page.get_by_role("status").filter(has_text="next start")).not_to_have_count(0)

    await page.goto(f"{hub.url}/settings?section=storage")
    await reach(page, "Event retention Default")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("45")
    await press(page, "Save")
    await expect(page.get_by_text("Saved. It holds from now on.")).to_be_visible()


async def test_streams_go_out_and_come_in(opened: Any, tmp_path: Path) -> None:
    page = await opened("streams")
    await press(page, "More")
    async with page.expect_download() as saving:
        await press(page, "Export all")
    file = tmp_path / "streams.json"
    await (await saving.value).save_as(file)
    await press(page, "More")
    await press(page, "Import…")
    async with page.expect_file_chooser() as choosing:
        await press(page, "File", "Space")
    await (await choosing.value).set_files(file)
    await press(page, "Import")
    await expect(page.get_by_text("left as they are, 0 failed")).to_be_visible()


async def test_a_second_factor_and_signing_in_with_it(hub: RunningHub, profile: Any) -> None:
    person(hub, "kim")
    page = await sign_in(hub, await profile(), "kim", "account")
    await press(page, "Set up an authenticator app")
    shown = page.locator("g-dialog pre").first
    await expect(shown).to_be_visible()
    app = pyotp.TOTP((await shown.inner_text()).replace(" ", ""))
    await write(page, "Code", app.at(time.time() - 30))
    await page.keyboard.press("Enter")
    await expect(page.locator("g-dialog g-secret pre")).to_be_visible()
    await press(page, "Close")
    await press(page, "Sign out kim")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await write(page, "Name", "kim")
    await write(page, "Password", THEIRS)
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Code")).to_be_focused()
    await page.keyboard.type(app.at(time.time()))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Wall", level=1)).to_be_visible()
