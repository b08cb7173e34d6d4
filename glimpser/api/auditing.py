"""What routes do, in the audit log: written by the dispatcher, in the same transaction as the change."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from quart import Response, g

from glimpser.database.models import Stream
from glimpser.identity import audit
from glimpser.identity.audit import Entry, NotWritten
from glimpser.identity.permissions import Catalogue
from glimpser.identity.policy import VISITOR, Principal
from glimpser_sdk.web import Problem

from .problems import Invalid
from .routing import PUBLIC, SIGNED_IN, Route

if TYPE_CHECKING:
    from glimpser.hub import Hub

log = logging.getLogger("glimpser.audit")

READING = ("GET", "HEAD", "OPTIONS")
PICTURES = ("image/jpeg", "video/mp4")


def is_audited(route: Route, permissions: Catalogue) -> bool:
    """Whether what the route changes is written down: every change, but for what everybody does all day and what is
    open to all, whose handlers write entries of their own."""
    if route.method in READING or route.permission == PUBLIC or not route.audited:
        return False
    return route.permission == SIGNED_IN or not permissions.is_everyday(route.permission)


def action_of(route: Route) -> str:
    """The code of what a route does: its operation id."""
    return route.alias_of or route.endpoint


async def audited(
    hub: Hub, route: Route, arguments: Mapping[str, Any], run: Callable[[], Awaitable[Response]]
) -> Response:
    """Run a route, and write down what it did. Problem 503 when that cannot be written; a change is undone then."""
    if not is_audited(route, hub.identity.permissions):
        response = await run()
        if route.media in PICTURES and response.status_code in (200, 206):
            _looked(hub, route, arguments)
        return response
    made = _entry(route, arguments)
    with hub.audit.along(made, makes=route.status == 201) as pending:
        try:
            response = await run()
        except Exception as error:
            if pending.written:
                await _failed(hub, pending.entry, error)
            raise
        if response.status_code >= 400 and not pending.written:
            return response
        await hub.audit.finish(pending)
    return response


def _entry(route: Route, arguments: Mapping[str, Any]) -> Entry:
    id_, name = _first_id(arguments), ""
    if route.load is not None and route.load.name in arguments:
        found = arguments[route.load.name]
        id_, name = getattr(found, "id", ""), getattr(found, "name", "")
    body = arguments.get("body")
    data: dict[str, Any] = {}
    fields = body.model_fields_set if isinstance(body, BaseModel) else body if isinstance(body, dict) else ()
    if fields:
        data["fields"] = sorted(str(field) for field in fields)
    return audit.entry(action_of(route), object=(_type(route), str(id_), name if isinstance(name, str) else ""), **data)


def _type(route: Route) -> str:
    return route.load.name if route.load is not None else route.tag.removesuffix("s")


def _first_id(arguments: Mapping[str, Any]) -> str:
    return next((v for k, v in arguments.items() if k.endswith("_id") and isinstance(v, str)), "")


def _looked(hub: Hub, route: Route, arguments: Mapping[str, Any]) -> None:
    found = arguments.get(route.load.name) if route.load is not None else None
    stream_id = route.load.stream_of(found) if route.load is not None and found is not None else None
    if stream_id is not None:
        name = found.name if isinstance(found, Stream) else ""
        hub.audit.views.looked(audit.entry("media.read", object=("stream", stream_id, name)))


UNFIT = (400, 409, 422)
"""Statuses of what somebody may do and that is not done for what it says, or as things stand."""


def refused(hub: Hub, route: Route, error: Problem, ids: Mapping[str, Any]) -> None:
    """Somebody tried what is not theirs to do, or what cannot be done. Tried often, it is an entry with their number
    every ten minutes. Strangers write nothing, those who may look around in a demo included."""
    principal: Principal | None = g.get("principal")
    if principal is None or principal.kind == VISITOR or error.code == "auth.step_up_needed":  # a question, no refusal
        return
    permissions = hub.identity.permissions
    everyday = route.permission in (PUBLIC, SIGNED_IN) or permissions.is_everyday(route.permission)
    written = is_audited(route, permissions)
    action = "access.refused" if error.status == 403 else "change.refused"
    if everyday and not (written and error.status == 403):
        return
    if error.status != 403 and not (written and error.status in UNFIT):
        return
    code = error.errors[0]["code"] if isinstance(error, Invalid) and error.errors else error.code
    made = audit.entry(action, object=(_type(route), _first_id(ids)), result="refused",
                       tried=action_of(route), code=code)  # fmt: skip
    hub.audit.repeats.note((principal.session_id, action_of(route), code), made)


async def _failed(hub: Hub, made: Entry, error: Exception) -> None:
    """A part was changed and written down before the rest failed."""
    data = {**made.data, "error": getattr(error, "code", "") or type(error).__name__}
    try:
        await hub.audit.write(replace(made, result="failed", data=data))
    except NotWritten:
        log.exception("the failure of %s was not written down", made.action)
