"""Reading a request: query and body through pydantic, with errors that name the field."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ValidationError
from quart import request

from glimpser_sdk.web import Problem

from .problems import Invalid, from_validation
from .routing import Route

MAX_DEPTH = 64


def read_query(model: type[BaseModel]) -> BaseModel:
    """The query string; a parameter given several times is a list."""
    values: dict[str, Any] = {}
    for key in request.args:
        found = request.args.getlist(key)
        values[key] = found[0] if len(found) == 1 else found
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise from_validation(error) from None


async def read_body(route: Route) -> Any:
    """The JSON body as the route's model (or a plain object for merge patches)."""
    kind = request.mimetype or ""
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, "body.media_type", f"send {route.body_media}, not {kind or 'nothing'}")
    raw = await request.get_data()
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise Problem(400, "body.not_json", "the body is not JSON") from None
    if _depth(value) > MAX_DEPTH:
        raise Problem(400, "body.too_deep", f"the body is nested deeper than {MAX_DEPTH} levels")
    if route.body is dict:
        if not isinstance(value, dict):
            raise Invalid([{"field": "", "message": "send an object", "code": "dict_type"}])
        return value
    try:
        return route.body.model_validate_json(raw)
    except ValidationError as error:
        raise from_validation(error) from None


def _depth(value: Any) -> int:
    deepest, layer = 0, [value]
    while layer:
        deepest += 1
        if deepest > MAX_DEPTH:
            return deepest
        layer = [
            child
            for item in layer
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return deepest
