"""Every example, installed as a stranger would, passes its own tests and the core's check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECTS = sorted(path.parent.name for path in EXAMPLES.glob("*/pyproject.toml"))


@pytest.mark.serial
@pytest.mark.parametrize("name", PROJECTS)
def test_it_keeps_the_rules(name: str, install: Callable[[Path], Any]) -> None:
    project = install(EXAMPLES / name)
    project.run("pytest", "-q", "-p", "no:cacheprovider")
    answer = project.run("glimpser.cli", "plugins", "check", name)
    assert "FAIL" not in answer.stdout
