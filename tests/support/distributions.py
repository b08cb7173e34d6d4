"""Installed distributions with a plugin, as pip leaves them, for hubs that find them by ``PYTHONPATH``."""

from __future__ import annotations

import textwrap
from pathlib import Path

SDK = "glimpser-sdk>=0.1,<0.2"


def install(site: Path, plugin_id: str, /, *, requires: str = SDK, **modules: str) -> Path:
    """One with a plugin under an id of letters; gives the folder of its package. ``modules``: their sources."""
    package = f"glimpser_{plugin_id}"
    folder, info = site / package, site / f"{package}-1.0.dist-info"
    for made in (folder, info):
        made.mkdir(parents=True)
    for name, source in {"__init__": "", **modules}.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: glimpser-{plugin_id}\nVersion: 1.0\nRequires-Dist: {requires}\n"
    )
    (info / "entry_points.txt").write_text(f"[glimpser.plugins]\n{plugin_id} = {package}.plugin\n")
    (info / "RECORD").write_text(f"{package}/__init__.py,,\n{package}/plugin.py,,\n")
    return folder
