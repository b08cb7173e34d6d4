"""The site is built without a warning and loads nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(https?:)?//|<link[^>]*rel=["']?(?:stylesheet|preconnect|icon)["']?[^>]*href=["']?(https?:)?//"""
)


def test_the_site_is_built_strictly_and_works_offline(tmp_path: Path) -> None:
    site = tmp_path / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        html = page.read_text()
        assert not _LOADED.search(html), f"{page.relative_to(site)} loads from elsewhere"
        assert "<!-- generate:" not in html, f"{page.relative_to(site)} has a line that nothing filled"
    assert "glimpser_sources" in (site / "reference/hooks/index.html").read_text()
    assert "max_idle_gap_s" in (site / "operate/settings/index.html").read_text()
