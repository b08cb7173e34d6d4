"""The packaged files of the pages: a fixed list, read once, each with a strong validator."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MEDIA = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "html": "text/html; charset=utf-8",
}
SHELL = "shell.html"
ROOT = b"{root}"
"""Stands in the shell for the way up to the hub's root, so that the pages work under any path prefix."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. ``etag``: strong, with its quotes."""

    body: bytes
    content_type: str
    etag: str


def asset(body: bytes, content_type: str) -> Asset:
    """The body with its validator."""
    return Asset(body, content_type, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


@cache
def packaged() -> Mapping[str, Asset]:
    """All files by name. Nothing else is ever served, whatever a path says."""
    found = {}
    for file in sorted(files(__package__).joinpath("static").iterdir(), key=lambda f: f.name):
        suffix = file.name.rpartition(".")[2]
        if suffix in MEDIA:
            found[file.name] = asset(file.read_bytes(), MEDIA[suffix])
    return found


@cache
def shell(depth: int, root: str = "") -> Asset:
    """The one document of all pages, for a path ``depth`` folders below the root; ``root``: where that is, if known."""
    document = packaged()[SHELL]
    way = html.escape(root).encode() or b"../" * depth or b"./"
    return asset(document.body.replace(ROOT, way), document.content_type)
