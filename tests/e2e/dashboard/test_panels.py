"""What plugins bring to the pages: every slot, what stands where a panel is broken or takes too much, what happens in
open pages when a plugin is switched off or gone after a restart, how what is broken is put right, and what visitors of
a demo see."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.hubs import PASSWORD, RunningHub, running
from tests.pages.test_site import package

pytestmark = pytest.mark.browser

VANE = Path(__file__).parents[3] / "examples" / "vane"
PAGES = ("good", "bad", "ugly", "nodes", "asking")
PLUGIN = f"""
    from glimpser_sdk import PanelSpec, PluginManifest, hookimpl

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="shelf", title="Shelf")

    @hookimpl
    def glimpser_panels():
        return [PanelSpec(slot="page", title=f"The {{name}}", element=f"shelf-{{name}}", icon="tag",
                          module=f"glimpser_shelf:built/{{name}}.js") for name in {PAGES}]
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
NODES = """
class Nodes extends HTMLElement {
  set context(context) {
    const inner = this.attachShadow({ mode: "open" });
    this.timer = setInterval(() => {
      for (let n = 0; n < 500; n++) inner.append(document.createElement("i"));
    }, 20);
  }
}
customElements.define("shelf-nodes", Nodes);
"""
ASKING = """
class Asking extends HTMLElement {
  set context(context) {
    this.textContent = "asking";
    setInterval(() => {
      for (let n = 0; n < 20; n++) {
        context.request("GET", "api/me").catch(() => {});
        context.toast("Look here!");
        context.subscribe(["*"], () => {});
      }
    }, 10);
  }
}
customElements.define("shelf-asking", Asking);
"""


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with the example of every slot, and a plugin of five pages, four of them broken."""
    folder = tmp_path_factory.mktemp("panels")
    site = folder / "site"
    built = {"good": GOOD, "bad": BAD, "ugly": "// defines nothing", "nodes": NODES, "asking": ASKING}
    package(site, "shelf", PLUGIN, **{f"{name}_js": text for name, text in built.items()})
    package(site, "vane", "")  # found by its entry point; its code is the example's, which goes before
    (folder / "hub").mkdir()
    paths = f"{VANE}:{site}"
    # It is a read-only demo too, and one of its own plugins is told nonsense.
    more = {"GLIMPSER_READ_ONLY_DEMO": "true", "GLIMPSER_NOTES__KEEP_DAYS": "0"}
    with running(folder / "hub", film.parent, GLIMPSER_PLUGINS=None, PYTHONPATH=paths, **more) as started:
        started.sign_up()
        with closing(sqlite3.connect(folder / "hub" / "glimpser.db", timeout=20)) as rows:
            row = ("event_retention_days", "99999", "2026-01-01 00:00:00+00:00")
            rows.execute("INSERT INTO settings VALUES (?, ?, 1, ?)", row)
            rows.commit()
        body = {"name": "Roof", "kind": "vane", "config": {}, "enabled": False}
        stream = started.call("POST", "/api/streams", body)["id"]
        turned = {"type": "vane.turned", "stream_id": stream, "data": {"sector": "N", "bearing": 3}}
        started.call("POST", "/api/events", turned)
        yield started


async def test_every_slot_shows_what_the_example_brings(hub: RunningHub, opened: Any) -> None:
    page: Page = await opened()
    await expect(page.locator("g-tile").get_by_text("Wind from N")).to_be_visible()
    await page.get_by_role("link", name="Landmarks").click()
    await expect(page.get_by_role("listitem").filter(has_text="North")).to_be_visible()
    stream = hub.call("GET", "/api/streams")[0]["id"]
    event = hub.call("GET", "/api/events")[0]
    await page.goto(f"{hub.url}/streams/{stream}?tab=vane-tab&at={event['started_at']}")
    await expect(page.locator("vane-tab").get_by_role("listitem").filter(has_text="North")).to_be_visible()
    then = page.get_by_role("region", name="What happened then")
    await expect(then.get_by_role("img", name="N, 3°")).to_be_visible()
    await expect(then.get_by_text("North")).to_be_visible()
    await page.goto(f"{hub.url}/review?activity={event['activity_id']}")
    await expect(page.locator("vane-event").get_by_role("img", name="N, 3°")).to_be_visible()
    await page.goto(f"{hub.url}/settings?section=vane-section")
    await page.get_by_label("Name").fill("Church")
    await page.get_by_label("Degrees").fill("45")
    await page.get_by_role("button", name="Add landmark").click()
    await expect(page.get_by_role("listitem").filter(has_text="ChurchNE, 45°")).to_be_visible()
    await page.goto(f"{hub.url}/search?q=chur")
    await expect(page.get_by_role("listitem").filter(has_text="Church")).to_be_visible()
    await page.goto(f"{hub.url}/status")
    await expect(page.get_by_text("Landmarks: 2")).to_be_visible()
    await page.goto(f"{hub.url}/plugins/vane?tab=configuration")
    await expect(page.get_by_role("slider")).to_have_value("0")


async def test_a_page_of_a_plugin_comes_and_goes_in_open_pages(hub: RunningHub, opened: Any) -> None:
    page = await opened()
    await page.get_by_role("link", name="The good").click()
    await expect(page.get_by_text("Hello ada on version 1")).to_be_visible()
    assert await page.title() == "The good · Glimpser"
    await page.reload()
    await expect(page.get_by_text("Hello ada on version 1")).to_be_visible()
    hub.call("PATCH", "/api/plugins/shelf", {"enabled": False}, **{"If-Match": "*"})
    await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    await expect(page.get_by_role("link", name="The good")).to_have_count(0)
    hub.call("PATCH", "/api/plugins/shelf", {"enabled": True}, **{"If-Match": "*"})
    await expect(page.get_by_text("Hello ada on version 1")).to_be_visible()
    await expect(page.get_by_role("link", name="The good")).to_be_visible()


async def test_a_page_that_is_broken_or_takes_too_much_says_so_and_harms_nothing(opened: Any) -> None:
    page = await opened()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name, words in {
        "bad": "the shelf fell down",
        "ugly": "Its module does not define shelf-ugly.",
        "nodes": "It drew more than 2000 elements.",
        "asking": "It asks for more than a panel may.",
    }.items():
        await page.get_by_role("link", name=f"The {name}").click()
        alert = page.get_by_role("alert").filter(has_text=words)
        await expect(alert).to_contain_text(f"“The {name}” of the plugin shelf does not work here.")
    await expect(page.get_by_text("Look here!").nth(3)).to_be_visible()
    assert await page.get_by_text("Look here!").count() == 4
    await page.get_by_role("link", name="Wall", exact=True).click()
    await expect(page.locator("g-tile")).to_contain_text("Roof")
    assert sum(url.endswith("/api/me") for url in asked) < 200


async def test_a_page_that_no_plugin_brings_says_so(opened: Any) -> None:
    page = await opened("p/shelf/shelf-none", "small")
    await expect(page.get_by_role("heading", name=re.compile("There is no such page"))).to_be_visible()


async def test_a_hub_that_restarts_without_a_plugin_is_found_again(profile: Any, tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    folder.mkdir()
    package(tmp_path / "site", "shelf", PLUGIN, **{f"{name}_js": GOOD for name in PAGES})
    before = {"GLIMPSER_PLUGINS": "password,dashboard,shelf", "PYTHONPATH": str(tmp_path / "site")}
    with running(folder, tmp_path, **before) as hub:
        hub.sign_up()
        page = await (await profile(hub)).new_page()
        await page.goto(f"{hub.url}/p/shelf/shelf-good")
        await expect(page.get_by_text("Hello ada on version 1")).to_be_visible()
        await page.evaluate("() => { window.stays = true; }")
    await expect(page.get_by_text("The hub does not answer. What you see is as it was")).to_be_visible()
    with running(folder, tmp_path, int(hub.url.rpartition(":")[2]), GLIMPSER_PLUGINS="password,dashboard"):
        await expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
        await expect(page.get_by_role("status").filter(has_text="Live")).to_be_visible()
        await expect(page.get_by_role("link", name="The good")).to_have_count(0)
        await page.get_by_role("link", name="Wall", exact=True).click()
        await expect(page.get_by_role("heading", name="No streams yet")).to_be_visible()
        assert await page.evaluate("window.stays")


async def test_what_is_broken_is_put_right_on_a_page_that_needs_no_plugin(hub: RunningHub, opened: Any) -> None:
    page = await opened("plugins")
    await page.get_by_role("link", name="What is broken").click()
    await expect(page.get_by_role("heading", name="Repair")).to_be_visible()
    days = page.get_by_role("article").filter(has_text="event_retention_days")
    await expect(days).to_contain_text("It is 99999, set in the pages.")
    await days.get_by_label("New value").fill("5000")
    await days.get_by_role("button", name="Save").click()
    await expect(days.get_by_role("alert").filter(has_text="3650")).to_be_visible()
    await days.get_by_label("New value").fill("60")
    await days.get_by_role("button", name="Save").click()
    await expect(days).to_have_count(0)
    settings = hub.call("GET", "/api/settings")
    assert [row["value"] for row in settings if row["key"] == "event_retention_days"] == [60]
    notes = page.get_by_role("article").filter(has_text="GLIMPSER_NOTES__KEEP_DAYS")
    await expect(notes).to_contain_text("Allowed: a whole number, at least 1, at most 3650.")
    await notes.get_by_role("button", name="Switch Notes off").click()
    await expect(notes).to_contain_text("Off from the next start")


async def test_a_visitor_of_a_demo_looks_at_everything(hub: RunningHub, profile: Any) -> None:
    page: Page = await (await profile(None, "small")).new_page()
    await page.goto(hub.url)
    await expect(page.get_by_text("This is a demo: look at everything. Nothing can be changed.")).to_be_visible()
    await expect(page.locator("g-tile").get_by_text("Wind from N")).to_be_visible()
    await page.goto(f"{hub.url}/keys")
    await page.locator("main").get_by_role("link", name="Sign in").click()
    await page.get_by_label("Name").fill("ada")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("link", name="ada")).to_be_visible()
    await expect(page.get_by_text("This is a demo")).to_have_count(0)
