"""Sign-in and set-up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.hubs import NAME, PASSWORD, RunningHub, running

from .conftest import WITH_DASHBOARD

pytestmark = pytest.mark.browser


async def test_signing_in_leads_to_what_was_wanted_and_out_again(hub: RunningHub, profile: Any, size: str) -> None:
    page = await (await profile(None, size)).new_page()
    await page.goto(f"{hub.url}/?filter=kept")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.keyboard.type(NAME)
    await page.keyboard.press("Tab")
    await page.keyboard.type("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Wall")).to_be_visible()
    assert page.url == f"{hub.url}/?filter=kept"
    await page.get_by_role("button", name=f"Sign out {NAME}").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_what_is_missing_is_said_at_its_field(hub: RunningHub, profile: Any) -> None:
    page = await (await profile()).new_page()
    await page.goto(f"{hub.url}/login")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("This is needed.")).to_have_count(2)
    await expect(page.get_by_label("Name")).to_be_focused()


async def test_a_session_that_ends_elsewhere_leads_to_the_door(hub: RunningHub, profile: Any) -> None:
    page = await (await profile()).new_page()
    await page.goto(f"{hub.url}/login")
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Wall")).to_be_visible()
    await page.evaluate("fetch('api/auth/logout', {method: 'POST'})")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=20_000)


@pytest.fixture
def fresh_hub(film: Path, tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that nobody has set up."""
    folder = tmp_path / "hub"
    folder.mkdir()
    with running(folder, film.parent, **WITH_DASHBOARD) as started:
        yield started


async def test_the_first_administrator(fresh_hub: RunningHub, profile: Any) -> None:
    context = await profile(None, "small", timezone_id="Asia/Tokyo")
    page = await context.new_page()
    await page.goto(fresh_hub.url)
    await expect(page.get_by_text("glimpser setup-link")).to_be_visible()
    await page.goto(fresh_hub.setup)
    await page.get_by_label("Your name").fill(NAME)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password again").fill("another one")
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_text("The two passwords differ.")).to_be_visible()
    await page.get_by_label("Password again").fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    me = await (await context.request.get(f"{fresh_hub.url}/api/me")).json()
    assert me["timezone"] == "Asia/Tokyo"
    await page.goto(f"{fresh_hub.url}/setup")
    await expect(page.get_by_role("heading", name="Already set up")).to_be_visible()
