"""Real distributions for tests: modules and metadata in a folder that is put on the import path."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HEAD = "from glimpser_sdk import *\nfrom glimpser_sdk import hookimpl, lazy, PluginManifest\n"


def manifest(plugin_id: str, extra: str = "") -> str:
    """Source of an entry module with a manifest; ``extra`` goes below it."""
    return (
        HEAD
        + "@hookimpl\ndef glimpser_manifest():\n"
        + f"    return PluginManifest(id={plugin_id!r}, title={plugin_id.title()!r})\n"
        + textwrap.dedent(extra)
    )


@dataclass(frozen=True)
class Site:
    """A folder of installed distributions."""

    folder: Path
    manifest = staticmethod(manifest)

    def add(
        self,
        plugin_id: str,
        source: str | None = None,
        *,
        dist: str | None = None,
        requires: tuple[str, ...] = ("glimpser-sdk>=0.1,<0.2",),
        modules: dict[str, str] | None = None,
    ) -> str:
        """Install a plugin; returns the name of its package."""
        dist = dist or f"glimpser-{plugin_id}"
        package = dist.replace("-", "_")
        files = {"plugin": manifest(plugin_id) if source is None else source, "__init__": "", **(modules or {})}
        (self.folder / package).mkdir(parents=True)
        for name, text in files.items():
            (self.folder / package / f"{name}.py").write_text(textwrap.dedent(text))
        info = self.folder / f"{package}-1.0.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {dist}", "Version: 1.0", *(f"Requires-Dist: {r}" for r in requires)]
        (info / "METADATA").write_text("\n".join(lines) + "\n")
        (info / "entry_points.txt").write_text(f"[glimpser.plugins]\n{plugin_id} = {package}.plugin\n")
        return package


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A folder on the import path; what was imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    yield Site(folder)
    for name, module in list(sys.modules.items()):
        if str(folder) in str(getattr(module, "__file__", None)):
            del sys.modules[name]
