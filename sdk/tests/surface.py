"""The SDK's public surface as JSON: names, signatures, fields. ``python sdk/tests/surface.py`` prints it."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import json
import pkgutil
import sys
from types import ModuleType
from typing import Any

import glimpser_sdk


def surface() -> dict[str, Any]:
    """All public modules with what they define. What they only import is left out, except in the package itself."""
    names = ["glimpser_sdk", *sorted(_modules(glimpser_sdk))]
    return {name: _module(importlib.import_module(name)) for name in names}


def _modules(package: ModuleType) -> list[str]:
    # Of a subpackage, the test kit, only what it names itself is public.
    return [module.name for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]


def _module(module: ModuleType) -> dict[str, Any]:
    if hasattr(module, "__all__"):
        return {name: _thing(getattr(module, name)) for name in sorted(module.__all__)}
    return {
        name: _thing(value)
        for name, value in sorted(vars(module).items())
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and getattr(value, "__module__", module.__name__) == module.__name__
        and not (isinstance(value, bool) and name == "TYPE_CHECKING")
        and type(value).__name__ != "_Feature"
    }


def _thing(value: Any) -> Any:
    if inspect.isclass(value):
        return _class(value)
    if callable(value) and hasattr(value, "__code__"):
        return _signature(value)
    return type(value).__name__


def _class(cls: type) -> Any:
    if issubclass(cls, enum.Enum):
        return {member.name: member.value for member in cls}
    shape: dict[str, Any] = {"bases": [base.__name__ for base in cls.__bases__]}
    if dataclasses.is_dataclass(cls):
        shape["fields"] = {
            field.name: f"{field.type}{'' if _required(field) else ' = …'}" for field in dataclasses.fields(cls)
        }
    elif notes := {k: str(v) for k, v in vars(cls).get("__annotations__", {}).items() if not k.startswith("_")}:
        shape["attributes"] = notes
    generated = {"__init__"} if dataclasses.is_dataclass(cls) else set()
    for name, member in sorted(vars(cls).items()):
        if name.startswith("_") and (name not in {"__init__", "__or__"} or name in generated):
            continue
        if isinstance(member, property):
            shape[name] = "property"
        elif inspect.isfunction(member):
            shape[name] = _signature(member)
        elif type(member).__name__ == "FixtureFunctionDefinition":
            shape[name] = "fixture"
    return shape


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _signature(function: Any) -> str:
    prefix = "async " if inspect.iscoroutinefunction(function) else ""
    return prefix + str(inspect.signature(function))


if __name__ == "__main__":
    json.dump(surface(), sys.stdout, indent=2, ensure_ascii=False)
    print()
