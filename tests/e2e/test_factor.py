"""An authenticator app in a real browser: setting up, signing in with a code, proving again who one is."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect

from .hubs import NAME, PASSWORD, RunningHub

pytestmark = pytest.mark.browser


async def test_a_second_factor_from_set_up_to_switching_off(fresh_hub: RunningHub, page: Page, tmp_path: Path) -> None:
    fresh_hub.sign_up()
    await page.goto(fresh_hub.url)
    await sign_in(page)
    await page.get_by_role("link", name=NAME).click()
    await page.get_by_role("button", name="Set up an authenticator app").click()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert await page.get_by_role("img", name="QR code").evaluate(
        "image => image.decode().then(() => image.naturalWidth)"
    )
    app = pyotp.TOTP((await page.locator("pre.secret").inner_text()).replace(" ", ""))
    await page.get_by_label("Code").fill("000000")
    await page.get_by_role("button", name="Finish").click()
    await expect(page.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    await page.get_by_label("Code").fill(app.at(time.time() - 30))
    await page.get_by_role("button", name="Finish").click()
    await expect(page.get_by_role("heading", name="Keep these")).to_be_visible()
    recovery = (await page.locator("pre.secret").inner_text()).split()
    assert len(recovery) == 10

    await page.get_by_role("button", name=f"Sign out {NAME}").click()
    await sign_in(page)
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await page.get_by_label("Code").fill("000000")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    await page.get_by_label("Code").fill(recovery[0])
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="No streams yet")).to_be_visible()

    # Later it asks whether it is still the same person, and goes on with what was wanted.
    with closing(sqlite3.connect(tmp_path / "hub" / "glimpser.db", timeout=10)) as rows, rows:
        rows.execute("UPDATE sessions SET step_up_at = '2026-01-01 00:00:00+00:00'")
    await page.get_by_role("link", name=NAME).click()
    await page.get_by_role("button", name="Switch it off").click()
    asked = page.get_by_role("dialog")
    await asked.get_by_label("Password").fill("not this one")
    await asked.get_by_role("button", name="Continue").click()
    await expect(asked.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    await asked.get_by_label("Password").fill(PASSWORD)
    await asked.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("Switched off.")).to_be_visible()
    await expect(asked).to_be_hidden()
    await page.get_by_role("button", name=f"Sign out {NAME}").click()
    await sign_in(page)
    await expect(page.get_by_role("heading", name="No streams yet")).to_be_visible()


async def sign_in(page: Page) -> None:
    """With the password."""
    await page.get_by_label("Name").fill(NAME)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
