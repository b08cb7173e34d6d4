"""What the code itself must not have: anything between fork and exec, and programs that somebody may choose."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATTERNS = ("glimpser/**/*.py", "sdk/glimpser_sdk/**/*.py", "plugins/*/glimpser_*/**/*.py", "examples/*/*.py",
            "examples/*/glimpser_*/**/*.py")  # fmt: skip
FORKS = frozenset({"fork", "forkpty"})
FORKING = frozenset({"multiprocessing", "pty", "ProcessPoolExecutor"})
"""What forks without saying so."""
STARTING = frozenset({
    "Popen", "run", "call", "check_call", "check_output", "create_subprocess_exec", "subprocess_exec", "posix_spawn",
    "posix_spawnp", "execv", "execve", "execvp", "execvpe", "execl", "execle", "execlp", "execlpe", "spawnv",
    "spawnve", "spawnvp", "spawnl", "startfile",
})  # fmt: skip
SHELLS = frozenset({"system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell", "subprocess_shell"})
PLAIN = frozenset({"run", "call", "system", "popen"})
"""Words that mean something else in other places."""
PROGRAMS = {
    "glimpser/egress/service.py": "self._python",
    "glimpser/engine/process.py": "python or sys.executable",
    "glimpser/plugins/check.py": "sys.executable",
    "glimpser/worker/process_analyzer.py": "sys.executable",
    "sdk/glimpser_sdk/testing/conformance/interpreter.py": "sys.executable",
}
"""Where processes are started, and what the program is there."""


@cache
def modules() -> dict[str, ast.Module]:
    """All code that is installed, and what people copy from."""
    found = {path for pattern in PATTERNS for path in ROOT.glob(pattern)}
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sorted(found)}


def between(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines that run Python between fork and exec, or fork alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "preexec_fn":
            yield node.value.lineno, "preexec_fn"
        elif isinstance(node, ast.Constant) and node.value in ("preexec_fn", *FORKS):
            yield node.lineno, f"{node.value!r}"  # as in getattr(os, "fork") or {"preexec_fn": …}
        elif isinstance(node, ast.Attribute) and node.attr in FORKS | FORKING:
            yield node.lineno, node.attr
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = {part for a in node.names for part in a.name.split(".")}
            names |= set((getattr(node, "module", None) or "").split("."))
            yield from ((node.lineno, name) for name in sorted(names & (FORKS | FORKING)))


def programs(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines that start a process, with the program; ``shell`` for those that let a shell find it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "subprocess"):
            yield from ((node.lineno, "hidden") for a in node.names if a.name in STARTING | SHELLS)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        of = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name in PLAIN and of not in ("os", "subprocess"):
            continue
        if name in SHELLS or (name in STARTING and any(k.arg in ("shell", "executable") for k in node.keywords)):
            yield node.lineno, "shell"
        elif name in STARTING:
            yield node.lineno, _program(tree, node.args[0] if node.args else node)


def _program(tree: ast.AST, first: ast.expr) -> str:
    if isinstance(first, ast.Starred):
        first = first.value
    if isinstance(first, ast.Name):  # a list that was made before
        made = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == first.id]
        first = made[0] if len(made) == 1 else first
    return ast.unparse(first.elts[0] if isinstance(first, ast.List | ast.Tuple) else first)


@pytest.mark.attack("A16")
def test_nothing_runs_between_fork_and_exec() -> None:
    found = {path: lines for path, tree in modules().items() if (lines := list(between(tree)))}
    assert found == {}
    assert len(modules()) > 250


@pytest.mark.control("A16")
@pytest.mark.parametrize(
    "code",
    ["subprocess.Popen(['x'], preexec_fn=os.setsid)", "await create_subprocess_exec('x', preexec_fn=lambda: None)",
     "run(a, **{'preexec_fn': f})", "pid = os.fork()", "os.forkpty()", "from os import fork as f", "import pty",
     "getattr(os, 'fork')()", "import multiprocessing.pool", "from concurrent.futures import ProcessPoolExecutor",
     "concurrent.futures.ProcessPoolExecutor()"],
)  # fmt: skip
def test_it_would_be_found(code: str) -> None:
    assert list(between(ast.parse(f"async def f():\n    {code}")))


LOCKED = """
import subprocess, sys, threading
lock = threading.Lock()
lock.acquire()  # as some other thread may hold it at that moment, and no thread but this one lives on in the child
def limit():
    with lock:
        pass
subprocess.Popen(["true"], preexec_fn=limit if sys.argv[1] == "between" else None).wait()
"""


@pytest.mark.attack("A16", control=True)
def test_a_child_that_needs_a_lock_never_comes_up() -> None:
    assert _ends("after"), "as the hub starts them"
    assert not _ends("between"), "the control: with code in between it hangs, and its parent with it"


def _ends(how: str) -> bool:
    process = subprocess.Popen([sys.executable, "-S", "-c", LOCKED, how], start_new_session=True)
    try:
        return process.wait(3 if how == "between" else 30) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.attack("A41")
def test_every_program_that_is_started_is_this_interpreter() -> None:
    found = {path: [program for _, program in programs(tree)] for path, tree in modules().items()}
    assert {path: started for path, started in found.items() if started} == {p: [one] for p, one in PROGRAMS.items()}


@pytest.mark.attack("A41")
def test_nobody_chooses_the_interpreter() -> None:
    """Tests may have another one; the hub gives none, so that it is always its own."""
    given = {(path, keyword.arg) for path, tree in modules().items() if path.startswith("glimpser/")
             for node in ast.walk(tree) if isinstance(node, ast.Call)
             for keyword in node.keywords if keyword.arg in ("python", "interpreters", "python_path")
             and ast.unparse(keyword.value) != "platform.python_version()"}  # fmt: skip
    assert given == set()


@pytest.mark.control("A41")
@pytest.mark.parametrize(
    ("code", "program"),
    [
        ("subprocess.Popen([settings.ffmpeg, '-i', url])", "settings.ffmpeg"),
        ("os.execv(config.path, [])", "config.path"),
        ("await asyncio.create_subprocess_exec(row.program)", "row.program"),
        ("subprocess.run(f'{p} -v', shell=True)", "shell"),
        ("command = [path, '-i']\nsubprocess.run(command)", "path"),
        ("os.system(x)", "shell"),
        ("subprocess.run(['true'], executable=chosen)", "shell"),
        ("from subprocess import run as do", "hidden"),
    ],
)
def test_a_chosen_program_would_be_found(code: str, program: str) -> None:
    assert [found for _, found in programs(ast.parse(code))] == [program]
