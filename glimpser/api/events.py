"""Events: search, one event, ingest, and the catalogue of types."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from glimpser.database.models import Event
from glimpser.events.log import event_view
from glimpser.identity.policy import Principal, abilities
from glimpser_sdk.ids import ID_PATTERN
from glimpser_sdk.web import Problem

from . import visible
from .answers import shown
from .cursors import PageQuery, page
from .inputs import Moment
from .loaders import EVENT
from .models import EventOut
from .routing import SIGNED_IN, Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("events")

EVENT_PERMISSIONS = ("events.view", "activities.review", "media.delete", "streams.share")
Severity = Literal["info", "notice", "warning", "critical"]
Id = Annotated[str, Field(max_length=26)]
StreamId = Annotated[str, Field(pattern=ID_PATTERN)]


class EventQuery(PageQuery):
    """Filters; all of them must hold."""

    stream: Id | None = Field(None, description="Id of a stream.")
    activity: Id | None = Field(None, description="Id of an activity.")
    type: str | None = Field(None, max_length=100, description="Event type.")
    severity: Severity | None = None
    state: Literal["open", "ended", "interrupted"] | None = None
    after: Moment | None = Field(None, description="Started at or after.")
    before: Moment | None = Field(None, description="Started before.")


class EventIn(BaseModel):
    """An event that another system reports."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field("external.reported", max_length=100, description="A type of the catalogue.")
    stream_id: StreamId = Field(description="The stream it belongs to.")
    started_at: Moment | None = Field(None, description="Now when left out.")
    ended_at: Moment | None = Field(None, description="When it ended; equal to the start when left out.")
    severity: Severity | None = None
    score: float | None = Field(None, ge=0, le=1)
    text: str = Field("", max_length=2000, description="In words.")
    data: dict[str, Any] = Field(default_factory=dict)


class EventTypeOut(BaseModel):
    """A type of event."""

    type: str
    title: str
    severity: str
    description: str


async def event_outs(hub: Hub, principal: Principal, events: list[Event]) -> list[dict[str, Any]]:
    """Events as this principal sees them."""
    names = await visible.names({e.stream_id for e in events if e.stream_id})
    clips = await visible.clip_ids(principal, events)
    return [_out(hub, principal, e, names.get(e.stream_id or "", ""), clips.get(e.id)) for e in events]


def _out(hub: Hub, principal: Principal, event: Event, stream_name: str, clip_id: str | None) -> dict[str, Any]:
    words = {**event.data, **event.data.get("params", {}), "stream": stream_name}
    return shown(
        event_view(event)
        | {
            "clip_id": clip_id,
            "text": hub.events.types.text(event.type, words),
            "can": abilities(principal, EVENT_PERMISSIONS, event.stream_id, event.id),
        }
    )


@route("GET", "/api/events", permission="events.view", per_stream=True, query=EventQuery, answer=list[EventOut])
async def list_events(hub: Hub, principal: Principal, query: EventQuery) -> Page:
    """Events, newest first."""
    rows = visible.events(principal)
    exact = {"stream_id": query.stream, "activity_id": query.activity, "type": query.type, "state": query.state,
             "severity": query.severity, "started_at__gte": query.after, "started_at__lt": query.before}  # fmt: skip
    rows = rows.filter(**{k: v for k, v in exact.items() if v is not None})
    found = await page(rows, query, by="started_at", time=True)
    return found.of(await event_outs(hub, principal, found.items))


@route("GET", "/api/events/<id:event_id>", permission="events.view", load=EVENT, answer=EventOut)
async def read_event(hub: Hub, principal: Principal, event: Event) -> Any:
    """One event."""
    return (await event_outs(hub, principal, [event]))[0]


@route("POST", "/api/events", permission="events.create", per_stream=True, body=EventIn, answer=EventOut, status=201)
async def report_event(hub: Hub, principal: Principal, body: EventIn) -> Versioned:
    """Record an event that another system noticed."""
    if body.type not in hub.events.types:
        raise Problem(422, "event.type_unknown", f"no event type {body.type!r}; see /api/event-types")
    stream = await visible.streams(principal, "events.create").filter(id=body.stream_id).first()
    if stream is None:
        raise Problem(404, "stream.not_found", "stream_id names no stream that you see")
    if body.ended_at is not None and body.started_at is not None and body.ended_at < body.started_at:
        raise Problem(409, "event.times", "ended_at is before started_at")
    identifier = await hub.events.publish(
        body.type, stream_id=stream.id, score=body.score, severity=body.severity, at=_utc(body.started_at),
        ended_at=_utc(body.ended_at), data={**body.data, "text": body.text, "reported_by": principal.name},
    )  # fmt: skip
    event = await visible.reported(identifier)
    (out,) = await event_outs(hub, principal, [event])
    return Versioned(out, event.revision, status=201, location=f"/api/events/{identifier}")


def _utc(at: datetime | None) -> datetime | None:
    from datetime import UTC

    return None if at is None else at.astimezone(UTC)


@route("GET", "/api/event-types", permission=SIGNED_IN, answer=list[EventTypeOut])
async def event_types(hub: Hub) -> Any:
    """All types of events, the plugins' too."""
    return [
        {"type": t.type, "title": t.title, "severity": t.severity, "description": t.description}
        for t in hub.events.types
    ]
