"""JSON Schemas of bodies, queries and answers, with what the installed plugins add to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from glimpser.plugins.config import load_model
from glimpser.streams.inputs import StreamIn

from .events import EventIn
from .problems import ProblemOut
from .routing import Route
from .trying import TryIn

if TYPE_CHECKING:
    from glimpser.hub import Hub

REF = "#/components/schemas/{model}"
Wanted = tuple[type[BaseModel], JsonSchemaMode]


class Schemas:
    """All models of the routes as components; models of one name in several modules get longer names."""

    def __init__(self, hub: Hub, routes: Iterable[Route]) -> None:
        self._hub = hub
        self._registry = registry = hub.plugins.registry
        wanted: dict[Wanted, None] = {(ProblemOut, "serialization"): None}
        for route in routes:
            for value, mode in _models(route):
                model = get_args(value)[0] if get_origin(value) is list else value
                if isinstance(model, type) and issubclass(model, BaseModel):
                    wanted[model, mode] = None
        self._configs: dict[tuple[str, str], type[BaseModel]] = {}
        for kind in ("sources", "analyzers", "sinks"):
            for name, offer in getattr(registry, kind).items():
                model = self._configs[kind, name] = load_model(offer.spec.config)
                wanted[model, "validation"] = None
        self._refs, made = models_json_schema(list(wanted), ref_template=REF)
        self.components: dict[str, Any] = made.get("$defs", {})
        self._adapt()

    def ref(self, model: type[BaseModel], mode: JsonSchemaMode = "serialization") -> dict[str, Any]:
        """A reference to a model's component."""
        return dict(self._refs[model, mode])

    def answer(self, answer: Any) -> dict[str, Any]:
        """The schema of what a route answers."""
        if get_origin(answer) is list:
            return {"type": "array", "items": self.ref(get_args(answer)[0])}
        if isinstance(answer, type) and issubclass(answer, BaseModel):
            return self.ref(answer)
        return {"type": "object"}

    def body(self, route: Route) -> dict[str, Any]:
        """The schema of what a route takes."""
        if route.body is dict:
            return self._settings()
        if route.merge_patch:
            return {"$ref": REF.format(model=self._component_name(route.body) + "Patch")}
        return self.ref(route.body, "validation")

    def parameters(self, model: type[BaseModel]) -> Iterable[dict[str, Any]]:
        """The parameters of a query model. A query has no null: what may be null may be left out."""
        schema = self._component(model)
        for name, found in schema["properties"].items():
            value = dict(found)
            if "anyOf" in value:
                kept = [option for option in value.pop("anyOf") if option.get("type") != "null"]
                value |= kept[0] if len(kept) == 1 else {"anyOf": kept}
            if value.get("default", 0) is None:
                del value["default"]
            yield {
                "name": name, "in": "query", "required": name in schema.get("required", ()),
                "description": value.pop("description", ""), "schema": value,
            }  # fmt: skip

    # --- what depends on the installed plugins ---------------------------------------------------------------------

    def _component_name(self, model: type[BaseModel]) -> str:
        return str(self._refs[model, "validation"]["$ref"]).rpartition("/")[2]

    def _component(self, model: type[BaseModel]) -> dict[str, Any]:
        found: dict[str, Any] = self.components[self._component_name(model)]
        return found

    def _adapt(self) -> None:
        if (EventIn, "validation") in self._refs:
            types = [t.type for t in self._hub.events.types]
            self._component(EventIn)["properties"]["type"] |= {"enum": types}
        if (TryIn, "validation") in self._refs:
            self._adapt_try(self._component(TryIn))
        if (StreamIn, "validation") in self._refs:
            self._adapt_streams(self._component(StreamIn))

    def _adapt_streams(self, stream: dict[str, Any]) -> None:
        kinds = sorted(self._registry.sources)
        properties = stream["properties"]
        properties["kind"] |= {"enum": kinds}
        for part in ("analyzers", "sinks"):
            properties[part]["anyOf"] = [self._parts(part), {"type": "null"}]
        stream["allOf"] = self._kinds()
        stream["required"] = sorted({*stream["required"], "config"})
        patch = {k: v for k, v in stream.items() if k not in ("required", "title")}
        patch["allOf"] = self._kinds(patch=True)
        patch["description"] = "A JSON merge patch: a field left out stays, null returns it to its default."
        null = {"type": "null"}
        patch["properties"] = {
            k: p if k in ("name", "kind", "config") else {"anyOf": [p, null]} for k, p in properties.items()
        }
        patch["properties"]["config"] = {"anyOf": [self._patch(self._config("sources", kind)) for kind in kinds]}
        for part in ("analyzers", "sinks"):
            patch["properties"][part] = {"anyOf": [self._parts(part, removable=True), null]}
        self.components[self._component_name(StreamIn) + "Patch"] = patch

    def _parts(self, part: str, *, removable: bool = False) -> dict[str, Any]:
        """Analyzers or sinks by name; ``removable``: null takes one away."""
        found = {name: self._config(part, name) for name in sorted(getattr(self._registry, part))}
        if removable:
            found = {name: {"anyOf": [self._patch(config), {"type": "null"}]} for name, config in found.items()}
        return {"type": "object", "additionalProperties": False, "properties": found}

    def _patch(self, config: dict[str, Any]) -> dict[str, Any]:
        """A merge patch of a configuration: every field may be left out, or be null for its default."""
        whole = self.components[str(config["$ref"]).rpartition("/")[2]]
        fields = {name: {"anyOf": [field, {"type": "null"}]} for name, field in whole.get("properties", {}).items()}
        return {**{k: v for k, v in whole.items() if k != "required"}, "properties": fields}

    def _kinds(self, *, patch: bool = False) -> list[dict[str, Any]]:
        """What the configuration of each kind looks like."""
        return [
            {
                "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                "then": {"properties": {"config": self._config("sources", kind)}}
                | ({} if patch else {"required": ["config"]}),
            }
            for kind in sorted(self._registry.sources)
        ]

    def _adapt_try(self, tried: dict[str, Any]) -> None:
        tried["properties"]["kind"] |= {"enum": sorted(self._registry.sources)}
        tried["anyOf"] = [{"required": ["kind"]}, {"required": ["url"]}]
        for name in ("kind", "url"):
            del tried["properties"][name]["default"]

    def _config(self, part: str, name: str) -> dict[str, Any]:
        return dict(self._refs[self._configs[part, name], "validation"])

    def _settings(self) -> dict[str, Any]:
        """A merge patch of the settings that can be changed at run time."""
        return {
            "type": "object", "additionalProperties": False,
            "properties": {
                row["key"]: {"anyOf": [row["schema"], {"type": "null"}]}
                for row in self._hub.settings.explain() if row["changeable"]
            },
        }  # fmt: skip


def _models(route: Route) -> Iterable[tuple[Any, JsonSchemaMode]]:
    yield route.query, "validation"
    yield route.body, "validation"
    yield route.answer, "serialization"
