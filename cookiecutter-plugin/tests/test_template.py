"""The template for plugins: what it makes works, for every kind, and is well written."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter

ROOT = Path(__file__).parents[2]
MODULES = {"source": "source", "analyzer": "analyzer", "sink": "sink", "auth": "backend", "router": "routes"}
ALL = "source,analyzer,sink,auth,router"
# Every kind by itself, two together, all, and none.
CHOICES = ["", *MODULES, "auth, router", ALL]
LONGEST = "a-plugin-with-a-name-of-forty-characters"


@pytest.fixture
def render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """``render(id="gauge", kinds="source")``: the folder of a new project."""
    # What a developer keeps in their home must not change the outcome.
    config = tmp_path / "cookiecutter.yaml"
    config.write_text(f"replay_dir: {tmp_path / 'replay'}\n")

    def make(**answers: str) -> Path:
        made = cookiecutter(
            str(ROOT / "cookiecutter-plugin"),
            no_input=True,
            extra_context=answers,
            output_dir=str(tmp_path / "rendered"),
            config_file=str(config),
        )
        return Path(made)

    return make


def contents(folder: Path) -> dict[str, str]:
    """All files of a project, but what tools leave behind."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not re.search(r"__pycache__|_cache/|\.pyc$", path.as_posix())
    }


@pytest.mark.parametrize("kinds", ["", "auth, router", ALL])
def test_what_it_makes_passes_its_own_tests_and_the_cores_check(
    kinds: str, render: Callable[..., Path], install: Callable[[Path], Any]
) -> None:
    project = install(render(id="rain-gauge", title="Rain gauge", kinds=kinds))
    tested = project.run("pytest", "-q", "-p", "no:cacheprovider")
    # A rule that was skipped is a rule that was not checked.
    assert (
        "skipped" not in tested.stdout.replace("1 skipped", "", 1)
        if "source" in kinds
        else "skipped" not in tested.stdout
    )
    checked = project.run("glimpser.cli", "plugins", "check", "rain-gauge")
    assert "FAIL" not in checked.stdout
    listed = project.run("glimpser.cli", "plugins", "list", "--json", "--data-dir", str(project.site / "data"))
    assert '"rain-gauge"' in listed.stdout


@pytest.mark.parametrize("kinds", CHOICES)
@pytest.mark.parametrize("plugin_id", ["x", "rain-gauge", LONGEST])
def test_what_it_makes_is_well_formed(kinds: str, plugin_id: str, render: Callable[..., Path]) -> None:
    import subprocess

    folder = render(id=plugin_id, title="Rain gauge", kinds=kinds)
    for command in (["format", "--check", "--no-cache"], ["check", "--no-cache"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_it_makes_is_well_typed(render: Callable[..., Path], install: Callable[[Path], Any]) -> None:
    install(render(id="gauge", kinds=ALL)).run("mypy", "--cache-dir", str(ROOT / ".mypy_cache" / "plugins"))


@pytest.mark.parametrize("kinds", CHOICES)
def test_it_makes_what_the_kinds_need_and_no_more(kinds: str, render: Callable[..., Path]) -> None:
    folder = render(id="gauge", kinds=kinds)
    files, chosen = contents(folder), kinds.replace(",", " ").split()
    assert {"pyproject.toml", "README.md", "CHANGELOG.md", "tests/test_plugin.py"} <= files.keys()
    for kind, module in MODULES.items():
        assert (f"glimpser_gauge/{module}.py" in files) == (kind in chosen)
        assert (f"tests/test_{module}.py" in files) == (kind in chosen)
    assert ("glimpser_gauge.py" in files) == (not chosen)
    assert not [name for name, text in files.items() if "cookiecutter" in text or "{%" in text]
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["name"] == "glimpser-gauge"
    assert project["entry-points"]["glimpser.plugins"].keys() == {"gauge"}
    [sdk] = project["dependencies"]
    assert re.fullmatch(r"glimpser-sdk(\[[a-z,]+\])?>=0\.1,<0\.2", sdk)


@pytest.mark.parametrize(
    ("answers", "complaint"),
    [
        ({"id": "Gauge"}, "id 'Gauge'"),
        ({"id": "rain_gauge"}, "id 'rain_gauge'"),
        ({"id": "core"}, "reserved"),
        ({"id": "x" * 41}, "at most 40"),
        ({"id": "gauge", "kinds": "camera"}, "kinds: camera unknown; known: source, analyzer, sink, auth, router"),
    ],
)
def test_wrong_answers_are_refused(
    answers: dict[str, str], complaint: str, render: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FailedHookException):
        render(**answers)
    assert complaint in capfd.readouterr().err


def test_the_hello_example_is_the_smallest_plugin(render: Callable[..., Path]) -> None:
    assert contents(render()) == contents(ROOT / "examples" / "hello")


def test_the_template_asks_for_the_sdk_there_is() -> None:
    import glimpser_sdk

    template = ROOT / "cookiecutter-plugin" / "{{cookiecutter.__dist}}" / "pyproject.toml"
    major, minor, _ = glimpser_sdk.__version__.split(".")
    assert f">={major}.{minor},<{major}.{int(minor) + 1}" in template.read_text()
