"""How much a browser loads before there is something to see."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from typing import Any

import pytest

LARGEST = 200_000
"""Bytes, gzipped."""
BUILT = files("glimpser_dashboard").joinpath("static")
FIRST = ("login", "wall", "review", "stream")


@pytest.fixture(scope="module")
def chunks() -> Any:
    """Which chunk needs which, as the build wrote it."""
    if not BUILT.joinpath("chunks.json").is_file():
        pytest.skip("the dashboard was not built: run `make setup` where Node and npm's registry are reached")
    return json.loads(BUILT.joinpath("chunks.json").read_text())


def needed(chunks: Any, *entries: str) -> set[str]:
    """Files of these entries and of all that they import before they run."""
    found, left = set[str](), list(entries)
    seen = set[str]()
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = chunks[name]
        found.update([chunk["file"], *chunk.get("css", ())])
        left.extend(chunk.get("imports", ()))
    return found


@pytest.mark.parametrize("page", FIRST)
def test_the_first_page_is_small(chunks: Any, page: str) -> None:
    loaded = needed(chunks, "index.html", f"src/pages/{page}/page.ts", "src/locale/german.ts")
    sizes = {
        name: len(gzip.compress(BUILT.joinpath(name).read_bytes())) for name in loaded | {"index.html", "theme.js"}
    }
    assert sum(sizes.values()) <= LARGEST, sizes


def test_the_worker_keeps_the_shell_and_nothing_else(chunks: Any) -> None:
    worker = BUILT.joinpath("sw.js").read_text()
    for chunk in chunks.values():
        assert f"{{files}}{chunk['file']}" in worker
    assert worker.count('{"revision":') == worker.count("{files}") - 1  # the other one is how it knows its folder
