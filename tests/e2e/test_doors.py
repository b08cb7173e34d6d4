"""Setting up, signing in and out, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect

from .hubs import NAME, PASSWORD, RunningHub

pytestmark = pytest.mark.browser


async def test_the_setup_link_works_once(fresh_hub: RunningHub, page: Page, context: BrowserContext) -> None:
    await page.goto(fresh_hub.url)
    await expect(page.get_by_text("glimpser setup-link")).to_be_visible()

    await page.goto(fresh_hub.setup)
    await page.get_by_label("Your name").fill(NAME)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password again").fill(PASSWORD + "x")
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_text("The two passwords differ.")).to_be_visible()
    await page.get_by_label("Password again").fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_role("heading", name="No streams yet")).to_be_visible()

    await context.clear_cookies()
    second = await context.new_page()
    await second.goto(fresh_hub.setup)
    await expect(second.get_by_text("Already set up")).to_be_visible()


async def test_a_wrong_token_is_refused_in_words(fresh_hub: RunningHub, page: Page) -> None:
    await page.goto(f"{fresh_hub.url}/setup#token=wrong")
    await page.get_by_label("Your name").fill(NAME)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("Password again").fill(PASSWORD)
    await page.get_by_role("button", name="Create administrator").click()
    await expect(page.get_by_role("alert").filter(has_text="glimpser setup-link")).to_be_visible()


async def test_signing_in_and_out(hub: RunningHub, page: Page) -> None:
    await page.goto(f"{hub.url}/events")
    await expect(page).to_have_url(f"{hub.url}/login")
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill("not this one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert").filter(has_text="wrong")).to_be_visible()

    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Events")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()

    await page.get_by_role("button", name=f"Sign out {NAME}").click()
    await expect(page).to_have_url(f"{hub.url}/login")
    await page.goto(hub.url)
    await expect(page).to_have_url(f"{hub.url}/login")


async def test_a_session_that_ends_elsewhere_leads_to_sign_in(
    hub: RunningHub, page: Page, context: BrowserContext
) -> None:
    await page.goto(f"{hub.url}/login")
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()

    answer = await context.request.post(f"{hub.url}/api/auth/logout")
    assert answer.status == 204
    await expect(page).to_have_url(f"{hub.url}/login", timeout=10_000)


async def test_the_theme_stays(hub: RunningHub, page: Page) -> None:
    await page.emulate_media(color_scheme="light")
    await page.goto(f"{hub.url}/login")
    background = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(background)
    await page.get_by_role("button", name="Switch between light and dark").click()
    dark = await page.evaluate(background)
    await page.reload()
    assert light != dark
    assert await page.evaluate(background) == dark
