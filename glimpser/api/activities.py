"""Activities: the inbox, and what is reviewed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from quart import Response

from glimpser.database.models import Activity
from glimpser.events.feed import Change
from glimpser.events.log import activity_view, append
from glimpser.identity import audit
from glimpser.identity.policy import VISITOR, Principal, can
from glimpser_sdk.web import Problem

from . import visible
from .activity_export import CSV, LINES, exported
from .activity_filters import ActivityQuery, activity_outs, activity_page
from .activity_reviews import mark
from .answers import matcher
from .events import event_outs
from .loaders import ACTIVITY
from .models import ActivityOut, EventOut
from .routing import Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("activities")


class ActivityDetail(ActivityOut):
    """An activity with its events."""

    events: list[EventOut]


class ActivityPatch(BaseModel):
    """What changes; a field left out stays."""

    model_config = ConfigDict(extra="forbid")

    reviewed: bool | None = Field(None, description="Whether the principal has seen it.")
    protected: bool | None = Field(None, description="Kept when old ones are removed; needs media.delete.")


@route("GET", "/api/activities", permission="events.view", per_stream=True, query=ActivityQuery,
       answer=list[ActivityOut], formats=(CSV, LINES))  # fmt: skip
async def list_activities(hub: Hub, principal: Principal, query: ActivityQuery) -> Page | Response:
    """Activities, newest first."""
    if query.format != "json":
        asked = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor", "limit"})
        if principal.kind == VISITOR:
            hub.audit.repeats.note((VISITOR, "activities.exported"), audit.entry("activities.exported", query=asked))
        else:
            await hub.audit.record("activities.exported", query=asked)
        return exported(principal, query)
    found = await activity_page(principal, query)
    return found.of(await activity_outs(principal, found.items))


async def _detail(hub: Hub, principal: Principal, activity: Activity) -> dict[str, Any]:
    events = await visible.events(principal).filter(activity_id=activity.id).order_by("started_at", "id").limit(500)
    return (await activity_outs(principal, [activity]))[0] | {"events": await event_outs(hub, principal, list(events))}


@route("GET", "/api/activities/<id:activity_id>", permission="events.view", load=ACTIVITY, answer=ActivityDetail)
async def read_activity(hub: Hub, principal: Principal, activity: Activity) -> Versioned:
    """One activity with its events."""
    return Versioned(await _detail(hub, principal, activity), activity.version)


@route("PATCH", "/api/activities/<id:activity_id>", permission="activities.review", load=ACTIVITY, body=ActivityPatch,
       answer=ActivityDetail, match=True)  # fmt: skip
async def change_activity(hub: Hub, principal: Principal, activity: Activity, body: ActivityPatch) -> Versioned:
    """Mark one activity as reviewed or not, or protect it. Needs If-Match."""
    if body.protected is not None and not can(principal, "media.delete", activity.stream_id):
        raise Problem(403, "permission.missing", "this needs the permission media.delete", permission="media.delete")
    match = matcher()

    async def change(conn: Any) -> tuple[Activity, list[Change]]:
        row = await visible.activities(principal).filter(id=activity.id).using_db(conn).first()
        if row is None:
            raise Problem(404, "activity.not_found", "there is no such activity")
        match(row.version)
        changes: list[Change] = []
        if body.reviewed is not None:
            own = visible.activities(principal).filter(id=row.id)
            changes += (await mark(conn, principal, own, body.reviewed))[1]
        if body.protected is not None:
            row.protected = body.protected
            row.version += 1
            await row.save(using_db=conn)
            changes.append(
                await append(conn, topic="activity", change="updated", object_id=row.id, stream_id=row.stream_id,
                             at=datetime.now(UTC), payload=activity_view(row), revision=row.version)
            )  # fmt: skip
        return row, changes

    fresh, changes = await hub.db.write(change)
    hub.events.feed.announce(changes)
    return Versioned(await _detail(hub, principal, fresh), fresh.version)
