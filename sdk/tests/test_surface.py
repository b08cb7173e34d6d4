"""No name, argument or field of the SDK changes unseen."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
UPDATE = "python sdk/tests/surface.py > sdk/tests/api_snapshot.json"


def surface() -> Any:
    spec = importlib.util.spec_from_file_location("glimpser_sdk_surface", HERE / "surface.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.surface()


def flat(node: Any, path: str = "") -> dict[str, str]:
    if isinstance(node, dict):
        return {k: v for name, child in node.items() for k, v in flat(child, f"{path}/{name}").items()} or {path: "{}"}
    return {path: str(node)}


def test_the_public_surface_is_the_recorded_one() -> None:
    recorded = flat(json.loads((HERE / "api_snapshot.json").read_text(encoding="utf-8")))
    found = flat(surface())
    removed = sorted(recorded.keys() - found.keys())
    added = sorted(found.keys() - recorded.keys())
    changed = [
        f"{k}: {recorded[k]} → {found[k]}" for k in sorted(found.keys() & recorded.keys()) if found[k] != recorded[k]
    ]
    assert {"removed": removed, "added": added, "changed": changed} == {"removed": [], "added": [], "changed": []}, (
        f"plugins rely on this surface; if the change is meant, say so in CHANGELOG.md and record it: {UPDATE}"
    )


def test_every_public_thing_is_documented() -> None:
    import inspect
    import pkgutil

    import glimpser_sdk

    bare = []
    for found in pkgutil.walk_packages(glimpser_sdk.__path__, "glimpser_sdk."):
        module = importlib.import_module(found.name)
        if not module.__doc__:
            bare.append(found.name)
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            if inspect.isclass(value) or inspect.isfunction(value):
                if not value.__doc__:
                    bare.append(f"{found.name}.{name}")
                if inspect.isclass(value):
                    bare += [
                        f"{found.name}.{name}.{method}"
                        for method, member in vars(value).items()
                        if inspect.isfunction(member) and not method.startswith("_") and not member.__doc__
                    ]
    assert not bare
