"""Where files are written to, watched through Python's audit events. Libraries in C that open files are not seen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# The event and which of its arguments are paths that come to be.
_MADE = {"os.rename": (1,), "os.mkdir": (0,), "os.link": (1,), "os.symlink": (1,), "os.truncate": (0,)}

_watchers: list[list[str]] = []
_installed = False


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watchers:
        return
    paths: list[Any] = []
    if event == "open":
        path, mode, flags = arguments
        if (isinstance(flags, int) and flags & _WRITING) or (isinstance(mode, str) and set(mode) & set("wax+")):
            paths = [path]
    elif event in _MADE:
        paths = [arguments[index] for index in _MADE[event]]
    for path in paths:
        if isinstance(path, str | bytes | os.PathLike):
            for watcher in _watchers:
                watcher.append(os.path.abspath(os.fsdecode(path)))


@contextmanager
def written() -> Iterator[list[str]]:
    """The list fills with the absolute paths that are opened for writing or made while the block runs."""
    global _installed
    if not _installed:
        # An audit hook stays for good; without a watcher it does nothing.
        sys.addaudithook(_audit)
        _installed = True
    seen: list[str] = []
    _watchers.append(seen)
    try:
        yield seen
    finally:
        # By identity: two empty lists are equal.
        _watchers[:] = [watcher for watcher in _watchers if watcher is not seen]


def outside(paths: list[str], folder: Path) -> list[str]:
    """Those of the paths that are not the folder or below it; devices and what Python compiles do not count."""
    roots = (f"{folder.resolve()}{os.sep}", f"{folder}{os.sep}", "/dev/", "/proc/")
    return sorted({p for p in paths if not f"{p}{os.sep}".startswith(roots) and "__pycache__" not in p})
