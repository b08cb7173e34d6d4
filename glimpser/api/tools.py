"""What helps to make streams: kinds, trying a configuration, diagnostics, export and import."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from glimpser.capture.counters import metrics
from glimpser.database.models import Stream
from glimpser.engine.contract import EngineError
from glimpser.engine.groups import FIRST_PARTY
from glimpser.identity.policy import Principal, can
from glimpser.plugins.config import DocumentInvalid, load_model
from glimpser.redaction import redactor
from glimpser.secrets import Place
from glimpser.streams.health import reason_view
from glimpser.streams.inputs import StreamIn
from glimpser.streams.parts import source_part
from glimpser.streams.reasons import reason_text
from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.schema import form_schema
from glimpser_sdk.web import Problem

from . import visible
from .answers import plain
from .events import Id
from .inputs import parse
from .loaders import STREAM
from .membership import checked_groups, groups_changed
from .models import ReasonOut
from .problems import FieldProblem, Invalid, from_vocabulary
from .routing import Routes
from .streams import patched

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("stream-tools")

MAX_IMPORT = 1000


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


class TryIn(BaseModel):
    """A configuration, or a bare URL whose kind is to be found."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field("", min_length=1, max_length=4096, description="A bare URL; its scheme decides the kind.")
    kind: str = Field("", min_length=1, max_length=64)
    config: dict[str, Any] = Field(default_factory=dict)


class TryOut(BaseModel):
    """What a try found."""

    ok: bool
    kind: str
    config: dict[str, Any] = Field(description="That was tried, secrets masked.")
    reason: ReasonOut | None
    resolution: str | None
    fps: float | None
    codec: str | None
    preview: str | None = Field(description="A JPEG as a data URL.")
    details: dict[str, Any]
    errors: list[FieldProblem] = Field(description="Fields of the configuration that are not valid.")


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


@route("POST", "/api/streams/test", permission="streams.configure", body=TryIn, answer=TryOut)
async def try_stream(hub: Hub, body: TryIn) -> Any:
    """Try a configuration or a bare URL without keeping anything: what it is, and a preview."""
    kind, document = _what(hub, body)
    registry, documents = hub.plugins.registry, hub.streams.documents
    spec = registry.sources[kind].spec
    try:
        documents.check(spec.config, document, "/config")
    except DocumentInvalid as error:
        return _unusable(kind, error)
    part = source_part(registry, kind, documents.in_clear(spec.config, document))
    group = (
        FIRST_PARTY
        if registry.sources[kind].plugin in hub.first_party()
        else f"plugins:{registry.sources[kind].plugin}"
    )
    try:
        found = await hub.capture.probe(part, group, media_roots=hub.streams.media_roots)
    except EngineError as error:
        raise Problem(503, error.why.code, reason_text(error.why.code, error.why.params), **error.why.params) from None
    except TimeoutError:
        raise Problem(503, "probe.timeout", "the try took too long") from None
    why = found.why
    return plain(
        {
            "ok": why is None,
            "kind": kind,
            "config": documents.mask(spec.config, document, Place("", "")),
            "reason": reason_view(why) if why else None,
            "resolution": f"{found.width}x{found.height}" if found.width else None,
            "fps": round(found.fps, 2) if found.fps else None,
            "codec": found.codec or None,
            "preview": "data:image/jpeg;base64," + base64.b64encode(found.jpeg).decode() if found.jpeg else None,
            "details": redactor.clean(found.details),
            "errors": [],
        }
    )


def _unusable(kind: str, error: DocumentInvalid) -> dict[str, Any]:
    """What a try says of a configuration that does not fit; nothing of it is repeated, it may hold secrets."""
    params = {"field": error.errors[0].pointer, "detail": error.errors[0].message}
    return {
        "ok": False, "kind": kind, "config": {}, "resolution": None, "fps": None, "codec": None, "preview": None,
        "details": {}, "reason": redactor.clean({"code": "config_invalid", "params": params, "text": str(error)}),
        "errors": redactor.clean([{"field": e.pointer, "message": e.message, "code": e.code} for e in error.errors]),
    }  # fmt: skip


def _what(hub: Hub, body: TryIn) -> tuple[str, dict[str, Any]]:
    sources = hub.plugins.registry.sources
    if body.kind:
        if body.kind not in sources:
            there = ", ".join(sorted(sources)) or "none is installed"
            raise Invalid([{"field": "/kind", "message": f"no source kind {body.kind!r}; available: {there}",
                            "code": "plugin.unknown_name"}])  # fmt: skip
        document = {**body.config, **({"url": body.url} if body.url else {})}
        return body.kind, document
    if not body.url:
        raise Invalid([{"field": "/url", "message": "give a URL, or a kind with its config", "code": "missing"}])
    try:
        scheme = urlsplit(body.url).scheme.lower() or "file"
    except ValueError as error:
        message = f"this is no URL: {error}"
        raise Invalid([{"field": "/url", "message": message, "code": "url.invalid"}], status=409) from None
    for kind, offer in sorted(sources.items()):
        if scheme in offer.spec.schemes:
            return kind, {**body.config, "url": body.url}
    known = sorted({s for o in sources.values() for s in o.spec.schemes})
    message = f"no installed source takes {scheme}; there are: {', '.join(known)}"
    raise Invalid([{"field": "/url", "message": message, "code": "url.scheme"}], status=409, code="url.scheme")


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
async def export_streams(hub: Hub, principal: Principal, query: ExportQuery) -> Any:
    """Configurations of all or some streams, secrets masked."""
    rows = visible.streams(principal, "streams.configure")
    if query.stream is not None:
        rows = rows.filter(id__in=[query.stream] if isinstance(query.stream, str) else query.stream)
    return plain(
        {
            "version": 1,
            "streams": [
                {"id": row.id, **{f: getattr(row, f) for f in EXPORTED}, "enabled": row.desired == "running",
                 **hub.streams.masked(row)}
                for row in await rows.order_by("id")
            ],
        }
    )  # fmt: skip


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
            before = (await hub.streams.given(existing)).groups
            if "groups" in entry:
                given = await checked_groups(hub, principal, given, before, existing.id)
            row = await hub.streams.change(existing, given, lambda _: None)
        else:
            before, given = [], parse(StreamIn, entry)
            _allow_unmasked(principal, given, False)
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
