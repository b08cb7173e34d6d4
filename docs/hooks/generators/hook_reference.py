"""The hook reference: signature, docstring, what is returned field by field, and which shipped plugins implement it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from glimpser_sdk import hookspecs, specs

from .shipped import examples, plugins
from .text import prose, table


def hook_names() -> list[str]:
    """All hooks, in the order of the SDK's module."""
    return [
        name
        for name, found in vars(hookspecs).items()
        if inspect.isfunction(found) and hasattr(found, f"{hookspecs.PROJECT}_spec")
    ]


def markdown() -> str:
    """A section for each hook."""
    return "\n".join(_section(name, getattr(hookspecs, name)) for name in hook_names())


def _section(name: str, hook: Any) -> str:
    returned = str(inspect.signature(hook).return_annotation)
    arguments = ", ".join(str(p).replace("'", "") for p in inspect.signature(hook).parameters.values())
    users = [plugin.id for plugin in plugins() if name in plugin.contribution.hooks]
    users += sorted(examples().get(name, ()))
    used = f"Used by: {', '.join(f'`{user}`' for user in users)}."
    parts = [
        f"## `{name}`",
        f"```python\n@hookimpl\ndef {name}({arguments}) -> {returned}: ...\n```",
        prose(inspect.getdoc(hook) or ""),
        used,
    ]
    spec = getattr(specs, (re.search(r"\w+Spec|PluginManifest", returned) or [""])[0], None)
    if spec is not None:
        parts.append(_fields(spec))
    return "\n\n".join(parts) + "\n"


def _fields(spec: Any) -> str:
    rows = []
    for field in dataclasses.fields(spec):
        default = "required" if field.default is dataclasses.MISSING else f"`{_shown(field.default)}`"
        rows.append((f"`{field.name}`", f"`{field.type}`", default))
    extra = ""
    if spec is specs.RouterSpec:
        extra = f"\n\n**RouteSpec**: {prose(inspect.getdoc(specs.RouteSpec) or '')}\n\n" + _rows(specs.RouteSpec)
    return (
        f"**{spec.__name__}**: {prose(inspect.getdoc(spec) or '')}\n\n"
        + table(("field", "type", "default"), rows)
        + extra
    )


def _rows(spec: Any) -> str:
    return table(("field", "type"), ((f"`{f.name}`", f"`{f.type}`") for f in dataclasses.fields(spec)))


def _shown(value: Any) -> str:
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(repr, value))) + "}" if value else "frozenset()"
    return repr(value)
