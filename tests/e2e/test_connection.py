"""The page's connection: lost, found again, and nothing missed meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from .hubs import RunningHub

pytestmark = pytest.mark.browser


async def test_the_page_comes_back_and_hears_what_it_missed(hub: RunningHub, signed_in: Page, film: Path) -> None:
    page = signed_in
    broken, routes = False, []

    async def pass_on(route: WebSocketRoute) -> None:
        if broken:
            await route.close()
            return
        routes.append(route)
        route.connect_to_server()

    await page.route_web_socket("**/api/ws", pass_on)
    await page.goto(hub.url)
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()

    broken = True
    await routes[0].close()
    await expect(page.get_by_role("status").filter(has_text="Reconnecting")).to_be_visible()
    stream = hub.stream("Missed", film, enabled=False)
    try:
        broken = False
        await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible(timeout=15_000)
        await expect(page.get_by_role("link", name="Missed")).to_be_visible()
    finally:
        hub.remove(stream)
    await expect(page.get_by_role("link", name="Missed")).to_have_count(0)
    assert len(routes) == 2
