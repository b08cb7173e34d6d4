"""What a process holds, so that leaks show."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SETTLE_S = 3.0


@dataclass(frozen=True, slots=True)
class Held:
    """Threads by name, the number of open file descriptors (0 where the system does not tell), and files."""

    threads: tuple[str, ...]
    descriptors: int
    files: tuple[str, ...]

    def beyond(self, before: Held) -> str:
        """What is held now and was not before; '' when nothing."""
        grown = []
        if len(self.threads) > len(before.threads):
            grown.append(f"threads: {', '.join(self.threads)}")
        if self.descriptors > before.descriptors:
            grown.append(f"file descriptors: {before.descriptors} → {self.descriptors}")
        if new := sorted(set(self.files) - set(before.files)):
            grown.append(f"files: {', '.join(new[:5])}")
        return "; ".join(grown)


def held(*folders: Path) -> Held:
    """What this process holds now, and the files below ``folders``."""
    descriptors = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    files = sorted(str(path) for folder in folders for path in folder.rglob("*") if path.is_file())
    return Held(tuple(sorted(thread.name for thread in threading.enumerate())), descriptors, tuple(files))


def leak(cycle: Callable[[], None], cycles: int, *folders: Path) -> str:
    """Run ``cycle`` many times and say what it left behind; '' for nothing. What the first three runs leave is what
    libraries keep for good (thread pools, loaded modules) and does not count."""
    for _ in range(min(3, cycles)):
        cycle()
    gc.collect()
    before = held(*folders)
    for _ in range(cycles):
        cycle()
    # Threads that are ending and objects in reference cycles are no leak.
    deadline = time.monotonic() + SETTLE_S
    while True:
        gc.collect()
        found = held(*folders).beyond(before)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)
