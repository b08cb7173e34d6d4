"""What a person gets who installs the core alone, and who adds one plugin to it, from a folder of built wheels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import httpx
import pytest
from support.film import film
from support.hub import Hub

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def uv(*arguments: str) -> None:
    """Run uv without a network."""
    program = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if program is None:
        pytest.skip("uv is not installed")
    command = [program, *arguments, "--offline", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels: the core, the SDK and every plugin."""
    folder = tmp_path_factory.mktemp("wheels")
    for project in (ROOT, ROOT / "sdk", *(p.parent for p in sorted(ROOT.glob("plugins/*/pyproject.toml")))):
        uv(
            "build",
            "--wheel",
            "--no-build-isolation",
            "--python",
            sys.executable,
            "--out-dir",
            str(folder),
            str(project),
        )
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """A new environment with the core, the SDK and other people's libraries, but with none of our plugins.

    The libraries are links to those of this environment: nothing is fetched.
    """
    folder = tmp_path_factory.mktemp("environment") / "venv"
    uv("venv", "--python", sys.executable, str(folder))
    python = folder / "bin" / "python"
    site = next(folder.glob("lib/python*/site-packages"))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        name = entry.name.lower()
        if not name.startswith(("glimpser", "_glimpser", "__editable__", "_virtualenv", "__pycache__")):
            if name.endswith(".pth") or (site / entry.name).exists():
                continue
            (site / entry.name).symlink_to(entry)
    core = [next(wheels.glob(f"{name}-[0-9]*.whl")) for name in ("glimpser", "glimpser_sdk")]
    uv("pip", "install", "--no-deps", "--no-index", "--python", str(python), *map(str, core))
    return python


def start(python: Path, folder: Path) -> Hub:
    """A hub of that environment, which sees nothing of the working copy."""
    hub = Hub(folder, python=str(python), GLIMPSER_MEDIA_ROOTS=str(folder.parent))
    hub.environment.pop("PYTHONPATH", None)
    return hub


def test_the_core_alone_runs_and_one_wheel_more_is_a_source_more(python: Path, wheels: Path, tmp_path: Path) -> None:
    def run(*command: str) -> str:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run(str(python), "-c", "import glimpser; print(glimpser.__file__)")
    assert str(python.parent.parent) in where

    hub = start(python, tmp_path / "hub")
    hub.start(enrol=False)
    try:
        assert any("no sources are installed" in line for line in hub.said), hub.said
        assert httpx.get(hub.url + "/readyz").status_code == 200
        assert httpx.get(hub.url + "/api/auth/setup/needed").status_code == 200
    finally:
        assert hub.stop() < 10
    assert "Traceback" not in hub.logged()

    # People sign in with passwords, which are a plugin as well.
    for name in ("glimpser_password", "glimpser_ffmpeg"):
        wheel = next(wheels.glob(f"{name}-*.whl"))
        uv("pip", "install", "--no-deps", "--no-index", "--python", str(python), str(wheel))
    hub.start()
    try:
        assert not any("no sources" in line for line in hub.said)
        assert [kind["kind"] for kind in hub.get("/api/source-kinds")] == ["ffmpeg"]
        stream = hub.add("film", str(film(tmp_path / "film.mp4", seconds=3)))
        hub.active(stream)
        assert {plugin["id"] for plugin in hub.get("/api/plugins")} == {"ffmpeg", "password"}
        picture = hub.api.get(f"/api/stream/{stream}/snapshot").raise_for_status().content
        assert picture.startswith(b"\xff\xd8")
    finally:
        hub.stop()


def test_every_plugin_asks_for_the_sdk_and_never_for_the_core() -> None:
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text())["project"]
        asked = [requirement for requirement in project["dependencies"] if requirement.startswith("glimpser")]
        assert asked, path
        assert all(requirement.startswith("glimpser-sdk") for requirement in asked), path
        assert not any("==" in requirement for requirement in project["dependencies"] if "av" not in requirement[:2])
