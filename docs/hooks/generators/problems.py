"""Codes of errors in the core's answers, found where they are raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .shipped import ROOT
from .text import table

Found = tuple[str, int, str]


def markdown() -> str:
    """One row for each code and status."""
    rows: dict[tuple[str, int], str] = {}
    for code, status, detail in sorted(found()):
        rows[code, status] = rows.get((code, status)) or detail
    return table(("code", "status", "such as"), ((f"`{c}`", str(s), text) for (c, s), text in rows.items()))


def found() -> Iterator[Found]:
    """Code, status and detail ('' when it is made up as it is raised) of every Problem."""
    for path in [*sorted((ROOT / "glimpser/api").glob("*.py")), ROOT / "glimpser/app.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                values = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
                status, code, detail = (*values, None, None, None)[:3]
                if isinstance(status, int) and isinstance(code, str):
                    yield code, status, detail if isinstance(detail, str) else ""
