"""The plugin of ``examples/chaos`` on the path of a hub, as itself or as many plugins that each fail in one way."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import distributions

SOURCE = Path(__file__).parents[2] / "examples" / "chaos" / "glimpser_chaos"


def install(site: Path, plugin_id: str = "chaos", demand: str = "") -> None:
    """Install it under an id, which has only letters. ``demand``: what its side in the hub does, always."""
    if not SOURCE.is_dir():
        pytest.skip("the chaos plugin is not here")
    modules = {module.stem: module.read_text() for module in SOURCE.glob("*.py")}
    if demand:
        needle = '"GLIMPSER_CHAOS", ""'
        modules = {name: text.replace(needle, f'"GLIMPSER_NOT_SET", "{demand}"') for name, text in modules.items()}
    distributions.install(site, plugin_id, **{n: text.replace("chaos", plugin_id) for n, text in modules.items()})
