"""Each plugin's own tests pass where there is only the SDK with its test kit, the plugin and what they ask for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))

pytestmark = pytest.mark.long


def asked_for(*requirements: str) -> Iterator[Distribution]:
    """The distributions that these need, each once. An undeclared one is not among them."""
    todo = [Requirement(text) for text in requirements]
    seen: set[tuple[str, str]] = set()
    given: set[str] = set()
    while todo:
        wanted = todo.pop()
        name = canonicalize_name(wanted.name)
        fresh = {(name, extra) for extra in ("", *wanted.extras)} - seen
        seen |= fresh
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # its tests say that it is missing
        if name not in given:
            given.add(name)
            yield found
        for text in found.requires or ():
            needed = Requirement(text)
            if any(needed.marker is None or needed.marker.evaluate({"extra": extra}) for _, extra in fresh):
                todo.append(needed)


def environment(folder: Path, plugin: str) -> Path:
    """The interpreter of a new environment, whose libraries are links to those of this one: nothing is fetched."""
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    for found in asked_for(plugin, "glimpser-sdk[testing]"):
        for entry in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not entry.endswith(".pth") and not (site / entry).exists():
                (site / entry).symlink_to(Path(str(found.locate_file(entry))))
    for package in (ROOT / "sdk" / "glimpser_sdk", ROOT / "plugins" / plugin / plugin.replace("-", "_")):
        (site / package.name).symlink_to(package)
    return folder / "bin" / "python"


@pytest.mark.timeout(240)
@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plugins_tests_need_the_sdk_and_nothing_of_the_house(plugin: str, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv", plugin)
    there = subprocess.run(
        [str(python), "-c", "import pkgutil; print(*(m.name for m in pkgutil.iter_modules()))"],
        capture_output=True, text=True, check=True, cwd=tmp_path, env=clean(),
    ).stdout.split()  # fmt: skip
    assert {name for name in there if name.startswith("glimpser")} == {"glimpser_sdk", plugin.replace("-", "_")}

    # Away from the repository, so that its settings and test support are out of reach.
    copy = shutil.copytree(ROOT / "plugins" / plugin, tmp_path / plugin, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--ignore-glob=*/test_browser.py"],
        capture_output=True, text=True, cwd=copy, timeout=220, env=clean(),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout)
    print(done.stdout.splitlines()[-1])


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH", "COV"))}
