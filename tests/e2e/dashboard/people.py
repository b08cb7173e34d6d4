"""What tests of the pages about people share: somebody with an account, and proofs that grew old."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, expect

from tests.e2e.hubs import PASSWORD, RunningHub

THEIRS = "a lantern over nine bridges"
"""Everybody's password but the administrator's."""


def prove(hub: RunningHub) -> None:
    """The administrator's sign-in may be long ago."""
    hub.call("POST", "/api/auth/step-up", {"password": PASSWORD})


def person(hub: RunningHub, name: str, role: str = "viewer", **more: Any) -> str:
    """Somebody new; their id."""
    prove(hub)
    body = {"name": name, "password": THEIRS, "role": role, **more}
    return str(hub.call("POST", "/api/users", body)["id"])


def role(hub: RunningHub, name: str, *permissions: str, **more: Any) -> str:
    """A role of one's own; its id."""
    prove(hub)
    body = {"name": name, "base": "guest", "rank": 5, "permissions": permissions, **more}
    return str(hub.call("POST", "/api/roles", body)["id"])


async def sign_in(hub: RunningHub, context: BrowserContext, name: str, path: str = "") -> Page:
    """A page of somebody in a browser of theirs."""
    answer = await context.request.post(f"{hub.url}/api/auth/login", data={"name": name, "password": THEIRS})
    assert answer.ok, await answer.text()
    page = await context.new_page()
    await page.goto(f"{hub.url}/{path}")
    return page


def age(folder: Path) -> None:
    """Let all proofs be old. ``folder``: below which the databases of the tests are."""
    for database in folder.glob("hub*/glimpser.db"):
        with contextlib.closing(sqlite3.connect(database, timeout=10)) as rows, rows:
            rows.execute("UPDATE sessions SET step_up_at = '2026-01-01 00:00:00+00:00'")


async def agree(page: Page, words: str) -> None:
    """Say yes in the dialog that asks."""
    asked = page.locator("g-dialog")
    await asked.get_by_role("button", name=words, exact=True).click()
    await expect(asked).to_have_count(0)
