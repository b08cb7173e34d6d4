"""Files that were packaged for browsers: a fixed set, read once, each with a strong validator."""

from __future__ import annotations

import gzip
import hashlib
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable

MEDIA = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
}
PACKED = frozenset({"png", "woff2"})
"""What is compressed already."""
PACKED_TYPES = frozenset(MEDIA[suffix] for suffix in PACKED)
ROOT, FILES = b"{root}", b"{files}"
"""Stand in a document for the way up to the hub's root and to the folder of its files, so that pages work under any
path prefix."""


@dataclass(frozen=True)
class Asset:
    """A file as it is sent. ``etag``: strong, with its quotes."""

    body: bytes
    content_type: str
    etag: str

    @cached_property
    def zipped(self) -> bytes | None:
        """For who takes gzip; None where that saves nothing."""
        if self.content_type in PACKED_TYPES:
            return None
        packed = gzip.compress(self.body, 9, mtime=0)
        return packed if len(packed) < len(self.body) * 0.9 else None


def asset(body: bytes, content_type: str) -> Asset:
    """The body with its validator."""
    return Asset(body, content_type, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


class Bundle:
    """All files of one folder by their path in it. Nothing else is ever served from it, whatever a path says.

    ``reference``: ``package:folder``. FileNotFoundError, saying so, where there is no such folder.
    """

    def __init__(self, reference: str) -> None:
        package, _, folder = reference.partition(":")
        top = files(package).joinpath(folder)
        if not top.is_dir():
            raise FileNotFoundError(f"{package} was packaged without its folder {folder!r}")
        self.files: Mapping[str, Asset] = dict(_found(top, ""))
        everything = "".join(f"{name}{found.etag}" for name, found in self.files.items())
        self.digest = hashlib.sha256(everything.encode()).hexdigest()[:16]
        """Changes with any of them."""


def _found(folder: Traversable, above: str) -> Iterator[tuple[str, Asset]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = above + entry.name
        if entry.is_dir():
            yield from _found(entry, f"{name}/")
        elif (suffix := entry.name.rpartition(".")[2]) in MEDIA:
            yield name, asset(entry.read_bytes(), MEDIA[suffix])


def placed(document: Asset, root: str, folder: str) -> Asset:
    """A document whose page is reached by ``root`` from the hub's root, its files in ``folder`` below that."""
    body = document.body.replace(FILES, html.escape(root + folder).encode()).replace(ROOT, html.escape(root).encode())
    return asset(body, document.content_type)
