"""The JSON Schema of a configuration model as forms need it, and whether a form can be made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

_KEYWORDS = frozenset({
    "title", "description", "default", "type", "format", "enum", "const", "properties", "required", "items", "anyOf",
    "oneOf", "discriminator", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "prefixItems",
    "additionalProperties", "writeOnly", "examples", "deprecated",
})  # fmt: skip
_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})


def form_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON Schema without ``$ref``. ValueError for a model that contains itself: no form can end."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    inlined: dict[str, Any] = _inline(schema, definitions, ())
    return inlined


def _inline(node: Any, definitions: dict[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_inline(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        if name in inside:
            raise ValueError(f"{name} contains itself")
        here = {key: value for key, value in node.items() if key != "$ref"}
        return {**_inline(definitions[name], definitions, (*inside, name)), **_inline(here, definitions, inside)}
    # A discriminator's mapping points into the definitions that are gone; its property name is enough.
    return {
        key: {"propertyName": value["propertyName"]} if key == "discriminator" else _inline(value, definitions, inside)
        for key, value in node.items()
    }


def form_problems(schema: dict[str, Any]) -> list[str]:
    """Why a form cannot be made of an inlined schema, or would be poor: a sentence per place."""
    return list(_problems(schema, ""))


def _problems(node: dict[str, Any], where: str) -> Iterator[str]:
    place = where or "/"
    unknown = sorted(key for key in node.keys() - _KEYWORDS if not key.startswith("x-"))
    if unknown:
        yield f"{place}: {', '.join(unknown)} cannot be shown in a form"
    kinds = node.get("type", [])
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind not in _TYPES:
            yield f"{place}: type {kind!r} cannot be shown in a form"
    if not node.keys() & {"type", "anyOf", "oneOf", "enum", "const"}:
        yield f"{place}: says nothing about its type"
    for name, child in node.get("properties", {}).items():
        if not str(child.get("description", "")).strip() and "const" not in child:
            yield f"{where}/{name}: has no description"
    for below, child in children(node, where):
        yield from _problems(child, below)


def children(node: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas directly inside one of an inlined schema, each with its place; ``where``: the place of ``node``."""
    for name, child in node.get("properties", {}).items():
        yield f"{where}/{name}", child
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield f"{where}/*", node[key]
    for key in ("anyOf", "oneOf", "prefixItems"):
        for child in node.get(key, []):
            yield where, child
