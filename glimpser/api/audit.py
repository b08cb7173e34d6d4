"""The audit log: searching it, taking it along, and one's own part of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field
from quart import Response
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from glimpser.database.models import AuditEvent
from glimpser.identity.audit import export, moment
from glimpser.identity.policy import Principal
from glimpser_sdk.web import Problem

from .authentication import browser
from .cursors import PageQuery, decode, page
from .inputs import Moment
from .routing import SIGNED_IN, Page, Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("audit")

CSV, SIGNED = "text/csv; charset=utf-8", "application/jsonl"


class AuditEventOut(BaseModel):
    """Who did what, to which object, from where."""

    seq: int = Field(description="Number in the log, without gaps.")
    id: str
    at: str
    actor: str = Field(description="Id of who did it; empty: somebody not signed in.")
    actor_name: str = Field(description="What they were called then.")
    actor_kind: str = Field(description="user, api_key, token, link, command_line, hub or anonymous.")
    address: str
    action: str = Field(description="Operation id of the route, or a code of its own.")
    object_type: str
    object_id: str
    object_name: str = Field(description="What it was called then.")
    result: str = Field(description="ok, refused or failed.")
    data: dict[str, Any] = Field(description="Details; never the value of a secret.")


class AuditStateOut(BaseModel):
    """Whether the log is as it was written, as far as the hub sees by itself; the command `verify` reads all of it."""

    seq: int = Field(description="Number of the last entry that was marked.")
    marked_at: str | None = Field(description="When the hub last found the log where it was, and wrote down its end.")
    trouble: str | None = Field(description="What is wrong: entries that are gone, or could not be written.")


class OwnAuditQuery(PageQuery):
    """Which entries."""

    action: str | None = Field(None, max_length=100, description="This code, or all that begin with one ending in `.`.")
    after: Moment | None = Field(None, description="At or after.")
    before: Moment | None = Field(None, description="Before.")


class AuditQuery(OwnAuditQuery):
    """Which entries, and as what."""

    actor: str | None = Field(None, max_length=100, description="Id, or name, of who did it.")
    object: str | None = Field(None, max_length=100, description="Id of what it was done to.")
    object_type: str | None = Field(None, max_length=64)
    result: Literal["ok", "refused", "failed"] | None = None
    search: str | None = Field(None, max_length=100, description="Part of a name, an action or an address.")
    format: Literal["json", "csv", "signed"] = Field(
        "json",
        description="csv, signed: all that match, oldest first; `glimpser audit verify FILE` checks a signed one.",
    )


def entry_out(row: AuditEvent) -> dict[str, Any]:
    """An entry as the API shows it."""
    return {
        "seq": row.seq, "id": row.id, "at": moment(row.at), "actor": row.actor, "actor_name": row.actor_name,
        "actor_kind": row.actor_kind, "address": row.address, "action": row.action, "object_type": row.object_type,
        "object_id": row.object_id, "object_name": row.object_name, "result": row.result, "data": row.data,
    }  # fmt: skip


def _filtered(rows: QuerySet[AuditEvent], query: OwnAuditQuery) -> QuerySet[AuditEvent]:
    if query.action is not None:
        rows = rows.filter(**{"action__startswith" if query.action.endswith(".") else "action": query.action})
    if query.after is not None:
        rows = rows.filter(at__gte=query.after)
    return rows if query.before is None else rows.filter(at__lt=query.before)


def _searched(query: AuditQuery) -> QuerySet[AuditEvent]:
    exact = {"object_id": query.object, "object_type": query.object_type, "result": query.result}
    rows = _filtered(AuditEvent.filter(**{k: v for k, v in exact.items() if v is not None}), query)
    if query.actor is not None:
        rows = rows.filter(Q(actor=query.actor) | Q(actor_name=query.actor))
    if query.search is not None:
        columns = ("actor_name", "object_name", "action", "address")
        rows = rows.filter(Q(*(Q(**{f"{column}__icontains": query.search}) for column in columns), join_type="OR"))
    return rows


async def _page(rows: QuerySet[AuditEvent], query: PageQuery) -> Page:
    if query.cursor is not None:
        value, _ = decode(query.cursor)
        if not isinstance(value, int) or not 0 <= value < 2**63:
            raise Problem(404, "cursor.not_found", "this cursor is of another list")
    found = await page(rows, query, by="seq")
    return found.of([entry_out(row) for row in found.items])


@route("GET", "/api/audit-events", permission="audit.view", query=AuditQuery, answer=list[AuditEventOut],
       formats=(CSV, SIGNED))  # fmt: skip
async def list_audit_events(hub: Hub, query: AuditQuery) -> Page | Response:
    """Who did what, newest first."""
    rows = _searched(query)
    if query.format == "json":
        return await _page(rows, query)
    asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "limit"})
    await hub.audit.record("audit.exported", query=asked)
    signed = query.format == "signed"
    content = export.signed(rows, hub.audit.seal, hub.node_id, asked) if signed else export.csv_of(rows)
    name = "audit.jsonl" if signed else "audit.csv"
    response = Response(content, content_type=SIGNED if signed else CSV,
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip
    response.timeout = None
    return response


@route("GET", "/api/audit-events/state", permission="audit.view", answer=AuditStateOut)
async def audit_state(hub: Hub) -> dict[str, Any]:
    """Whether the log is where it was a minute ago."""
    head, trouble = None, hub.audit.troubled
    try:
        head = await asyncio.to_thread(hub.audit.head.read)
    except ValueError as error:
        trouble = str(error)
    return {"seq": head.seq if head else 0, "marked_at": head.at if head else None, "trouble": trouble or None}


def own(principal: Principal) -> QuerySet[AuditEvent]:
    """What somebody did, and how others tried to sign in as them."""
    tried = Q(object_type="user", object_id=principal.id, action__startswith="auth.")
    return AuditEvent.filter(Q(actor=principal.id) | tried)


@route("GET", "/api/me/audit-events", permission=SIGNED_IN, query=OwnAuditQuery, answer=list[AuditEventOut])
async def list_own_audit_events(principal: Principal, query: OwnAuditQuery) -> Page:
    """What one did oneself, and failed sign-ins to one's account, newest first. Needs a browser's session."""
    browser(principal, "see what was done")
    return await _page(_filtered(own(principal), query), query)
