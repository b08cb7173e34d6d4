"""From the set-up link to the first motion, in at most twelve actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.hubs import NAME, PASSWORD, RunningHub, running

from .conftest import WITH_DASHBOARD
from .test_forms import pull

pytestmark = pytest.mark.browser
MOST = 12


@pytest.fixture
def new_hub(film: Path, tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that nobody has set up."""
    folder = tmp_path / "hub"
    folder.mkdir()
    with running(folder, film.parent, **WITH_DASHBOARD) as started:
        yield started


async def test_from_the_link_to_the_first_motion(new_hub: RunningHub, profile: Any, film: Path) -> None:
    page = await (await profile()).new_page()
    actions = 0

    async def does(action: Any) -> None:
        nonlocal actions
        actions += 1
        await action

    await does(page.goto(new_hub.setup))
    await does(page.get_by_label("Your name").fill(NAME))
    await does(page.get_by_label("Password", exact=True).fill(PASSWORD))
    await does(page.get_by_label("Password again").fill(PASSWORD))
    await does(page.get_by_role("button", name="Create administrator").click())
    await does(page.get_by_label("Address").fill(str(film)))
    await does(page.get_by_role("button", name="Look", exact=True).click())
    await expect(page.get_by_text("It works.")).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("img", name="What the stream shows now")).to_be_visible()
    await does(page.get_by_role("button", name="Add stream").click())
    await does(page.get_by_role("button", name="Zone", exact=True).click())
    await does(pull(page, (0.1, 0.1), (0.9, 0.9)))
    await does(page.get_by_role("button", name="Save the zone").click())
    await expect(page.locator(".badge.motion")).to_have_text("Motion", timeout=60_000)
    await does(page.get_by_role("link", name="To the inbox").click())
    assert actions <= MOST
    new_hub.cookie = "; ".join(f"{c['name']}={c['value']}" for c in await page.context.cookies())
    (stream,) = new_hub.call("GET", "/api/streams")
    assert len(stream["regions"]) == 1
    assert new_hub.call("GET", "/api/activities") != []
