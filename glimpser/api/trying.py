"""Trying a source without keeping it: settings, a bare URL, or changes to a stream with the secrets that it has."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from glimpser.database.models import Stream
from glimpser.engine.contract import EngineError
from glimpser.engine.groups import FIRST_PARTY
from glimpser.identity.policy import Principal
from glimpser.plugins.config import DocumentInvalid, FieldError
from glimpser.redaction import redactor
from glimpser.secrets import Place
from glimpser.streams.health import reason_view
from glimpser.streams.inputs import StreamIn
from glimpser.streams.parts import source_part
from glimpser.streams.reasons import reason_text
from glimpser_sdk.web import Problem

from . import borrowed
from .answers import plain
from .loaders import STREAM
from .models import ReasonOut
from .problems import FieldProblem, Invalid
from .routing import Routes

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("stream-tools")


class TryIn(BaseModel):
    """A configuration, or a bare URL whose kind is to be found."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field("", min_length=1, max_length=4096, description="A bare URL; its scheme decides the kind.")
    kind: str = Field("", min_length=1, max_length=64)
    config: dict[str, Any] = Field(default_factory=dict)


class TryKeptIn(BaseModel):
    """What shall be otherwise than the stream has it."""

    model_config = ConfigDict(extra="forbid")

    config: dict[str, Any] = Field(
        default_factory=dict,
        description="A merge patch on its configuration. Secrets that are left out or masked are the kept ones, as "
        "long as it points to the address that they were entered for.",
    )


class TryOut(BaseModel):
    """What a try found."""

    ok: bool
    kind: str
    config: dict[str, Any] = Field(description="That was tried, secrets masked.")
    reason: ReasonOut | None
    resolution: str | None
    fps: float | None
    codec: str | None
    preview: str | None = Field(description="A JPEG as a data URL; none of a stream with a privacy region.")
    details: dict[str, Any]
    errors: list[FieldProblem] = Field(description="Fields of the configuration that are not valid.")


@route("POST", "/api/streams/test", permission="streams.configure", body=TryIn, answer=TryOut)
async def try_stream(hub: Hub, principal: Principal, body: TryIn) -> Any:
    """Try a configuration or a bare URL without keeping anything: what it is, and a preview."""
    kind, document = _what(hub, body)
    borrowed.check(hub, principal, StreamIn.model_construct(name=kind, kind=kind, config=document))
    return await _tried(hub, kind, document)


@route("POST", "/api/streams/<id:stream_id>/test", permission="streams.configure", load=STREAM, body=TryKeptIn,
       answer=TryOut)  # fmt: skip
async def try_kept(hub: Hub, principal: Principal, stream: Stream, body: TryKeptIn) -> Any:
    """Try a stream with changes to its configuration, without keeping them. A secret that the hub keeps goes nowhere
    but to the address that it was entered for."""
    offer = hub.plugins.registry.sources.get(stream.kind)
    if offer is None:
        raise Problem(409, "plugin.unknown_name", f"the plugin of the kind {stream.kind!r} is not running")
    given = await hub.streams.given(stream)
    model, documents = offer.spec.config, hub.streams.documents
    try:
        if moved := documents.left_behind(model, given.config, body.config):
            message = "the address is another one: enter it anew"
            raise DocumentInvalid(*(FieldError(pointer, "secret_required", message) for pointer in moved))
        document = documents.patch(model, given.config, body.config)
    except DocumentInvalid as error:
        at = [FieldError(f"/config{e.pointer}", e.code, e.message) for e in error.errors]
        return _unusable(stream.kind, DocumentInvalid(*at))
    tried = given.model_copy(update={"config": document, "analyzers": None, "sinks": None})
    borrowed.check(hub, principal, tried, given)
    found = await _tried(hub, stream.kind, document)
    if any(region["kind"] == "privacy" for region in stream.regions):
        # It was not painted over.
        found["preview"] = None
    return found


async def _tried(hub: Hub, kind: str, document: dict[str, Any]) -> dict[str, Any]:
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
    out: dict[str, Any] = plain(
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
    return out


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
