"""What helps to make streams: kinds, trying a configuration, diagnostics, export and import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from quart import Response
from tortoise.queryset import QuerySet

from glimpser.capture.counters import metrics
from glimpser.database.models import Stream
from glimpser.identity.policy import Principal, can
from glimpser.plugins.config import load_model
from glimpser.redaction import redactor
from glimpser.streams.inputs import StreamIn
from glimpser.streams.reasons import reason_text
from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.schema import form_schema
from glimpser_sdk.web import Problem

from . import borrowed, visible
from .answers import plain
from .events import Id
from .inputs import parse
from .loaders import STREAM
from .membership import checked_groups, groups_changed
from .models import ReasonOut
from .problems import Invalid, from_vocabulary
from .routing import Routes
from .streams import patched

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("stream-tools")

MAX_IMPORT = 1000
AT_A_TIME = 200
"""Streams in memory while they are exported."""


class SourceKindOut(BaseModel):
    """A kind of stream."""

    kind: str
    title: str
    description: str
    plugin: str
    feeds: list[str]
    cadence: str
    schemes: list[str]
    config: dict[str, Any] = Field(description="JSON Schema of the configuration.")
    analyzers: list[dict[str, Any]] = Field(description="Analyzers that its streams may use, with their schemas.")
    sinks: list[dict[str, Any]] = Field(description="Sinks that its streams may use, with their schemas.")


class ExportOut(BaseModel):
    """Streams as they can be imported again; secrets are masked and must be entered anew elsewhere."""

    version: Literal[1]
    streams: list[dict[str, Any]]


class ImportIn(BaseModel):
    """Streams to import."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    streams: list[dict[str, Any]] = Field(max_length=MAX_IMPORT, description="As exported.")
    on_conflict: Literal["skip", "overwrite", "create_new"] = Field(
        "skip", description="For an entry whose id or external_key is here already."
    )


class Imported(BaseModel):
    """What became of one entry."""

    index: int
    name: str
    result: Literal["created", "overwritten", "skipped", "failed"]
    id: str | None
    errors: list[dict[str, str]]


class DiagnosticsOut(BaseModel):
    """For people who look for a fault."""

    status: str
    reason: ReasonOut | None
    mode: str
    mode_why: str
    attempts: int
    retry_at: str | None
    generation: int
    group: str
    suspect: bool
    suspect_plugin: str = Field(description="The plugin that failed on this stream since it became active, or ''.")
    viewers: int
    counters: dict[str, float] = Field(description="By the workers' names, since the hub started.")
    metrics: dict[str, float] = Field(description="The same under their Prometheus names.")
    worker: dict[str, Any] | None


@route("GET", "/api/source-kinds", permission="streams.view", per_stream=True, answer=list[SourceKindOut])
async def source_kinds(hub: Hub) -> Any:
    """Kinds of streams that the running plugins offer, with the schemas of their forms."""
    registry = hub.plugins.registry
    analyzers = [_part(o.plugin, o.spec) for o in registry.analyzers.values()]
    sinks = [_part(o.plugin, o.spec) for o in registry.sinks.values()]
    return [
        {
            "kind": kind,
            "title": offer.spec.title,
            "description": offer.spec.description,
            "plugin": offer.plugin,
            "feeds": list(offer.spec.feeds),
            "cadence": offer.spec.cadence.kind,
            "schemes": sorted(offer.spec.schemes),
            "config": form_schema(load_model(offer.spec.config)),
            "analyzers": analyzers,
            "sinks": sinks,
        }
        for kind, offer in sorted(registry.sources.items())
    ]


def _part(plugin: str, spec: Any) -> dict[str, Any]:
    return {
        "id": spec.id,
        "title": spec.title,
        "description": spec.description,
        "plugin": plugin,
        "default": spec.default,
        "config": form_schema(load_model(spec.config)),
    }


@route("GET", "/api/streams/<id:stream_id>/diagnostics", permission="streams.view", load=STREAM, answer=DiagnosticsOut)
async def diagnostics(hub: Hub, principal: Principal, stream: Stream) -> Any:
    """State, counters, backoff and worker of a stream."""
    visible.live(hub, principal)  # counters tell of this moment
    state = hub.capture.state(stream.id)
    if state is None:
        raise Problem(503, "hub.starting", "the hub has not looked at this stream yet", retry_after=1)
    found = hub.capture.diagnostics(stream.id)
    why = state.reason
    return plain(
        found
        | {
            "status": state.state,
            "reason": {"code": why.code, "params": why.params, "text": reason_text(why.code, why.params)}
            if why
            else None,
            "attempts": state.attempts,
            "retry_at": state.retry_at,
            "metrics": {_metric(name, labels): value for name, labels, value in metrics(found["counters"])},
        }
    )


def _metric(name: str, labels: dict[str, str]) -> str:
    inside = ",".join(f'{k}="{v}"' for k, v in labels.items())
    return f"{name}{{{inside}}}" if inside else name


class ExportQuery(BaseModel):
    """Which streams."""

    model_config = ConfigDict(extra="forbid")

    stream: list[Id] | Id | None = Field(None, description="Ids; all when left out.")


EXPORTED = ("kind", "name", "regions", "tags", "timezone", "location", "external_key", "unmasked_recording")


@route(
    "GET",
    "/api/streams/export",
    permission="streams.configure",
    dangerous=True,
    per_stream=True,
    query=ExportQuery,
    answer=ExportOut,
)
async def export_streams(hub: Hub, principal: Principal, query: ExportQuery) -> Response:
    """Configurations of all or some streams, secrets masked."""
    rows = visible.streams(principal, "streams.configure")
    if query.stream is not None:
        rows = rows.filter(id__in=[query.stream] if isinstance(query.stream, str) else query.stream)
    await hub.audit.record("streams.exported", streams=await rows.count())
    return Response(_exported(hub, rows), content_type="application/json")


async def _exported(hub: Hub, rows: QuerySet[Stream]) -> AsyncIterator[bytes]:
    """The answer in parts, so that no number of streams takes the hub's memory."""
    start, last = b'{"version":1,"streams":[', ""
    while found := await rows.filter(id__gt=last).order_by("id").limit(AT_A_TIME):
        made = [_as_exported(hub, row) for row in found]
        yield start + b",".join(made)
        start, last = b",", found[-1].id
    yield (start if not last else b"") + b"]}"


def _as_exported(hub: Hub, row: Stream) -> bytes:
    kept = {field: getattr(row, field) for field in EXPORTED}
    parts = hub.streams.masked(row)
    return msgspec.json.encode(plain({"id": row.id, **kept, "enabled": row.desired == "running", **parts}))


@route("POST", "/api/streams/import", permission="streams.configure", body=ImportIn, answer=list[Imported])
async def import_streams(hub: Hub, principal: Principal, body: ImportIn) -> Any:
    """Import streams one by one; an entry that fails leaves the others alone."""
    done = [await _import_one(hub, principal, n, dict(entry), body.on_conflict) for n, entry in enumerate(body.streams)]
    failed = [one for one in done if one["result"] == "failed"]
    if failed:
        fields = sorted({error["field"] for one in failed for error in one["errors"]})[:20]
        hub.audit.note("streams.import_refused", result="refused", entries=len(failed), fields=fields)
    return done


async def _import_one(
    hub: Hub, principal: Principal, index: int, entry: dict[str, Any], on_conflict: str
) -> dict[str, Any]:
    name, identifier = str(entry.get("name", "")), entry.pop("id", None)
    done: dict[str, Any] = {"index": index, "name": name, "id": None, "errors": []}
    try:
        existing = await _existing(principal, identifier, entry.get("external_key"))
        if existing is not None and on_conflict == "skip":
            return done | {"result": "skipped", "id": existing.id}
        if existing is not None and on_conflict == "create_new":
            entry["external_key"], existing = None, None
        if existing is not None:
            given = await patched(hub, existing, entry)
            _allow_unmasked(principal, given, existing.unmasked_recording)
            kept = await hub.streams.given(existing)
            borrowed.check(hub, principal, given, kept)
            before = kept.groups
            if "groups" in entry:
                given = await checked_groups(hub, principal, given, before, existing.id)
            row = await hub.streams.change(existing, given, lambda _: None)
        else:
            before, given = [], parse(StreamIn, entry)
            _allow_unmasked(principal, given, False)
            borrowed.check(hub, principal, given)
            row = await hub.streams.create(await checked_groups(hub, principal, given))
        await groups_changed(hub, before, given.groups)
        await hub.capture.apply(row.id)
        await hub.events.announce("stream", "imported", row.id, stream_id=row.id, payload={"name": row.name})
        return done | {"result": "overwritten" if existing else "created", "id": row.id}
    except GlimpserError as error:
        problem = from_vocabulary(error)
    except Problem as error:
        problem = error
    errors = problem.errors if isinstance(problem, Invalid) else []
    return done | {
        "result": "failed",
        "errors": redactor.clean(errors or [{"field": "", "message": str(problem), "code": problem.code}]),
    }


def _allow_unmasked(principal: Principal, given: StreamIn, before: bool) -> None:
    if given.unmasked_recording and not before and not can(principal, "streams.record_unmasked"):
        raise Problem(403, "permission.missing", "unmasked_recording needs the permission streams.record_unmasked")


async def _existing(principal: Principal, identifier: Any, external_key: Any) -> Stream | None:
    rows = visible.streams(principal, "streams.configure")
    if isinstance(external_key, str):
        found = await rows.filter(external_key=external_key).first()
        if found is not None:
            return found
    if isinstance(identifier, str):
        return await rows.filter(id=identifier).first()
    return None
