"""The tutorial works: its files are written and its commands run, in order, in an empty folder."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$', re.MULTILINE | re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """An empty folder, and the variables of an activated environment that sees what this one has installed."""
    pytest.importorskip("ensurepip", reason="this Python makes no virtual environments with pip (Debian: python3-venv)")
    folder, environment = tmp_path / "glimpser-dark", tmp_path / "venv"
    folder.mkdir()
    venv.create(environment, with_pip=True)
    own = next((environment / "lib").glob("python*/site-packages"))
    installed = sysconfig.get_path("purelib")
    (own / "installed.pth").write_text(f"import site; site.addsitedir({installed!r})\n")
    # Programs that pip would have made beside those of this environment.
    for name in ("glimpser", "pytest"):
        _program(environment / "bin" / name, name)
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("GLIMPSER_", "PYTEST_", "PIP_"))}
    variables |= {
        "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
        "VIRTUAL_ENV": str(environment),
        "PIP_NO_INDEX": "1",  # everything is there already
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GLIMPSER_DATA_DIR": str(tmp_path / "data"),
    }
    return folder, variables


def _program(path: Path, name: str) -> None:
    module = {"glimpser": "glimpser.cli", "pytest": "pytest"}[name]
    path.write_text(f"#!{path.parent / 'python'}\nimport runpy\nrunpy.run_module({module!r}, run_name='__main__')\n")
    path.chmod(0o755)


@pytest.mark.timeout(240)
def test_every_step_of_the_tutorial(shell: tuple[Path, dict[str, str]]) -> None:
    folder, variables = shell
    steps = list(_BLOCK.finditer((ROOT / "docs" / "tutorial.md").read_text()))
    assert {"pyproject.toml", "glimpser_dark/plugin.py", "tests/test_dark.py"} <= {step["title"] for step in steps}
    for step in steps:
        if step["title"]:
            path = folder / step["title"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step["body"])
        else:
            assert step["kind"] == "console", f"a block that is neither a file nor commands: {step['body']}"
            run(step["body"], folder, variables)


def run(block: str, folder: Path, variables: dict[str, str]) -> None:
    """Run the commands of a block and find the lines that it shows, where … stands for anything, in what they print."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        done = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=variables, capture_output=True, text=True, timeout=120
        )
        printed = done.stdout + done.stderr
        assert done.returncode == 0, f"$ {command}\n{printed}"
        lines = [" ".join(line.split()) for line in printed.splitlines()]
        for shown in filter(None, map(str.strip, expected.splitlines())):
            pattern = re.sub(r"([*?\[])", r"[\1]", " ".join(shown.split())).replace(" … ", "*").replace("…", "*")
            assert fnmatch.filter(lines, pattern), f"$ {command}\nprints no line like {shown!r}:\n{printed}"


def test_a_step_that_fails_is_seen(tmp_path: Path) -> None:
    environment = dict(os.environ)
    with pytest.raises(AssertionError, match="prints no line like"):
        run("$ echo one\ntwo\n", tmp_path, environment)
    with pytest.raises(AssertionError, match=re.escape("$ false")):
        run("$ false\n", tmp_path, environment)
    run(f"$ {sys.executable} -c 'print(1)'\n1\n", tmp_path, environment)
