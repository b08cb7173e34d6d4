"""A real hub and a real browser. Tests are skipped, with the reason, where Chromium is not installed.

One Chromium serves a whole run, each test has a profile of its own in it; hence one event loop for all of these tests.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from .films import walk
from .hubs import RunningHub, running

LAN = "192.168.77.7"
"""An address as on a LAN, which leads the browser to this machine: a page there has no more rights than on a real one,
other than one at any loopback address."""
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    f"--host-resolver-rules=MAP {LAN} 127.0.0.1",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What one loop started is used in no other one."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film in which something walks by, and nothing for the rest of it."""
    return walk(tmp_path_factory.mktemp("films") / "walk.mp4")


@pytest.fixture(scope="module")
def hub(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub with an administrator."""
    with running(tmp_path_factory.mktemp("hub"), film.parent) as started:
        started.sign_up()
        yield started


@pytest.fixture
def fresh_hub(film: Path, tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that nobody has set up."""
    folder = tmp_path / "hub"
    folder.mkdir()
    with running(folder, film.parent) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium. Without its window's parts where that is installed: a page costs a quarter of the time then."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        await started.close()


@pytest.fixture
def certificates() -> bool:
    """Whether the browser looks at certificates; a person says once that it shall trust one."""
    return True


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser, certificates: bool) -> AsyncIterator[BrowserContext]:
    """A browser's profile; fails the test when a page of it threw an error or broke its own content policy."""
    made = await browser.new_context(viewport={"width": 1280, "height": 800}, ignore_https_errors=not certificates)
    wrong: list[str] = []

    def console(message: Any) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            wrong.append(message.text)

    made.on("weberror", lambda error: wrong.append(str(error.error)))
    made.on("console", console)
    yield made
    await made.close()
    assert wrong == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    """A page of somebody who is not signed in."""
    return await context.new_page()


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(context: BrowserContext, hub: RunningHub) -> Page:
    """A page of the administrator of `hub`."""
    name, _, value = hub.cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": hub.url}])
    return await context.new_page()
