"""Installing a project for a test without a network: its wheel is built in place and unpacked into a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"


@dataclass(frozen=True)
class Project:
    """A plugin project, built and unpacked beside itself. ``run`` calls a module of Python with it installed."""

    folder: Path
    site: Path
    wheel: Path

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """``python -m ARGUMENTS…`` in the project's folder."""
        return python(["-m", *arguments], self.folder, PYTHONPATH=str(self.site), **environment)


def python(arguments: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own. Fails with all that it printed, unless it ends well."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=110,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture
def install(tmp_path: Path) -> Callable[[Path], Project]:
    """``install(folder)``: build the project in the folder as pip would, and unpack the wheel."""

    def make(source: Path) -> Project:
        folder = tmp_path / "project"
        if source != folder:
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "dist"))
        wheels, site = tmp_path / "wheels", tmp_path / "site"
        wheels.mkdir()
        name = python(["-c", BUILD, str(wheels)], folder).stdout.split()[-1]
        with zipfile.ZipFile(wheels / name) as archive:
            archive.extractall(site)
        return Project(folder, site, wheels / name)

    return make
