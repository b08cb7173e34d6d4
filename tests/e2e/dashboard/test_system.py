"""The pages of the system: how the hub is, what is installed, search, and help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.hubs import PASSWORD, RunningHub, running

from .conftest import WITH_DASHBOARD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with two streams and a plugin that cannot be loaded."""
    folder = tmp_path_factory.mktemp("hub")
    site, facts = folder / "site", folder / "site" / "glimpser_broken-1.2.dist-info"
    facts.mkdir(parents=True)
    (site / "glimpser_broken").mkdir()
    (site / "glimpser_broken" / "__init__.py").write_text("")
    (site / "glimpser_broken" / "plugin.py").write_text("import nowhere_to_be_found\n")
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: glimpser-broken\nVersion: 1.2\n")
    (facts / "entry_points.txt").write_text("[glimpser.plugins]\nbroken = glimpser_broken.plugin\n")
    (facts / "RECORD").write_text("")
    plugins = WITH_DASHBOARD["GLIMPSER_PLUGINS"] + ",broken"
    (folder / "data").mkdir()
    with running(folder / "data", film.parent, PYTHONPATH=str(site), GLIMPSER_PLUGINS=plugins) as started:
        started.sign_up()
        started.stream("Front door", film)
        started.stream("Back yard", film, tags=["outside"])
        yield started


@pytest.mark.parametrize("scheme", ["dark", "light"])
async def test_status_shows_the_machine_and_what_failed(opened: Any, size: str, scheme: str) -> None:
    page = await opened("status", size, color_scheme=scheme)
    for name in ("Processor", "Memory", "Disk"):
        await expect(page.get_by_role("meter", name=name)).to_be_visible()
    await expect(page.locator("g-chart canvas")).to_be_visible()
    await expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    trouble = page.get_by_role("list", name="What is wrong").get_by_role("listitem").filter(has_text="Plugin broken")
    await expect(trouble).to_contain_text("No module named 'nowhere_to_be_found'")
    await trouble.get_by_role("link", name="Show").click()
    await expect(page.get_by_role("heading", name="broken", level=1)).to_be_visible()


async def test_a_plugin_that_failed_says_why_and_what_helps(opened: Any, size: str) -> None:
    page = await opened("plugins", size)
    card = page.get_by_role("link", name=re.compile("^broken"))
    await expect(card).to_contain_text("Cannot be loaded")
    await expect(card).to_contain_text("No module named 'nowhere_to_be_found'")
    await card.click()
    why = page.get_by_role("region", name="Why it does not run")
    await expect(why).to_contain_text("No module named 'nowhere_to_be_found'")
    await expect(why).to_contain_text("Install it again with all that it needs")
    await page.get_by_text("For its author").click()
    await expect(page.locator("pre")).to_contain_text("ModuleNotFoundError")


async def test_a_plugin_is_switched_off_and_on_again(hub: RunningHub, opened: Any) -> None:
    hub.call("POST", "/api/auth/step-up", {"password": PASSWORD})
    page = await opened("plugins/notes")
    await expect(page.get_by_text("Read notes").or_(page.get_by_text("notes.view"))).to_be_visible()
    await page.get_by_role("button", name="Switch off").click()
    await page.locator("g-question").get_by_role("button", name="Switch off").click()
    await expect(page.get_by_text("It is off from the next start of the hub.")).to_be_visible()
    await expect(page.get_by_text("Restart the hub to finish")).to_be_visible()
    assert hub.call("GET", "/api/plugins/notes")["enabled"] is False
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.get_by_text("Restart the hub to finish")).to_be_hidden()
    assert hub.call("GET", "/api/plugins/notes")["enabled"] is True


async def test_settings_of_a_plugin_have_a_place(opened: Any) -> None:
    page = await opened("plugins/notes?tab=configuration")
    await expect(page.get_by_role("button", name="Configuration")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("plugin-config")).to_be_visible()


async def test_a_plugin_that_is_not_there(opened: Any) -> None:
    page = await opened("plugins/nothing")
    await expect(page.get_by_role("heading", name="There is no such plugin")).to_be_visible()


async def test_search_works_by_keys_alone(opened: Any, size: str) -> None:
    page = await opened("help", size)
    await expect(page.get_by_role("heading", name="Help", level=1)).to_be_visible()
    await page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Search")
    await expect(box).to_be_focused()
    await page.keyboard.type("outside")
    hit = page.get_by_role("region", name="Streams").get_by_role("link", name="Back yard")
    await expect(hit).to_be_visible()
    await page.wait_for_url("**/search?q=outside")
    await page.keyboard.press("ArrowDown")
    await expect(hit).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(box).to_be_focused()
    await page.keyboard.type("no such thing")
    await expect(page.get_by_role("heading", name="Nothing is called “no such thing”")).to_be_visible()


async def test_the_address_of_a_search_can_be_kept(opened: Any) -> None:
    page = await opened("search?q=door", color_scheme="light")
    await expect(page.get_by_role("region", name="Streams").get_by_role("link")).to_contain_text("Front door")
    await expect(page.get_by_role("searchbox")).to_have_value("door")


async def test_what_is_found_beside_streams_leads_to_its_page(hub: RunningHub, opened: Any) -> None:
    [yard] = (s["id"] for s in hub.call("GET", "/api/streams") if s["name"] == "Back yard")
    hub.call("POST", "/api/p/notes", {"stream_id": yard, "text": "Days without the heron"})
    user = {"name": "dayshift", "password": PASSWORD, "display_name": "Days and nights"}
    made = hub.call("POST", "/api/users", user)["id"]
    page = await opened("search?q=days")
    for group, name, place in (
        ("Users", "Days and nights", f"users/{made}"),
        ("Settings", "Event retention", "settings?section=storage"),
        ("Notes", "Days without the heron Back yard", f"streams/{yard}?tab=notes-tab"),
    ):
        await page.get_by_role("region", name=group).get_by_role("link", name=name).click()
        await page.wait_for_url(f"{hub.url}/{place}")
        await page.go_back()
    headings = page.locator("page-search").get_by_role("heading", level=2)
    await expect(headings).to_have_text([re.compile(name) for name in ("Users", "Settings", "Notes")])


async def test_help_lists_every_key(opened: Any, size: str) -> None:
    page = await opened("status", size)
    await expect(page.get_by_role("heading", name="Status", level=1)).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("heading", name="Help", level=1)).to_be_visible()
    for group in ("Everywhere", "Go to", "Wall", "Search"):
        await expect(page.get_by_role("heading", name=group, exact=True, level=2)).to_be_visible()
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page.get_by_role("heading", name="Plugins", level=1)).to_be_visible()
