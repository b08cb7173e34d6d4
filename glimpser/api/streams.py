"""Streams: create, list, read, change, delete, start and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from tortoise.expressions import Subquery

from glimpser.database.models import Stream, StreamGroupMember
from glimpser.identity.policy import Principal, can
from glimpser.streams.inputs import VISIBLE, StreamIn
from glimpser.streams.views import stream_view
from glimpser_sdk.web import Problem

from . import borrowed, visible
from .answers import matcher, plain
from .cursors import PageQuery, page
from .events import Id
from .inputs import parse
from .loaders import STREAM, named_or_tagged
from .membership import checked_groups, groups_changed
from .models import ReasonOut
from .problems import Invalid
from .routing import Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("streams")

State = Literal["inactive", "starting", "active", "stale", "waiting", "stopping", "error"]


class StreamQuery(PageQuery):
    """Filters; all of them must hold."""

    search: str | None = Field(None, max_length=200, description="Part of the name or a tag.")
    group: Id | None = Field(None, description="Id of a group.")
    status: State | None = None
    kind: str | None = Field(None, max_length=64, description="Source kind.")


class StreamOut(BaseModel):
    """A stream: what is configured and what it does now."""

    id: str
    name: str
    kind: str
    source: str = Field(description="What it watches, credentials masked.")
    enabled: bool = Field(description="Whether it should run.")
    status: State
    reason: ReasonOut | None = Field(description="Why the status is what it is.")
    resolution: str | None = Field(description="As measured, such as 640x360.")
    fps: float | None = Field(description="As measured.")
    codec: str | None
    last_frame_at: str | None
    retry_at: str | None
    attempts: int
    mode: str | None = Field(description="What is decoded now: none, key, nonref or full.")
    degraded: bool
    suspect: bool
    since: str | None
    config: dict[str, Any] = Field(description="Secrets are masked.")
    analyzers: dict[str, dict[str, Any]]
    sinks: dict[str, dict[str, Any]]
    regions: list[dict[str, Any]]
    groups: list[str]
    tags: list[str]
    timezone: str | None
    location: dict[str, Any] | None
    external_key: str | None
    unmasked_recording: bool
    version: int
    created_at: str
    updated_at: str
    can: list[str]


class CloneIn(BaseModel):
    """What is different about the copy."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, pattern=VISIBLE, description="Its name.")


class DeleteQuery(BaseModel):
    """What becomes of kept media."""

    model_config = ConfigDict(extra="forbid")

    media: Literal["keep", "purge"] = Field("keep", description="keep: until it ages out; purge: delete it now.")


async def stream_outs(hub: Hub, principal: Principal, rows: list[Stream]) -> list[dict[str, Any]]:
    """Streams as this principal sees them."""
    ids = [row.id for row in rows]
    groups: dict[str, list[str]] = {}
    seen = Subquery(visible.groups(principal).values("id"))
    members = StreamGroupMember.filter(stream_id__in=ids, group_id__in=seen).order_by("id")
    for stream_id, group_id in await members.values_list("stream_id", "group_id"):
        groups.setdefault(str(stream_id), []).append(str(group_id))
    states = await visible.states(hub, principal, ids)
    return [plain(stream_view(hub, principal, row, groups.get(row.id, []), states.get(row.id))) for row in rows]


async def stream_out(hub: Hub, principal: Principal, row: Stream) -> Versioned:
    """One stream with its version."""
    return Versioned((await stream_outs(hub, principal, [row]))[0], row.version)


@route("GET", "/api/streams", permission="streams.view", per_stream=True, query=StreamQuery, answer=list[StreamOut])
async def list_streams(hub: Hub, principal: Principal, query: StreamQuery) -> Page:
    """Streams by name."""
    rows = visible.streams(principal)
    if query.search:
        rows = rows.filter(await named_or_tagged(principal, query.search))
    if query.kind is not None:
        rows = rows.filter(kind=query.kind)
    if query.group is not None:
        groups = Subquery(visible.groups(principal).filter(id=query.group).values("id"))
        rows = rows.filter(id__in=Subquery(StreamGroupMember.filter(group_id__in=groups).values("stream_id")))
    if query.status is not None:
        ids: Any = await rows.values_list("id", flat=True)
        states = await visible.states(hub, principal, ids)
        rows = rows.filter(id__in=[i for i, state in states.items() if state["status"] == query.status])
    found = await page(rows, query, by="name", descending=False)
    return found.of(await stream_outs(hub, principal, found.items))


def _check_unmasked(principal: Principal, before: bool, after: bool, stream_id: str | None) -> None:
    if after and not before and not can(principal, "streams.record_unmasked", stream_id):
        raise Problem(403, "permission.missing", "unmasked_recording needs the permission streams.record_unmasked",
                      permission="streams.record_unmasked")  # fmt: skip


@route("POST", "/api/streams", permission="streams.configure", body=StreamIn, answer=StreamOut, status=201)
async def create_stream(hub: Hub, principal: Principal, body: StreamIn) -> Versioned:
    """Create a stream; it starts at once unless ``enabled`` is false."""
    _check_unmasked(principal, False, body.unmasked_recording, None)
    borrowed.check(hub, principal, body)
    return await _created(hub, principal, await checked_groups(hub, principal, body))


async def _created(hub: Hub, principal: Principal, given: StreamIn) -> Versioned:
    row = await hub.streams.create(given)
    await groups_changed(hub, (), given.groups)
    await hub.capture.apply(row.id)
    out = await stream_out(hub, principal, row)
    await hub.events.announce("stream", "created", row.id, stream_id=row.id, payload={"name": row.name})
    return Versioned(out.body, row.version, status=201, location=f"/api/streams/{row.id}")


@route("GET", "/api/streams/<id:stream_id>", permission="streams.view", load=STREAM, answer=StreamOut)
async def read_stream(hub: Hub, principal: Principal, stream: Stream) -> Versioned:
    """One stream with its state."""
    return await stream_out(hub, principal, stream)


@route("PATCH", "/api/streams/<id:stream_id>", permission="streams.configure", load=STREAM, body=StreamIn,
       merge_patch=True, answer=StreamOut, match=True)  # fmt: skip
async def change_stream(hub: Hub, principal: Principal, stream: Stream, body: dict[str, Any]) -> Versioned:
    """Change a stream by a JSON merge patch; an omitted or masked secret stays. Needs If-Match."""
    given = await patched(hub, stream, body)
    _check_unmasked(principal, stream.unmasked_recording, given.unmasked_recording, stream.id)
    kept = await hub.streams.given(stream)
    borrowed.check(hub, principal, given, kept)
    before = kept.groups
    if "groups" in body:
        given = await checked_groups(hub, principal, given, before, stream.id)
    match = matcher()
    row = await hub.streams.change(stream, given, lambda now: match(now.version))
    await groups_changed(hub, before, given.groups)
    await hub.capture.apply(row.id)
    await hub.events.announce("stream", "updated", row.id, stream_id=row.id, payload={"name": row.name})
    return await stream_out(hub, principal, row)


async def patched(hub: Hub, stream: Stream, patch: dict[str, Any]) -> StreamIn:
    """The stream with a merge patch applied, secrets kept where they were left out or masked."""
    if unknown := sorted(set(patch) - set(StreamIn.model_fields)):
        raise Invalid([{"field": f"/{f}", "message": "no such field", "code": "extra_forbidden"} for f in unknown])
    kept = await hub.streams.given(stream)
    values: dict[str, Any] = {name: getattr(kept, name) for name in StreamIn.model_fields}
    registry = hub.plugins.registry
    kind = patch.get("kind", kept.kind)
    if kind != kept.kind and "config" not in patch:
        errors = [{"field": "/config", "message": "another kind needs its own configuration", "code": "missing"}]
        raise Invalid(errors, status=409, code="stream.config_needed")
    for field, value in patch.items():
        if field == "config" and kind == kept.kind and isinstance(value, dict) and kind in registry.sources:
            model = registry.sources[kind].spec.config
            if "kind" in patch:  # who names the kind gives its whole configuration
                hub.streams.documents.check(model, value, "/config")
            values["config"] = hub.streams.documents.patch(model, kept.config, value)
        elif field in ("analyzers", "sinks") and isinstance(value, dict):
            values[field] = _patch_parts(hub, field, values[field], value)
        elif value is None and field in ("name", "kind"):
            raise Invalid([{"field": f"/{field}", "message": "cannot be removed", "code": "missing"}])
        elif value is None:
            values[field] = StreamIn.model_fields[field].get_default(call_default_factory=True)
        else:
            values[field] = value
    return parse(StreamIn, values)


def _patch_parts(hub: Hub, field: str, kept: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    offers: Any = getattr(hub.plugins.registry, field)
    merged = {name: config for name, config in kept.items() if patch.get(name, config) is not None}
    for name, change in patch.items():
        if change is None:
            continue
        if name in offers and isinstance(change, dict):
            merged[name] = hub.streams.documents.patch(offers[name].spec.config, kept.get(name, {}), change)
        else:
            merged[name] = change
    return merged


@route("DELETE", "/api/streams/<id:stream_id>", permission="streams.configure", load=STREAM, query=DeleteQuery,
       match=True, status=204, dangerous=lambda query: query.media == "purge")  # fmt: skip
async def delete_stream(hub: Hub, stream: Stream, query: DeleteQuery) -> None:
    """Stop and remove a stream. Needs If-Match."""
    match = matcher()
    await hub.streams.delete(stream, lambda now: match(now.version))
    await hub.capture.apply(stream.id)
    await hub.events.on_lost([stream.id])
    if query.media == "purge":
        await hub.media.purge(stream.id)
    await hub.events.announce("stream", "deleted", stream.id, stream_id=stream.id, payload={"name": stream.name})


@route("POST", "/api/streams/<id:stream_id>/clone", permission="streams.configure", load=STREAM, body=CloneIn,
       answer=StreamOut, status=201)  # fmt: skip
async def clone_stream(hub: Hub, principal: Principal, stream: Stream, body: CloneIn) -> Versioned:
    """Create a stream like this one, with its secrets, which does not run yet."""
    if not can(principal, "streams.configure"):
        raise Problem(403, "permission.missing", "this needs the permission streams.configure on the hub",
                      permission="streams.configure")  # fmt: skip
    given = await hub.streams.given(stream)
    _check_unmasked(principal, False, given.unmasked_recording, None)
    seen = {str(i) for i in await visible.groups(principal).values_list("id", flat=True)}
    groups = [g for g in given.groups if g in seen] if can(principal, "groups.manage") else []
    values = {name: getattr(given, name) for name in StreamIn.model_fields}
    own = {"name": body.name, "groups": groups, "enabled": False, "external_key": None}
    copy = parse(StreamIn, values | own)
    return await _created(hub, principal, await checked_groups(hub, principal, copy))


@route("POST", "/api/streams/<id:stream_id>/start", permission="streams.control", load=STREAM, answer=StreamOut,
       status=202)  # fmt: skip
async def start_stream(hub: Hub, principal: Principal, stream: Stream) -> Versioned:
    """Begin capturing; clears backoff and quarantine."""
    row = await hub.streams.desire(stream, True)
    before = hub.capture.state(stream.id)
    await hub.capture.apply(stream.id)
    if before is not None and before.state in ("waiting", "error"):
        await hub.capture.restart(stream.id)
    return await stream_out(hub, principal, row)


@route(
    "POST", "/api/streams/<id:stream_id>/stop", permission="streams.control", load=STREAM, answer=StreamOut, status=202
)
async def stop_stream(hub: Hub, principal: Principal, stream: Stream) -> Versioned:
    """Stop capturing."""
    row = await hub.streams.desire(stream, False)
    await hub.capture.apply(stream.id)
    return await stream_out(hub, principal, row)
