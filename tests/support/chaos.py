"""The plugin of ``examples/chaos`` on the path of a hub, as itself or as many plugins that each fail in one way."""

from __future__ import annotations

from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "examples" / "chaos" / "glimpser_chaos"


def install(site: Path, plugin_id: str = "chaos", demand: str = "") -> None:
    """Install it under an id, which has only letters. ``demand``: what its side in the hub does, always."""
    if not SOURCE.is_dir():
        pytest.skip("the chaos plugin is not here")
    package = f"glimpser_{plugin_id}"
    (site / package).mkdir(parents=True)
    for module in SOURCE.glob("*.py"):
        text = module.read_text()
        if demand:
            text = text.replace('"GLIMPSER_CHAOS", ""', f'"GLIMPSER_NOT_SET", "{demand}"')
        (site / package / module.name).write_text(text.replace("chaos", plugin_id))
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: glimpser-{plugin_id}\nVersion: 1.0\nRequires-Dist: glimpser-sdk>=0.1,<0.2\n"
    )
    (info / "entry_points.txt").write_text(f"[glimpser.plugins]\n{plugin_id} = {package}.plugin\n")
    (info / "RECORD").write_text(f"{package}/__init__.py,,\n{package}/plugin.py,,\n")
