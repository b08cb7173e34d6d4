"""Pages that plugins bring, and what stands where one is broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.hubs import BUILT_IN, RunningHub, running
from tests.pages.test_site import package

pytestmark = pytest.mark.browser

PLUGIN = """
    from glimpser_sdk import PanelSpec, PluginManifest, hookimpl

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="shelf", title="Shelf")

    @hookimpl
    def glimpser_panels():
        return [PanelSpec(slot="page", title=f"The {name}", element=f"shelf-{name}", icon="tag",
                          module=f"glimpser_shelf:built/{name}.js") for name in ("good", "bad", "ugly")]
"""
GOOD = """
class Good extends HTMLElement {
  set context(context) {
    context.request("GET", "api/me").then((me) => {
      this.textContent = `Hello ${me.name} on version ${context.version}`;
    });
  }
}
customElements.define("shelf-good", Good);
"""
BAD = """
class Bad extends HTMLElement {
  set context(context) { throw new Error("the shelf fell down"); }
}
customElements.define("shelf-bad", Bad);
"""


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with a plugin of three pages, two of them broken."""
    folder = tmp_path_factory.mktemp("panels")
    package(folder / "site", "shelf", PLUGIN, good_js=GOOD, bad_js=BAD, ugly_js="// defines nothing")
    plugins = {"GLIMPSER_PLUGINS": f"{BUILT_IN},dashboard,shelf", "PYTHONPATH": str(folder / "site")}
    (folder / "hub").mkdir()
    with running(folder / "hub", film.parent, **plugins) as started:
        started.sign_up()
        yield started


async def test_a_page_of_a_plugin_is_in_the_menu(opened: Any) -> None:
    page = await opened()
    await page.get_by_role("link", name="The good").click()
    await expect(page.get_by_text("Hello ada on version 1")).to_be_visible()
    assert await page.title() == "The good · Glimpser"
    await page.reload()
    await expect(page.get_by_text("Hello ada on version 1")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "words"), [("bad", "the shelf fell down"), ("ugly", "Its module does not define shelf-ugly.")]
)
async def test_a_broken_page_says_so_and_harms_nothing(opened: Any, name: str, words: str) -> None:
    page = await opened(f"p/shelf/shelf-{name}")
    await expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    await page.get_by_role("link", name="Wall", exact=True).click()
    await expect(page.get_by_role("heading", name="No streams yet")).to_be_visible()


async def test_a_page_that_no_plugin_brings_says_so(opened: Any) -> None:
    page = await opened("p/shelf/shelf-none", "small")
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
