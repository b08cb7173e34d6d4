"""Walking a configuration document beside the model that describes it, to find its secrets at any depth."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

Change = Callable[[str, Any, bool], Any]
"""``change(pointer, leaf, is_secret)``: what to put in the leaf's place. Pointers are JSON pointers (RFC 6901)."""

REFERENCES = frozenset({"$env", "$file", "$enc"})


def is_reference(value: Any) -> bool:
    """Whether a value stands for another: ``{"$env": …}``, ``{"$file": …}`` or an encrypted one."""
    return isinstance(value, dict) and len(value) == 1 and not value.keys().isdisjoint(REFERENCES)


def escape(part: str | int) -> str:
    """One step of a JSON pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")


def map_leaves(model: type[BaseModel] | None, document: Any, change: Change) -> Any:
    """A copy of the document with every leaf changed. Objects and lists are walked; references and everything else
    are leaves. What lies in a secret's place is one leaf whatever it is, and what the model does not know is a
    secret: a mistake must not show one. ``model`` None: nothing is known about the document, all of it is walked as
    plain values."""
    return _walk(model if model is not None else Any, document, change, "")


def _walk(annotation: Any, value: Any, change: Change, pointer: str) -> Any:
    kinds = _alternatives(annotation)
    if any(isinstance(kind, type) and issubclass(kind, SecretStr | SecretBytes) for kind in kinds):
        return None if value is None else change(pointer, value, True)
    if is_reference(value):
        return change(pointer, value, False)
    if isinstance(value, Mapping):
        return {k: _walk(_of_key(kinds, str(k)), v, change, f"{pointer}/{escape(str(k))}") for k, v in value.items()}
    if isinstance(value, list | tuple):
        item = _union(_of_items(kinds) or [Any])
        return [_walk(item, v, change, f"{pointer}/{i}") for i, v in enumerate(value)]
    return None if value is None else change(pointer, value, False)


def _alternatives(annotation: Any) -> list[Any]:
    """The types that an annotation allows, without Annotated, Optional and Union around them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [kind for part in get_args(annotation) for kind in _alternatives(part)]
    return [annotation]


def _of_key(kinds: list[Any], key: str) -> Any:
    """The annotation of an object's value. With several models, all that have the key count."""
    found: list[Any] = []
    for kind in kinds:
        if kind is Any or kind is dict:
            found.append(Any)
        elif get_origin(kind) in (dict, Mapping):
            found.append(get_args(kind)[1])
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            found += [info.annotation for name, info in kind.model_fields.items() if key in _names(name, info)]
            if kind.model_config.get("extra") == "allow":
                found.append(Any)
    return _union(found) if found else SecretStr


def _union(kinds: list[Any]) -> Any:
    return Union.__getitem__(tuple(kinds))


def _names(name: str, info: FieldInfo) -> set[str]:
    return {name, info.alias or name, info.validation_alias if isinstance(info.validation_alias, str) else name}


def _of_items(kinds: list[Any]) -> list[Any]:
    found: list[Any] = []
    for kind in kinds:
        arguments = get_args(kind)
        if get_origin(kind) in (list, tuple, set, frozenset) and arguments:
            found += [argument for argument in arguments if argument is not Ellipsis]
    return found


def merge_patch(document: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396): objects merge, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
