"""One hub with two streams for all tests of a module, and pages of its administrator, large and small."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.hubs import BUILT_IN, RunningHub, running

# Other tests run beside these.
expect.set_options(timeout=15_000)

WITH_DASHBOARD = {"GLIMPSER_PLUGINS": f"{BUILT_IN},dashboard"}
SIZES = {"large": {"width": 1440, "height": 900}, "small": {"width": 390, "height": 844}}
BREAKS = """() => {
    const wide = document.documentElement.scrollWidth;
    return wide > innerWidth ? `${wide} pixels wide, ${innerWidth} there are` : "";
}"""

Open = Callable[..., Coroutine[Any, Any, Page]]


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """The pages, which `make setup` builds."""
    if not files("glimpser_dashboard").joinpath("static", "index.html").is_file():
        pytest.skip("the dashboard was not built: run `make setup` where Node and npm's registry are reached")


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with an administrator and two streams."""
    with running(tmp_path_factory.mktemp("hub"), film.parent, **WITH_DASHBOARD) as started:
        started.sign_up()
        started.stream("Front door", film)
        started.stream("Yard", film)
        yield started


async def new_profile(browser: Browser, size: str, **more: Any) -> tuple[BrowserContext, list[str]]:
    """A browser profile, and what goes wrong in its pages: what they throw, write as errors, or may not by policy."""
    wrong: list[str] = []

    def console(message: Any) -> None:
        # What the API refuses is no mistake of a page; the browser writes it all the same.
        if message.type == "error" and not message.text.startswith(("Failed to load resource", "WebSocket connection")):
            wrong.append(message.text)

    own = {"viewport": SIZES[size], "color_scheme": "dark", "locale": "en-GB", "service_workers": "block"}
    context = await browser.new_context(**{**own, **more})
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", console)
    return context, wrong


async def sign_in(context: BrowserContext, hub: RunningHub) -> None:
    name, _, value = hub.cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": hub.url}])


async def too_wide(context: BrowserContext) -> list[str]:
    """Its pages that can be scrolled sideways."""
    return [f"{page.url}: {wide}" for page in context.pages if (wide := await page.evaluate(BREAKS))]


@pytest_asyncio.fixture(loop_scope="session")
async def profile(browser: Browser) -> AsyncIterator[Callable[..., Coroutine[Any, Any, BrowserContext]]]:
    """Makes browser profiles: ``await profile(hub, "small", color_scheme="light")``; ``hub`` None = not signed in.

    The test fails when a page of one threw, wrote an error, broke the content policy, or can be scrolled sideways.
    """
    made: list[tuple[BrowserContext, list[str]]] = []

    async def make(hub: RunningHub | None = None, size: str = "large", **more: Any) -> BrowserContext:
        made.append(await new_profile(browser, size, **more))
        context, _ = made[-1]
        if hub is not None:
            await sign_in(context, hub)
        return context

    yield make
    found = []
    for context, wrong in made:
        found += [*wrong, *await too_wide(context)]
        await context.close()
    assert found == []


Spare = dict[str, tuple[BrowserContext, list[str]]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def spare() -> AsyncIterator[Spare]:
    """Profiles that the tests of a module use in turn, by how they look: a new one costs a second of processor time."""
    kept: Spare = {}
    yield kept
    for context, _ in kept.values():
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: Browser, hub: RunningHub, profile: Any, spare: Spare) -> AsyncIterator[Open]:
    """Opens a page of the administrator: ``await opened("streams", "small")``. It knows nothing of earlier tests."""
    used: dict[str, Page] = {}

    async def open_page(path: str = "", size: str = "large", **more: Any) -> Page:
        look = f"{size} {sorted(more.items())}"
        if look in used:
            page: Page = await (await profile(hub, size, **more)).new_page()
        else:
            if look not in spare:
                spare[look] = await new_profile(browser, size, **more)
            context, _ = spare[look]
            await sign_in(context, hub)
            page = used[look] = context.pages[0] if context.pages else await context.new_page()
            await page.set_viewport_size(SIZES[size])
        await page.goto(f"{hub.url}/{path}")
        return page

    yield open_page
    found = []
    for look, page in used.items():
        context, wrong = spare[look]
        found += [*wrong, *await too_wide(context)]
        wrong.clear()
        await forget(context, page, hub.url)
    assert found == []


async def forget(context: BrowserContext, page: Page, origin: str) -> None:
    """Leave the page, and nothing of what it kept or of what the test did to it."""
    for other in context.pages:
        if other is not page:
            await other.close()
    await page.evaluate("sessionStorage.clear()")
    await page.unroute_all()
    await page.goto("about:blank")
    session = await context.new_cdp_session(page)
    await session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    await session.detach()
    await context.clear_cookies()
    await context.set_offline(False)


@pytest.fixture(params=["large", pytest.param("small", marks=pytest.mark.soak)])
def size(request: pytest.FixtureRequest) -> str:
    """Of a window: on a desk, or a phone's; in the short form every page is looked at on a phone, not every flow."""
    return str(request.param)
