"""The plugins of this repository, found in its folders and loaded as the hub loads them."""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from glimpser_sdk.contributions import Contribution, collect, new_manager, register

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Shipped:
    """One plugin: its project table and what its hooks returned."""

    id: str
    project: dict[str, Any]
    contribution: Contribution


@cache
def plugins() -> tuple[Shipped, ...]:
    """The first-party plugins by id. Those whose package is not there yet are left out."""
    found = []
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text())["project"]
        for plugin_id, target in project["entry-points"]["glimpser.plugins"].items():
            if not (path.parent / target.replace(".", "/")).with_suffix(".py").exists():
                continue
            manager = new_manager()
            register(manager, plugin_id, EntryPoint(plugin_id, target, "glimpser.plugins").load())
            found.append(Shipped(plugin_id, project, collect(manager, plugin_id)))
    return tuple(sorted(found, key=lambda plugin: plugin.id))


@cache
def examples() -> dict[str, frozenset[str]]:
    """The examples that use a hook, by its name. They are read, not imported: not every one behaves."""
    users: defaultdict[str, set[str]] = defaultdict(set)
    for folder in (path.parent for path in sorted(ROOT.glob("examples/*/pyproject.toml"))):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _marked(node):
                    users[node.name].add(f"examples/{folder.name}")
    return {name: frozenset(found) for name, found in users.items()}


def _marked(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "hookimpl" for mark in function.decorator_list)
