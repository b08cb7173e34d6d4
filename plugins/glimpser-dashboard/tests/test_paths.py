"""Each page has its path in both places, so that its address can be loaded."""

from __future__ import annotations

import re
from pathlib import Path

from glimpser_dashboard.plugin import PATHS

PAGES = Path(__file__).parent.parent / "web" / "src" / "pages" / "index.ts"


def test_the_hub_and_the_pages_know_the_same_paths() -> None:
    pages = re.findall(r'^  \{ path: "([^"]+)"', PAGES.read_text(), re.MULTILINE)
    assert sorted(pages) == sorted(PATHS)
