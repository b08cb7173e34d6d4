"""What links open, in a real browser."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.hubs import RunningHub

pytestmark = pytest.mark.browser

SECRET = "a lantern over nine bridges"


def share(hub: RunningHub, **what: Any) -> Any:
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))
    return hub.call("POST", "/api/share-links", {"expires_at": ends, **what})


@pytest_asyncio.fixture(loop_scope="session")
async def page(profile: Any) -> Page:
    """A page of somebody who is not signed in."""
    made: Page = await (await profile(size="small")).new_page()
    return made


@pytest.fixture
def gate(hub: RunningHub, film: Path) -> Any:
    stream = hub.stream("Gate", film)
    yield stream
    hub.remove(stream)


async def test_a_wall_is_shown_until_it_is_revoked(hub: RunningHub, page: Page, gate: str, film: Path) -> None:
    yard = hub.stream("Yard", film)
    link = share(hub, name="The entrance", streams=[gate, yard])
    await page.goto(link["link"])
    await expect(page.get_by_role("heading", name="The entrance")).to_be_visible()
    for name in ("Gate", "Yard"):
        await expect(page.get_by_role("img", name=f"Live picture of {name}")).to_be_visible(timeout=20_000)
    await expect(page.get_by_role("navigation")).to_have_count(0)
    hub.call("DELETE", f"/api/share-links/{link['id']}")
    await expect(page.get_by_role("heading", name="This link shows nothing any more")).to_be_visible(timeout=5_000)
    hub.remove(yard)


async def test_a_password_is_asked_once_a_browser(hub: RunningHub, page: Page, gate: str) -> None:
    link = share(hub, name="At the gate", stream=gate, password=SECRET)
    await page.goto(link["link"])
    await page.get_by_label("Password").fill("not this one at all")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("alert").filter(has_text="The password is wrong")).to_be_visible()
    await page.get_by_label("Password").fill(SECRET)
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("img", name="Live picture of Gate")).to_be_visible(timeout=20_000)
    await page.reload()
    await expect(page.get_by_role("img", name="Live picture of Gate")).to_be_visible(timeout=20_000)


async def test_an_event_is_shown(hub: RunningHub, page: Page, gate: str) -> None:
    event = hub.call("POST", "/api/events", {"stream_id": gate, "text": "A parcel"})
    link = share(hub, name="The parcel", event=event["id"])
    await page.goto(link["link"])
    await expect(page.get_by_role("heading", name="Gate: A parcel")).to_be_visible()
    await expect(page.get_by_text("No picture was kept.")).to_be_visible()


async def test_what_is_no_link_says_so(hub: RunningHub, page: Page) -> None:
    await page.goto(f"{hub.url}/s#nothing")
    await expect(page.get_by_role("heading", name="This link shows nothing any more")).to_be_visible()


async def test_who_is_invited_chooses_a_password(hub: RunningHub, page: Page) -> None:
    made = hub.call("POST", "/api/users", {"name": "berta", "invite": True})
    await page.goto(made["invitation"])
    await expect(page.get_by_role("heading", name="Welcome, berta")).to_be_visible()
    await page.get_by_label("New password", exact=True).fill(SECRET)
    await page.get_by_label("New password again").fill(SECRET + "s")
    await page.get_by_role("button", name="Save password").click()
    await expect(page.get_by_text("The two passwords differ.")).to_be_visible()
    await page.get_by_label("New password again").fill(SECRET)
    await page.get_by_role("button", name="Save password").click()
    await expect(page.get_by_text("The password is saved.")).to_be_visible()
    await page.get_by_label("Name").fill("berta")
    await page.get_by_label("Password").fill(SECRET)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Wall")).to_be_visible()

    await page.goto(made["invitation"])
    await expect(page.get_by_role("heading", name="This link is not good any more")).to_be_visible()


async def test_a_reset_says_what_is_wrong_with_a_password(hub: RunningHub, page: Page) -> None:
    user = hub.call("POST", "/api/users", {"name": "carla", "password": SECRET})
    link = hub.call("POST", f"/api/users/{user['id']}/reset-link")["link"]
    await page.goto(link)
    await expect(page.get_by_role("heading", name="New password for carla")).to_be_visible()
    for label in ("New password", "New password again"):
        await page.get_by_label(label, exact=True).fill("short")
    await page.get_by_role("button", name="Save password").click()
    await expect(page.get_by_role("alert").filter(has_text="at least 12 characters")).to_be_visible()
