"""Signing in at a certified provider in a real browser: on a LAN-style address without encryption, and behind a proxy
that adds a path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.oidc import free_port, provider, settings

from .hubs import RunningHub, running
from .test_prefix import PREFIX, proxy

pytestmark = pytest.mark.browser


def variables(port: int, **more: str) -> dict[str, str]:
    """Of a hub that knows the provider and makes accounts."""
    entry = settings(f"http://127.0.0.1:{port}", create=True, create_role="viewer")
    return {
        "GLIMPSER_EGRESS_ALLOW": f"camera=127.0.0.1,web=127.0.0.1,identity=127.0.0.1:{port}",
        "GLIMPSER_OIDC__PROVIDERS": json.dumps([entry]),
        **more,
    }


async def sign_in(page: Page, address: str, name: str = "grace") -> None:
    """By the button, and the provider's own pages."""
    await page.goto(address)
    await page.get_by_role("link", name="Sign in with Home").click()
    await page.get_by_placeholder("Enter any login").fill(name)
    await page.get_by_placeholder("and password").fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def test_on_a_lan_without_encryption(page: Page, film: Path, tmp_path: Path) -> None:
    own, port = free_port(), free_port()
    # Another loopback address is no name of this machine to the browser: it has no more rights than one on a LAN.
    public = f"http://127.0.0.9:{own}"
    (tmp_path / "hub").mkdir()
    more = variables(port, GLIMPSER_HOST="0.0.0.0", GLIMPSER_ALLOW_INSECURE_HTTP="true")
    with (
        provider(port, public),
        running(tmp_path / "hub", film.parent, own, **more) as hub,
    ):
        RunningHub(hub.url.replace("0.0.0.0", "127.0.0.1"), hub.setup).sign_up()
        await sign_in(page, f"{public}/events")
        await expect(page).to_have_url(f"{public}/events")
        await page.get_by_role("button", name="Sign out grace").click()
        await expect(page.get_by_role("button", name="Yes, sign me out")).to_be_visible()
        await page.get_by_role("button", name="Yes, sign me out").click()
        await expect(page).to_have_url(f"{public}/login")
        answer = await page.request.get(f"{public}/api/me")
        assert answer.status == 401
        await page.context.close()


async def test_behind_a_proxy_that_adds_a_path(page: Page, film: Path, tmp_path: Path) -> None:
    inside, outside, port = free_port(), free_port(), free_port()
    public = f"http://127.0.0.1:{outside}{PREFIX.decode()}"
    (tmp_path / "hub").mkdir()
    more = variables(port, GLIMPSER_PUBLIC_URL=public)
    with (
        provider(port, public),
        running(tmp_path / "hub", film.parent, inside, **more) as hub,
    ):
        async with proxy(outside, inside):
            await page.goto(hub.setup)
            await page.get_by_label("Your name").fill("ada")
            await page.get_by_label("Password", exact=True).fill("correct horse battery staple")
            await page.get_by_label("Password again").fill("correct horse battery staple")
            await page.get_by_role("button", name="Create administrator").click()
            await expect(page.get_by_role("heading", name="No streams yet")).to_be_visible()
            await page.get_by_role("button", name="Sign out ada").click()
            await expect(page).to_have_url(f"{public}/login")
            await sign_in(page, f"{public}/events")
            await expect(page).to_have_url(f"{public}/events")
            await expect(page.get_by_role("button", name="Sign out grace")).to_be_visible()

            await page.goto(f"{public}/login?problem=auth.sso_unknown")
            await expect(page.get_by_role("alert").filter(has_text="You have no account here")).to_be_visible()
            await page.context.close()
