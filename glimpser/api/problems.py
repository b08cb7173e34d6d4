"""Errors as answers: problem+json (RFC 9457) with a documented code, its parameters and a trace id."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from quart import Response, g

from glimpser.plugins.config import DocumentInvalid
from glimpser.redaction import redactor
from glimpser_sdk.errors import AuthFailed, ConfigInvalid, GlimpserError, NotReady, Unsupported
from glimpser_sdk.web import Problem

TITLES = {
    400: "Bad request", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 412: "Changed meanwhile", 413: "Too large", 415: "Unsupported media type",
    422: "Not valid", 423: "Locked", 428: "If-Match is needed", 429: "Too many requests",
    500: "Error of the hub", 503: "Not ready",
}  # fmt: skip


CONFLICTS = frozenset({"stream.key_taken", "group.not_found", "user.exists", "role.exists"})
"""What is well formed but does not fit what is here."""
SHOWN = 100
"""As many wrong fields as an answer names; a short request can have thousands."""


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="JSON pointer; empty for the whole.")
    message: str
    code: str


class ProblemOut(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Documented, stable; decide by it.")
    detail: str = Field(description="For people.")
    params: dict[str, Any]
    trace_id: str = Field(description="Also in the hub's log.")
    errors: list[FieldProblem] = Field(default_factory=list, description="Fields that are not valid, the first 100.")


class Invalid(Problem):
    """Fields that are not valid: ``errors`` is a list of ``{field, message, code}``, field as a JSON pointer."""

    def __init__(self, errors: list[dict[str, str]], status: int = 422, code: str = "request.invalid") -> None:
        detail = "; ".join(f"{e['field'] or 'request'}: {e['message']}" for e in errors[:5])
        super().__init__(status, code, detail + (f"; and {len(errors) - 5} more" if len(errors) > 5 else ""))
        self.errors = errors[:SHOWN]


class WrongProof(Problem):
    """No such name and password, or code. That there is a lock shows by ``Retry-After`` and by nothing else."""

    def __init__(self, detail: str, retry_after: float) -> None:
        super().__init__(401, "auth.wrong", detail)
        self.retry_after = retry_after


def from_validation(error: ValidationError, prefix: str = "") -> Invalid:
    """A pydantic error, with JSON pointers below ``prefix``."""
    return Invalid(
        [
            {
                "field": prefix + "".join(f"/{escape(p)}" for p in item["loc"]),
                "message": item["msg"].removeprefix("Value error, "),
                "code": str(item["type"]),
            }
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    )


def escape(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def from_vocabulary(error: GlimpserError) -> Problem:
    """The vocabulary of plugins and services, as answers."""
    if isinstance(error, ConfigInvalid):
        if isinstance(error, DocumentInvalid):
            return Invalid([{"field": e.pointer, "message": e.message, "code": e.code} for e in error.errors])
        field = error.field if error.field.startswith("/") or not error.field else "/" + error.field.replace(".", "/")
        code = error.reason.code
        return Invalid([{"field": field, "message": str(error), "code": code}], 409 if code in CONFLICTS else 422)
    status = 503 if isinstance(error, NotReady) else 409 if isinstance(error, Unsupported | AuthFailed) else 500
    params = {k: v for k, v in error.reason.params.items() if k != "detail"}
    problem = Problem(status, error.reason.code, str(error), **params)
    return problem


def answer(problem: Problem) -> Response:
    """The response of a problem."""
    title = TITLES.get(problem.status, "Error")
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": problem.status,
        "code": problem.code,
        "detail": redactor(problem.detail or title),
        "params": redactor.clean(problem.params),
        "trace_id": getattr(g, "trace_id", ""),
        "errors": redactor.clean(problem.errors) if isinstance(problem, Invalid) else [],
    }
    response = Response(json.dumps(body, default=str), status=problem.status, content_type="application/problem+json")
    retry = problem.retry_after if isinstance(problem, WrongProof) else problem.params.get("retry_after")
    if retry:
        response.headers["Retry-After"] = str(max(1, round(float(retry))))
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="glimpser"'
    return response
