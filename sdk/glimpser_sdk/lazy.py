"""Factories by name, so that registering a plugin imports nothing heavy."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Lazy:
    """``package.module:Attribute``, imported at the first :meth:`load`."""

    target: str

    def load(self) -> Any:
        """Import the module and return the attribute. ImportError or AttributeError name the target."""
        module, _, attribute = self.target.partition(":")
        found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            try:
                found = getattr(found, part)
            except AttributeError:
                raise AttributeError(f"{self.target}: {module} has no attribute {attribute}") from None
        return found

    def __str__(self) -> str:
        return self.target


def lazy(target: str) -> Lazy:
    """A reference to ``package.module:Attribute``. ValueError when it is not written so."""
    module, colon, attribute = target.partition(":")
    if not (colon and attribute and all(p.isidentifier() for p in [*module.split("."), *attribute.split(".")])):
        raise ValueError(f"{target!r}: write package.module:Attribute")
    return Lazy(target)
