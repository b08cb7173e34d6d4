"""Files of kept media below one folder, named by id: written to a temporary name, synced, renamed."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from glimpser_sdk.ids import is_id


class LocalStorage:
    """A local directory. Paths in the database are relative to it and made here only; others are refused."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def place(self, kind: str, at: datetime, identifier: str, suffix: str) -> str:
        """The relative path of a new file: ``kind/2026/11/21/ID.suffix``."""
        if not is_id(identifier):
            raise ValueError(f"not an id: {identifier!r}")
        return f"{kind}/{at:%Y/%m/%d}/{identifier}.{suffix}"

    def path(self, relative: str) -> Path:
        """The absolute path. ValueError for one that leaves the storage, also by a link."""
        full = (self.root / relative).resolve()
        if not full.is_relative_to(self.root.resolve()):
            raise ValueError("outside the storage")
        return full

    def put(self, relative: str, data: bytes) -> int:
        """Write a file; blocks. Returns its size in bytes."""
        target = self._parent(relative)
        temporary = target.with_name(f".{target.name}.part")
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        _sync_folder(target.parent)
        return len(data)

    def adopt(self, source: Path, relative: str) -> int:
        """Move a finished file in; blocks. Returns its size in bytes. OSError when it is gone or no plain file."""
        target = self._parent(relative)
        if source.is_symlink() or not source.is_file():
            raise OSError(f"not a plain file: {source.name}")
        with open(source, "rb") as file:
            os.fsync(file.fileno())
        try:
            os.replace(source, target)
        except OSError:
            temporary = target.with_name(f".{target.name}.part")
            shutil.copyfile(source, temporary)
            os.replace(temporary, target)
            source.unlink()
        _sync_folder(target.parent)
        return target.stat().st_size

    def delete(self, relative: str) -> None:
        """Remove a file; one that is gone already is no error."""
        self.path(relative).unlink(missing_ok=True)

    def free(self) -> tuple[int, int]:
        """Free and total bytes of the volume."""
        usage = shutil.disk_usage(self.root)
        return usage.free, usage.total

    def _parent(self, relative: str) -> Path:
        target = self.path(relative)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
