"""Every page there is, with names that would be scripts if a page let them: they are shown, nothing runs, and each page
is usable by everybody (A46, A47)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, TimeoutError, expect

from glimpser_dashboard.plugin import PATHS
from tests.e2e.hubs import RunningHub, running
from tests.pages.test_site import package

from .conftest import WITH_DASHBOARD

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(300)]

AXE = Path(__file__).parents[3] / "plugins/glimpser-dashboard/web/node_modules/axe-core/axe.min.js"
DOORS = {"/login", "/setup", "/s", "/invitation", "/reset"}
LONG = "A stream with a name of sixty characters, all of them needed"
LOOKS = {
    "large-dark": ("large", {"color_scheme": "dark", "locale": "en-GB"}),
    "small-light": ("small", {"color_scheme": "light", "locale": "de-DE"}),
}
ELEMENTS = ("img src=x", "svg", "video src=x", "audio src=x", "details open", "input autofocus", "iframe", "body",
            "math", "marquee")  # fmt: skip
EVENTS = ("onerror", "onload", "onfocus", "ontoggle", "onstart", "onmouseover")
OTHERS = (
    "<script>__xss()</script>", '"><script>__xss()</script>', "</title><script>__xss()</script>",
    "</style><script>__xss()</script>", "javascript:__xss()", "' onmouseover='__xss()' x='", "${__xss()}",
    "{{constructor.constructor('__xss()')()}}", "<iframe srcdoc='<script>parent.__xss()</script>'>",
    "<a href=javascript:__xss()>x</a>", "&lt;img src=x onerror=__xss()&gt;", "\u202e<b onclick=__xss()>",
    "<math><mtext></form><form><mglyph><style></math><img src=x onerror=__xss()>", "]]><script>__xss()</script>",
)  # fmt: skip
FILE = "<img src=x onerror=__xss()>.mp4"
WALL = "01M7YW8X72E3JAZDG68NWJCP00"
PLUGIN = """
    from glimpser_sdk import PanelSpec, PluginManifest, hookimpl

    HTML = "<img src=x onerror=__xss()>"

    @hookimpl
    def glimpser_manifest():
        return PluginManifest(id="evil", title=f"{HTML} title", description=f"{HTML} summary")

    @hookimpl
    def glimpser_panels():
        module = "glimpser_evil:built/panel.js"
        return [PanelSpec(slot=slot, title=f"{HTML} {slot}", element=f"evil-{name}", module=module)
                for slot, name in (("page", "page"), ("settings.section", "section"), ("stream.tab", "tab"),
                                   ("system.card", "card"), ("wall.tile", "tile"))]

    @hookimpl
    def glimpser_setup(ctx):
        raise ValueError(HTML)
"""
PANEL = "throw new Error('<img src=x onerror=__xss()>');"
PAYLOADS = [*OTHERS, *islice((f"<{e} {on}=__xss()>" for e, on in product(ELEMENTS, EVENTS)), 60 - len(OTHERS))]


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub in which everything that has a name is named by an attack, and one stream by a long name."""
    folder = tmp_path_factory.mktemp("every")
    package(folder / "site", "evil", PLUGIN, panel_js=PANEL)
    (folder / "hub").mkdir()
    more = {"GLIMPSER_PLUGINS": f"{WITH_DASHBOARD['GLIMPSER_PLUGINS']},evil", "PYTHONPATH": str(folder / "site")}
    with running(folder / "hub", film.parent, **more) as started:
        started.sign_up()
        long = started.stream(LONG, film)
        # What ffmpeg or the hub says of it has the name of the file in it.
        started.call(
            "POST", "/api/streams", {"name": "Lost", "kind": "ffmpeg", "config": {"url": f"{film.parent}/{FILE}"}}
        )
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        for number, payload in enumerate(PAYLOADS):
            stream = started.stream(payload, film, enabled=False, tags=[payload[:64]])
            started.call("POST", "/api/events", {"stream_id": stream, "text": payload, "data": {"label": payload}})
            if number % 12 == 0:
                started.call("POST", "/api/stream-groups", {"name": payload, "streams": [stream]})
                started.call("POST", "/api/roles", {"name": payload, "base": "guest", "rank": 20, "permissions": []})
                person = {"name": f"person-{number}", "password": "correct horse battery", "role": "viewer"}
                started.call("POST", "/api/users", {**person, "display_name": payload[:100]})
                started.call("POST", "/api/api-keys", {"name": payload})
                tile = {"stream_id": long, "x": 0, "y": 0, "w": 4, "h": 4}
                body = {"name": payload[:80], "visibility": "private", "tiles": [tile]}
                started.call("PUT", f"/api/dashboards/{WALL[:-2]}{number:02}", body)
                link = {"name": payload, "stream": stream, "expires_at": ends}
                started.shared = started.call("POST", "/api/share-links", link)["link"]
        yield started


def addresses(hub: RunningHub) -> list[str]:
    """Every page of who is signed in, with something that is there."""
    stream = hub.call("GET", "/api/streams?limit=1")[0]["id"]
    user = hub.call("GET", "/api/users?limit=1")[0]["id"]
    known = {"streams": stream, "users": user, "plugins": "evil", "settings": "hub", "p": None, "walls": None}
    found = []
    for path in PATHS:
        kind = known.get(path.split("/")[1])
        if path not in DOORS and ("<" not in path or kind):
            found.append(re.sub("<[^>]+>", kind or "", path))
    # What stands on them is named by an attack as well: walls, what a plugin brings, why a stream fails.
    [lost] = [one["id"] for one in hub.call("GET", "/api/streams?limit=500") if one["name"] == "Lost"]
    more = [f"/?wall={WALL}", "/p/evil/evil-page", "/settings?section=evil-section", f"/streams/{lost}?tab=diagnostics"]
    return [*found, *more, hub.shared.removeprefix(hub.url)]


async def settled(page: Page) -> None:
    """Wait until the page has what it asked for; some ask again and again."""
    await expect(page.locator("main h1").first).to_be_visible(timeout=15_000)
    with suppress(TimeoutError):
        await page.wait_for_load_state("networkidle", timeout=2_000)


@pytest.mark.attack("A46", "A47", control=True)
@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_shows_texts_as_texts_and_is_usable_by_everybody(
    hub: RunningHub, profile: Any, look: str
) -> None:
    if not AXE.is_file():
        pytest.skip("the packages of the pages are not here: run `make setup` where npm's registry is reached")
    size, options = LOOKS[look]
    context: BrowserContext = await profile(hub, size, **options)
    fired: list[str] = []
    await context.expose_binding("__xss", lambda source: fired.append(source["page"].url))
    page = await context.new_page()
    wrong: dict[str, list[str]] = {}
    for path in addresses(hub):
        await page.goto(hub.url + path)
        await settled(page)
        if found := [*await breaks(page), *await barriers(page)]:
            wrong[path] = found
    assert wrong == {}, "\n".join(f"{path}: {one}" for path, many in wrong.items() for one in many)
    assert fired == []
    # The control: what must never have fired does fire when something runs.
    await page.evaluate("__xss()")
    assert len(fired) == 1


async def breaks(page: Page) -> list[str]:
    """What is broken to the eye: sideways scrolling, small targets, elements of an attack, texts without words."""
    found: list[str] = await page.evaluate(SEEN)
    return found


async def barriers(page: Page) -> list[str]:
    """What axe finds."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(
        """async () => (await axe.run({resultTypes: ["violations"]})).violations.map(
            ({id, nodes}) => `axe ${id}: ${nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")}`)"""
    )
    return found


SEEN = """() => {
    const found = [];
    const all = [];
    const walk = (root) => root.querySelectorAll("*").forEach((element) => {
        all.push(element);
        if (element.shadowRoot) walk(element.shadowRoot);
    });
    walk(document);
    if (document.documentElement.scrollWidth > innerWidth) found.push("it can be scrolled sideways");
    if (all.length > 3000) found.push(`${all.length} elements`);
    for (const element of all) {
        const name = element.localName;
        if (["script", "iframe", "math", "marquee"].includes(name) && element.closest("main")) found.push(`<${name}>`);
        if (!element.matches("button, a[href], input, select, summary, [role=button]")) continue;
        const box = element.getBoundingClientRect();
        if (!box.width || !element.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
        const inline = name === "a" && getComputedStyle(element).display === "inline";
        const label = element.closest("label")?.getBoundingClientRect();
        const small = Math.min(Math.max(box.width, label?.width ?? 0), Math.max(box.height, label?.height ?? 0)) < 23.5;
        const hidden = box.width <= 1 || box.height <= 1 || box.right < 0 || box.bottom < 0;
        if (small && !inline && !hidden) {
            found.push(`small: ${element.outerHTML.slice(0, 120)} ${box.width}x${box.height}`);
        }
    }
    return found;
}"""
