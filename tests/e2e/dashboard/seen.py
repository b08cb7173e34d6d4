"""What is broken on a page to the eye, and which words stand on it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parents[3] / "plugins/glimpser-dashboard/web/node_modules/axe-core/axe.min.js"
SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
SEEN = f"() => {{{SCRIPT}; return breaks();}}"
WORDS = f"() => {{{SCRIPT}; return words();}}"


async def breaks(page: Page) -> list[str]:
    """What is broken to the eye: sideways scrolling, small targets, elements of an attack, texts that are cut off, over
    each other or beyond what holds them."""
    found: list[str] = await page.evaluate(SEEN)
    return found


async def words(page: Page) -> set[str]:
    """Every text of the page, names for screen readers among them."""
    return set(await page.evaluate(WORDS))


async def barriers(page: Page, *rules: str) -> list[str]:
    """What axe finds. ``rules``: these alone."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"runOnly": list(rules)} if rules else {}
    found: list[str] = await page.evaluate(
        """async (only) => (await axe.run({resultTypes: ["violations"], ...only})).violations.map(
            ({id, nodes}) => `axe ${id}: ${nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(" | ")}`)""",
        only,
    )
    return found


def plain(text: str) -> str:
    """A text without what differs from moment to moment."""
    return re.sub(r"[\d:.,]+", "0", text)
