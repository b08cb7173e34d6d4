"""What Lighthouse says of the dashboard's first pages, signed in. It is fetched for this and part of nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.async_api import BrowserContext, async_playwright

from tests.e2e.films import walk
from tests.e2e.hubs import BUILT_IN, RunningHub, running

from .figures import Figures
from .support import free_port

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

LIGHTHOUSE = "lighthouse@12.8.2"
RUNS = int(os.environ.get("LIGHTHOUSE_RUNS", "5"))
BUDGETS = {"performance": 90, "accessibility": 95, "best-practices": 95}
STREAMS = 12
PAGES = ("sign-in", "wall of 12 idle tiles", "inbox", "stream page")


@pytest.fixture(scope="session", autouse=True)
def needs_server() -> None:
    """No RTSP server: the streams are films."""


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """A table of their own."""
    found = Figures("lighthouse")
    yield found
    found.write()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """Twelve streams in which nothing happens, and an inbox with something in it."""
    folder = tmp_path_factory.mktemp("lighthouse")
    film = walk(folder / "still.mp4", moving=(100.0, 101.0))
    (folder / "hub").mkdir()
    with running(folder / "hub", folder, GLIMPSER_PLUGINS=f"{BUILT_IN},dashboard") as started:
        started.sign_up()
        made = [started.stream(f"Stream {number}", film) for number in range(STREAMS)]
        for minute in range(40):
            body = {"stream_id": made[0], "text": "A parcel", "started_at": f"2026-05-03T12:{minute:02}:00Z"}
            started.call("POST", "/api/events", body)
        yield started


async def command() -> list[str]:
    """How Lighthouse is called here; the measurement is skipped, saying why, where it cannot be had."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("Lighthouse needs Node's npx on the path")
    probe = await asyncio.create_subprocess_exec(npx, "--yes", LIGHTHOUSE, "--version", stdout=asyncio.subprocess.PIPE)
    output, _ = await probe.communicate()
    if probe.returncode:
        pytest.skip(f"{LIGHTHOUSE} cannot be fetched or does not run: {output.decode().strip()}")
    return [npx, "--yes", LIGHTHOUSE]


@pytest.fixture
async def chromium(hub: RunningHub, tmp_path: Path) -> AsyncIterator[tuple[BrowserContext, int]]:
    """A browser and the port that it is driven by."""
    program, port = shutil.which("chromium"), free_port()
    if program is None:
        pytest.skip("Chromium is not installed")
    arguments = ["--no-sandbox", "--disable-gpu", f"--remote-debugging-port={port}"]
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"), executable_path=program, args=arguments
        )
        yield context, port
        await context.close()


async def look(call: list[str], url: str, port: int, preset: str, out: Path) -> dict[str, float]:
    """One report: scores of 0 to 100."""
    wanted = ["--preset=desktop"] if preset == "desktop" else []
    process = await asyncio.create_subprocess_exec(
        *call, url, f"--port={port}", "--quiet", "--output=json", f"--output-path={out}",
        f"--only-categories={','.join(BUDGETS)}", *wanted,
    )  # fmt: skip
    assert await process.wait() == 0
    report: Any = json.loads(out.read_text())
    assert "runtimeError" not in report, report["runtimeError"]
    return {name: 100 * report["categories"][name]["score"] for name in BUDGETS}


async def test_what_lighthouse_says(
    figures: Figures, hub: RunningHub, chromium: tuple[BrowserContext, int], tmp_path: Path
) -> None:
    call = await command()
    context, port = chromium
    stream = next(one["id"] for one in hub.call("GET", "/api/streams") if one["name"] == "Stream 0")
    paths = dict(zip(PAGES, ("login", "", "review", f"streams/{stream}"), strict=True))
    missed = []
    for preset in ("desktop", "mobile"):
        for page, path in paths.items():
            await context.clear_cookies()
            if page != "sign-in":
                name, _, value = hub.cookie.partition("=")
                await context.add_cookies([{"name": name, "value": value, "url": hub.url}])
            reports = [await look(call, f"{hub.url}/{path}", port, preset, tmp_path / "out.json") for _ in range(RUNS)]
            for name, budget in BUDGETS.items():
                score = statistics.median(report[name] for report in reports)
                judged = budget if preset == "desktop" else None
                figures.add(f"{page}, {preset}: {name}", score, "", budget=judged, at_least=True)
                if judged and score < judged:
                    missed.append(f"{page}: {name} {score:.0f}")
    busy = psutil.getloadavg()[1] / (os.cpu_count() or 1)
    figures.note(f"{LIGHTHOUSE}, median of {RUNS}; {busy:.1f} processes waited for each core, the hub's among them")
    assert missed == []
