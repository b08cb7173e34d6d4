"""One plugin's own settings, put together out of environment, file, database and defaults, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from glimpser.origins import Origins, Source
from glimpser.plugins.config import DocumentInvalid, FieldError, References, load_model, resolve, unseal, validate
from glimpser.plugins.documents import merge_patch
from glimpser.plugins.rows import StoredConfig
from glimpser.secrets import Place, SecretBox
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.specs import ConfigSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """``document``: what was written, references unresolved, secrets in clear. ``sources``: where each of the
    model's fields comes from; a field not from ``database`` or ``default`` is locked. ``config``: the valid model."""

    model: type[BaseModel]
    document: dict[str, Any]
    sources: Mapping[str, Source]
    config: BaseModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Settings that cannot be used, as far as they can be read. ``faults``: what is wrong; "": as a whole."""

    model: type[BaseModel]
    document: dict[str, Any]
    sources: Mapping[str, Source]
    faults: tuple[FieldError, ...]


def stored_place(plugin_id: str) -> Place:
    """Where a plugin's sealed secrets belong."""
    return Place(f"plugin_states/{plugin_id}", "config")


def load_section(
    plugin_id: str,
    spec: ConfigSpec,
    origins: Origins,
    stored: StoredConfig | None,
    box: SecretBox,
    references: References,
) -> Section:
    """The plugin's settings: ``GLIMPSER_<ID>__FIELD`` > ``[plugins.ID]`` > database > default.

    A stored document of an older form is brought up to date by the plugin; the row itself stays as it is until it is
    changed. ConfigInvalid or DocumentInvalid when they cannot be used.
    """
    model = load_model(spec.model)
    database = _stored(plugin_id, spec, stored, box)
    document, sources = _together(plugin_id, model, origins, database)
    config = validate(model, resolve(document, references))
    return Section(model=model, document=document, sources=sources, config=config)


def load_draft(
    plugin_id: str,
    spec: ConfigSpec,
    origins: Origins,
    stored: StoredConfig | None,
    box: SecretBox,
    references: References,
) -> Draft:
    """The same of settings that ``load_section`` refuses, with what is wrong with them. What was stored and cannot be
    read is left out. ConfigInvalid when there is no model to tell by."""
    model = load_model(spec.model)
    faults: list[FieldError] = []
    database: dict[str, Any] = {}
    try:
        database = _stored(plugin_id, spec, stored, box)
    except DocumentInvalid as error:
        faults += error.errors
    except ConfigInvalid as error:
        faults.append(FieldError("", error.reason.code, str(error)))
    document, sources = _together(plugin_id, model, origins, database)
    try:
        validate(model, resolve(document, references))
    except DocumentInvalid as error:
        faults += error.errors
    return Draft(model=model, document=document, sources=sources, faults=tuple(faults))


def _together(
    plugin_id: str, model: type[BaseModel], origins: Origins, database: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Source]]:
    layers: dict[Source, dict[str, Any]] = {
        "database": database,
        "file": origins.plugin_section(plugin_id),
        "environment": _from_variables(model, origins.plugin_variables(plugin_id)),
    }
    document: dict[str, Any] = {}
    sources: dict[str, Source] = dict.fromkeys(model.model_fields, "default")
    for source, layer in layers.items():
        document = merge_patch(document, layer)
        sources |= dict.fromkeys(layer, source)
    return document, sources


def _stored(plugin_id: str, spec: ConfigSpec, stored: StoredConfig | None, box: SecretBox) -> dict[str, Any]:
    document = unseal(stored.document, box, stored_place(plugin_id)) if stored else {}
    if stored is None or not document or stored.form == spec.version:
        return document
    if stored.form > spec.version:
        raise ConfigInvalid(
            f"its settings were stored in form {stored.form} by a newer version, and this one knows {spec.version}"
        )
    if spec.migrate is None:
        raise ConfigInvalid(f"it cannot bring settings of form {stored.form} to {spec.version}: it has no migrate")
    return spec.migrate(document, stored.form)


def _from_variables(model: type[BaseModel], variables: Mapping[str, str]) -> dict[str, Any]:
    """``FIELD`` and ``FIELD__INNER`` as a document. JSON where a plain text cannot be meant."""
    if not variables:
        return {}  # making a schema takes its time, and mostly there are none
    properties = model.model_json_schema()
    document: dict[str, Any] = {}
    for name, text in sorted(variables.items()):
        path = name.split("__")
        inner = document
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        inner[path[-1]] = text if len(path) == 1 and _is_text(properties, path[0]) else _parsed(text)
    return document


def _is_text(schema: Mapping[str, Any], name: str) -> bool:
    node = schema.get("properties", {}).get(name, {})
    return any(option.get("type") == "string" for option in (node, *node.get("anyOf", ())))


def _parsed(text: str) -> Any:
    """Lists and objects are written as JSON; the model turns everything else out of text by itself."""
    if text[:1] in "[{":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
