"""An empty SQLite database as the migrations leave it, made once in a process: migrating takes half a second."""

from __future__ import annotations

import asyncio
import atexit
import functools
import shutil
import tempfile
import threading
from pathlib import Path

from glimpser.database import migrate_all


def empty(folder: Path) -> None:
    """Put one into a data folder that has none."""
    if not (folder / "glimpser.db").exists():
        shutil.copy(_made(), folder)


@functools.cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="glimpser-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    failed: list[dict[str, Exception]] = []
    # A thread of its own: whoever asks may have an event loop that runs in this one.
    thread = threading.Thread(target=lambda: failed.append(asyncio.run(migrate_all("", folder, {}))))
    thread.start()
    thread.join()
    assert failed == [{}]
    return folder / "glimpser.db"
