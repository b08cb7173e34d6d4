"""Small pieces of Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown of one line."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(text) for text in line) + " |" for line in lines) + "\n"


def cell(text: str) -> str:
    """Text for one cell."""
    return " ".join(text.split()).replace("|", "\\|")


def prose(docstring: str) -> str:
    """A docstring as Markdown: double backquotes as single ones, roles without their prefix."""
    text = re.sub(r":[a-z]+:`([^`]+)`", r"`\1`", docstring)
    return re.sub(r"``([^`]+)``", r"`\1`", text)


def code(value: Any) -> str:
    """A value as it is written in JSON, for a cell."""
    return f"`{value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)}`"


def allowed(schema: dict[str, Any]) -> str:
    """What a field of a JSON Schema takes, in a few words."""
    options = [option for option in schema.get("anyOf", []) if option.get("type") != "null"]
    if options:
        return ", or ".join(dict.fromkeys(allowed(option) for option in options))
    if "enum" in schema:
        return ", ".join(code(value) for value in schema["enum"])
    if "const" in schema:
        return code(schema["const"])
    kind = str(schema.get("type", "value"))
    if kind == "array":
        return f"list of {allowed(schema.get('items', {}))}"
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None or high is not None:
        above = "> " if "exclusiveMinimum" in schema else ""
        return f"{above}{low if low is not None else ''}–{high if high is not None else ''}"
    names = {"string": "text", "boolean": "true or false", "integer": "whole number"}
    shown = names.get(kind, kind)
    return f"{shown} ({schema['format']})" if "format" in schema else shown


def fields(schema: dict[str, Any]) -> str:
    """The fields of an object's JSON Schema as a table."""
    required = set(schema.get("required", ()))
    rows = []
    for name, field in schema.get("properties", {}).items():
        default = "required" if name in required else code(field.get("default"))
        rows.append((f"`{name}`", allowed(field), default, str(field.get("description", ""))))
    return table(("field", "allowed", "default", "meaning"), rows) if rows else "No fields.\n"
