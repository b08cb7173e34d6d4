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


@pytest_asyncio.fixture(loop_scope="session")
async def profile(browser: Browser) -> AsyncIterator[Callable[..., Coroutine[Any, Any, BrowserContext]]]:
    """Makes browser profiles: ``await profile(hub, "small", color_scheme="light")``; ``hub`` None = not signed in.

    The test fails when a page of one threw, wrote an error, broke the content policy, or can be scrolled sideways.
    """
    made: list[BrowserContext] = []
    wrong: list[str] = []

    def console(message: Any) -> None:
        # What the API refuses is no mistake of a page; the browser writes it all the same.
        if message.type == "error" and not message.text.startswith(("Failed to load resource", "WebSocket connection")):
            wrong.append(message.text)

    async def make(hub: RunningHub | None = None, size: str = "large", **more: Any) -> BrowserContext:
        own = {"viewport": SIZES[size], "color_scheme": "dark", "locale": "en-GB", "service_workers": "block"}
        options = {**own, **more}
        context = await browser.new_context(**options)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.on("console", console)
        if hub is not None:
            name, _, value = hub.cookie.partition("=")
            await context.add_cookies([{"name": name, "value": value, "url": hub.url}])
        made.append(context)
        return context

    yield make
    for context in made:
        for page in context.pages:
            if wide := await page.evaluate(BREAKS):
                wrong.append(f"{page.url}: {wide}")
        await context.close()
    assert wrong == []


@pytest_asyncio.fixture(loop_scope="session")
async def opened(hub: RunningHub, profile: Any) -> Open:
    """Opens a page of the administrator: ``await opened("streams", "small")``."""

    async def open_page(path: str = "", size: str = "large", **more: Any) -> Page:
        context = await profile(hub, size, **more)
        page: Page = await context.new_page()
        await page.goto(f"{hub.url}/{path}")
        return page

    return open_page


@pytest.fixture(params=["large", pytest.param("small", marks=pytest.mark.soak)])
def size(request: pytest.FixtureRequest) -> str:
    """Of a window: on a desk, or a phone's; in the short form every page is looked at on a phone, not every flow."""
    return str(request.param)
