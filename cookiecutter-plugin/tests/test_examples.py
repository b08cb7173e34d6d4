"""Every example, installed as a stranger would, passes its own tests and the core's check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECTS = sorted(path.parent.name for path in EXAMPLES.glob("*/pyproject.toml"))


@pytest.mark.parametrize("name", PROJECTS)
def test_it_keeps_the_rules(name: str, install: Callable[[Path], Any]) -> None:
    project = install(EXAMPLES / name)
    project.run("pytest", "-q", "-p", "no:cacheprovider")
    answer = project.run("glimpser.cli", "plugins", "check", name)
    assert "FAIL" not in answer.stdout


MIGRATE = """
import asyncio, sys
from pathlib import Path
from glimpser.database.apps import AppModels
from glimpser.database.migrate import migrating
from glimpser_vane.plugin import glimpser_models

async def main():
    spec = glimpser_models()
    async with migrating("", Path(sys.argv[1])) as migrator:
        tables = AppModels(models=spec.modules, migrations=spec.migrations)
        for step in (migrator.up, migrator.to_zero, migrator.up):
            print(step.__name__, await step("vane", tables))

asyncio.run(main())
"""


def test_the_table_of_the_full_example_comes_and_goes(install: Callable[[Path], Any]) -> None:
    project = install(EXAMPLES / "vane")
    (project.folder / "migrate.py").write_text(MIGRATE)
    answer = project.run("migrate", str(project.site / "data"))
    assert answer.stdout.splitlines() == [f"{step} ['0001_initial']" for step in ("up", "to_zero", "up")]


def test_the_full_example_adds_its_command_and_is_well_typed(install: Callable[[Path], Any]) -> None:
    project = install(EXAMPLES / "vane")
    assert project.run("glimpser.cli", "vane", "225").stdout == "SW\n"
    project.run("mypy", "--cache-dir", str(EXAMPLES.parent / ".mypy_cache" / "plugins"))
