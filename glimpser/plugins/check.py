"""``glimpser plugins check``: the rules that can be checked from outside. The rest are the SDK's conformance classes,
which a plugin's own tests inherit."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from glimpser.plugins.decide import Policy, decide
from glimpser.plugins.discover import Installed, discover
from glimpser.plugins.state import one_line
from glimpser_sdk.imports import HEAVY, IMPORT_MS, LIGHT

CHILD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Result:
    """Whether one rule holds; ``detail`` says what breaks it, or a figure."""

    rule: str
    ok: bool
    detail: str = ""


def check_plugin(plugin_id: str) -> list[Result]:
    """Check an installed plugin; its code runs in child processes only."""
    plugin = decide([i for i in discover() if i.id == plugin_id], Policy()).get(plugin_id)
    if plugin is None:
        return [Result("installed", False, f"no plugin {plugin_id!r} is installed")]
    if plugin.state is not None:
        return [Result("can be loaded", False, plugin.message)]
    installed = plugin.installed[0]
    return [*_names(installed), *_requirements(installed), *_imports(installed), *_contents(plugin_id)]


def _names(installed: Installed) -> Iterator[Result]:
    expected = f"glimpser-{installed.id}"
    package = installed.entry.value.partition(":")[0].partition(".")[0]
    wrong = []
    if canonicalize_name(installed.dist) != expected:
        wrong.append(f"the distribution is {installed.dist}, not {expected}")
    if package != expected.replace("-", "_"):
        wrong.append(f"the package is {package}, not {expected.replace('-', '_')}")
    yield Result("distribution, package and entry point are named alike", not wrong, "; ".join(wrong))


def _requirements(installed: Installed) -> Iterator[Result]:
    pinned, core = [], []
    for text in installed.requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if any(s.operator in ("==", "===") and not s.version.endswith(".*") for s in requirement.specifier):
            pinned.append(text)
        if canonicalize_name(requirement.name) == "glimpser":
            core.append(text)
    yield Result("nothing is pinned with ==", not pinned, ", ".join(pinned))
    yield Result("it needs the SDK, not the core", not core, ", ".join(core))
    bounds = {s.operator for s in installed.sdk or ()}
    bounded = bool(bounds & {">=", ">", "~="}) and bool(bounds & {"<", "<=", "~="})
    yield Result("it says from and to which SDK it works", bounded, "" if bounded else "glimpser-sdk>=…,<…")


def _imports(installed: Installed) -> Iterator[Result]:
    module = installed.entry.value.partition(":")[0]
    figures = []
    for _ in range(3):
        answer = _child(["-c", LIGHT, module])
        if isinstance(answer, str):
            yield Result("the entry module imports", False, answer)
            return
        figures.append(answer)
    fastest = min(float(figure["ms"]) for figure in figures)
    rule = f"the entry module imports within {IMPORT_MS} ms"
    yield Result(rule, fastest <= IMPORT_MS, f"{fastest:.0f} ms")
    heavy = sorted(set(HEAVY) & set(figures[0]["loaded"]))
    yield Result("the entry module imports nothing heavy", not heavy, ", ".join(heavy))


def _contents(plugin_id: str) -> Iterator[Result]:
    answer = _child(["-m", "glimpser.plugins.check_contents", plugin_id])
    if isinstance(answer, str):
        yield Result("its hooks answer", False, answer)
        return
    for rule, problems in answer.items():
        yield Result(rule, not problems, "; ".join(problems))


def _child(arguments: list[str]) -> dict[str, Any] | str:
    """The JSON object on the last line that a fresh interpreter prints, or why there is none."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            timeout=CHILD_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {CHILD_SECONDS} s"
    last = done.stdout.rstrip().rpartition("\n")[2]
    try:
        answer = json.loads(last) if done.returncode == 0 else None
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return answer
    return one_line(done.stderr.strip().rpartition("\n")[2]) or f"it ended with code {done.returncode}"
