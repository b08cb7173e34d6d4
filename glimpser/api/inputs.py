"""Reading a request: query and body through pydantic, with errors that name the field."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ValidationError
from pydantic_core import from_json
from quart import Request as QuartRequest
from quart import g, request
from quart.wrappers.request import Body as QuartBody
from werkzeug.exceptions import RequestEntityTooLarge

from glimpser.identity.signed_urls import PARAMETER
from glimpser.plugins.config import unkeepable
from glimpser_sdk.web import Problem

from .problems import Invalid, from_validation
from .routing import Route

EARLIEST, LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")


def _moment(value: Any) -> Any:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError("use a time with its zone, such as 2026-11-21T10:00:00Z")
    return datetime.fromisoformat(value.upper())


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return EARLIEST if value.year == 1 else LATEST


Moment = Annotated[AwareDatetime, BeforeValidator(_moment), AfterValidator(_in_utc)]
"""A time in RFC 3339, given in UTC."""
M = TypeVar("M", bound=BaseModel)


class Body(QuartBody):
    """A body that may be limited when it is known who sends it."""

    def restrict(self, most: int) -> None:
        """Take no more than ``most`` bytes."""
        self._max_content_length = most
        if len(self._data) > most:
            self._data.clear()
            self._must_raise = RequestEntityTooLarge()
            self.set_complete()


class Request(QuartRequest):
    """A request whose text may be asked for without a thought: bytes that are no text are the client's fault."""

    body_class = Body
    body: Body

    async def get_data(self, cache: bool = True, as_text: bool = False, parse_form_data: bool = False) -> Any:
        """The body. Problem 400 for text that is not UTF-8."""
        try:
            return await super().get_data(cache, as_text, parse_form_data)
        except UnicodeDecodeError:
            raise Problem(400, "body.not_text", "the body is not text in UTF-8") from None


def read_query(model: type[BaseModel]) -> BaseModel:
    """The query string; a parameter given several times is a list."""
    values: dict[str, Any] = {}
    for key in request.args:
        if key == PARAMETER and g.get("signed"):
            continue
        found = request.args.getlist(key)
        values[key] = found[0] if len(found) == 1 else found
    _check(values)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise from_validation(error) from None


async def read_body(route: Route) -> Any:
    """The JSON body as the route's model, or as a plain object where it is a merge patch."""
    allowed = ("application/merge-patch+json", "application/json") if route.merge_patch else ("application/json",)
    if request.mimetype not in allowed:
        raise Problem(415, "body.media_type", f"send {allowed[0]}, not {request.mimetype or 'nothing'}")
    raw = await raw_body()
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise Problem(400, "body.not_json", "the body is not JSON in UTF-8") from None
    _check(value)
    value = _integral(value)
    if route.merge_patch:
        if not isinstance(value, dict):
            raise Invalid([{"field": "", "message": "send an object", "code": "dict_type"}])
        return value
    return parse(route.body, value)


async def raw_body() -> bytes:
    """The body as it came."""
    raw = await request.get_data(as_text=False)
    return raw if isinstance(raw, bytes) else raw.encode()


def parse(model: type[M], value: Any) -> M:
    """JSON values as a model; types are taken at their word, so that "1" is no number. Invalid names what is wrong."""
    try:
        return model.model_validate_json(msgspec.json.encode(value), strict=True)
    except ValidationError as error:
        raise from_validation(error) from None


def _integral(value: Any) -> Any:
    """1.0 is an integer, as in JSON Schema."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {k: _integral(v) for k, v in value.items()}
    return [_integral(v) for v in value] if isinstance(value, list) else value


def _check(value: Any) -> None:
    """Refuse what no field takes."""
    fault = unkeepable(value)
    if fault is not None and fault.code == "too_deep":
        raise Problem(400, "body.too_deep", f"the body is {fault.message}")
    if fault is not None:
        raise Invalid([{"field": fault.pointer, "message": fault.message, "code": fault.code}])
