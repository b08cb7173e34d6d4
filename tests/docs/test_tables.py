"""The how-to of tables (``glimpser_models``) works, from its files and commands to rows in a hub's database."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)

USE = """
import asyncio, sys
from pathlib import Path
from types import SimpleNamespace
from glimpser.database import AppModels, Database, migrate_all
from glimpser_sdk.contributions import collect, new_manager, register
from glimpser_tide import plugin

async def main():
    manager = new_manager()
    assert register(manager, "tide", plugin) == []
    spec = collect(manager, "tide").models
    models = {"tide": AppModels(models=spec.modules, migrations=spec.migrations)}
    assert await migrate_all("", Path(sys.argv[1]), models) == {}
    db = Database("", Path(sys.argv[1]))
    await db.open(models)
    from glimpser_tide import readings
    for metres in (1.0, 2.5, 0.5):
        await readings.keep(SimpleNamespace(write=db.write), "harbour", metres)
    print(await readings.highest("harbour"))
    await db.close()

asyncio.run(main())
"""


@pytest.mark.timeout(120)
def test_the_tables_of_the_how_to(tmp_path: Path) -> None:
    folder, data = tmp_path / "package", tmp_path / "data"
    for made in (folder / "glimpser_tide", data):
        made.mkdir(parents=True)
    (folder / "glimpser_tide" / "__init__.py").touch()
    for step in _BLOCK.finditer((ROOT / "docs/how-to/tables.md").read_text()):
        if step["title"]:
            (folder / step["title"]).write_text(step["body"])
            continue
        for line in step["body"].splitlines():
            if line.startswith("$ tortoise "):
                command = [str(Path(sys.executable).with_name("tortoise")), *line.split()[2:]]
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
                assert done.returncode == 0, done.stderr
            else:
                assert line in done.stdout
    done = subprocess.run(
        [sys.executable, "-c", USE, str(data)], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "2.5"
