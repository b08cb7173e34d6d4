"""Every page there is, with names that would be scripts if a page let them: they are shown, nothing runs, and each page
is usable by everybody (A46, A47), large and small, dark and light, in every language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, TimeoutError, expect

from glimpser.streams.reasons import REASONS
from glimpser_dashboard.plugin import PATHS
from tests.e2e.hubs import RunningHub, running
from tests.pages.test_site import package

from .conftest import SIZES, WITH_DASHBOARD
from .seen import AXE, barriers, breaks, plain, words

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(300)]

DOORS = {"/login", "/setup", "/s", "/invitation", "/reset"}
LONG = "A stream with a name of sixty characters, all of them needed"
LANGUAGES = {"en": "en-GB", "de": "de-DE"}
ALL = [*product(SIZES, ("dark", "light"), LANGUAGES)]
TEXTS = Path(__file__).parents[3] / "plugins/glimpser-dashboard/web/src/locale/hub"
SAME = set((Path(__file__).parent / "same.txt").read_text(encoding="utf-8").splitlines())
"""Texts that are the same in both languages, as somebody looked at."""
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
    return [*found, *more, "/safe", hub.shared.removeprefix(hub.url)]


async def settled(page: Page) -> None:
    """Wait until the page has what it asked for; some ask again and again."""
    await expect(page.locator("main h1").first).to_be_visible(timeout=15_000)
    with suppress(TimeoutError):
        await page.wait_for_load_state("networkidle", timeout=2_000)


@pytest.mark.attack("A46", "A47", control=True)
async def test_every_page_shows_texts_as_texts_and_is_usable_by_everybody(hub: RunningHub, profile: Any) -> None:
    """Each size with each theme, and each of both in each language, at two loads a page."""
    needs_axe()
    fired: list[str] = []
    pages = {}
    for language, size in (("en", "large"), ("de", "small")):
        context: BrowserContext = await profile(hub, size, locale=LANGUAGES[language])
        await context.expose_binding("__xss", lambda source: fired.append(source["page"].url))
        pages[language] = await context.new_page()
    wrong: dict[str, list[str]] = {}
    for path in addresses(hub):
        found, said = [], {}
        for language, page in pages.items():
            await dressed(page, "large" if language == "en" else "small", "dark")
            await page.goto(hub.url + path)
            await settled(page)
            found += [*await breaks(page), *await barriers(page)]
            said[language] = await words(page)
            await dressed(page, "small" if language == "en" else "large", "light")
            found += await breaks(page)
            if language == "de" and await barriers(page, "color-contrast"):
                await page.wait_for_timeout(1_500)  # what faded in is there now
                found += await barriers(page, "color-contrast")
        if found := [*found, *untranslated(said, path)]:
            wrong[path] = found
    assert wrong == {}, "\n".join(f"{path}: {one}" for path, many in wrong.items() for one in many)
    assert fired == []
    # The control: what must never have fired does fire when something runs.
    await page.evaluate("__xss()")
    assert len(fired) == 1


@pytest.mark.soak
@pytest.mark.parametrize(("size", "scheme", "language"), ALL)
async def test_every_page_in_every_look(hub: RunningHub, profile: Any, size: str, scheme: str, language: str) -> None:
    needs_axe()
    context = await profile(hub, size, color_scheme=scheme, locale=LANGUAGES[language])
    page = await context.new_page()
    wrong: dict[str, list[str]] = {}
    inside = addresses(hub)
    for path in [*inside, *sorted(DOORS - {"/s"})]:
        if path not in inside:
            await context.clear_cookies()
        await page.goto(hub.url + path)
        await settled(page)
        if found := [*await breaks(page), *await barriers(page)]:
            wrong[path] = found
    assert wrong == {}, "\n".join(f"{path}: {one}" for path, many in wrong.items() for one in many)


async def dressed(page: Page, size: str, scheme: Any) -> None:
    """Give a page its look; what moves from one to the other has arrived."""
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.set_viewport_size(SIZES[size])
    await page.wait_for_timeout(250)


def needs_axe() -> None:
    if not AXE.is_file():
        pytest.skip("the packages of the pages are not here: run `make setup` where npm's registry is reached")


def untranslated(said: dict[str, set[str]], path: str) -> list[str]:
    """Texts of the English page that stand on the German one too, and may not."""
    same = {plain(text) for text in said["en"]} & {plain(text) for text in said["de"]}
    return [f"not German: {text}" for text in sorted(same - SAME) if not named(text) and path != "/safe"]


def named(text: str) -> bool:
    """Whether somebody wrote it: it is a name, or has one in it."""
    marks = ("xss", "xml", "glimpser", "/", "_", plain(LONG))
    return any(mark in text for mark in marks) or bool(re.fullmatch(r"[a-z0.-]+|[A-Z0]{10,}", text))


def test_what_the_hub_says_is_known_in_german(hub: RunningHub) -> None:
    """Titles and descriptions of all that comes with it, and why a stream is not well."""
    known = {text for file in TEXTS.glob("*.json") for text in json.loads(file.read_text(encoding="utf-8"))}
    own = [one for one in hub.call("GET", "/api/plugins") if one["id"] != "evil"]
    asked = [hub.call("GET", f"/api/plugins/{one['id']}") for one in own]
    asked += [hub.call("GET", f"/api/{path}") for path in ("source-kinds", "settings", "event-types")]
    asked += [hub.call("GET", "/api/roles")["permissions"], hub.call("GET", "/api/roles")["limits"]]
    told = {*REASONS.values(), *(text for answer in asked for text in texts(answer))}
    assert {text for text in told if text.replace("\n", " ") not in known and text != "{detail}"} == set()


def texts(value: Any, name: str = "") -> Iterator[str]:
    """What is shown of an answer; titles that were made of a field's name are no texts."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("title", "description") and isinstance(one, str) and " " in one and one != one.title():
                yield one
            yield from texts(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one, name)
