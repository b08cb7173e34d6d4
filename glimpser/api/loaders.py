"""How routes find their objects: always among what the principal may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q

from glimpser.database.models import Activity, Event, MediaFile, Snapshot, Stream, StreamGroup
from glimpser.identity.policy import Principal

from . import visible
from .problems import Invalid
from .routing import Loader

if TYPE_CHECKING:
    from glimpser.hub import Hub


async def _stream(hub: Hub, principal: Principal, identifier: str) -> Stream | None:
    return await visible.streams(principal).filter(id=identifier).first()


async def _event(hub: Hub, principal: Principal, identifier: str) -> Event | None:
    return await visible.events(principal).filter(id=identifier).first()


async def _activity(hub: Hub, principal: Principal, identifier: str) -> Activity | None:
    return await visible.activities(principal).filter(id=identifier).first()


async def _snapshot(hub: Hub, principal: Principal, identifier: str) -> Snapshot | None:
    return await visible.snapshots(principal).filter(id=identifier).first()


async def _clip(hub: Hub, principal: Principal, identifier: str) -> MediaFile | None:
    return await visible.clips(principal).filter(id=identifier).first()


async def _group(hub: Hub, principal: Principal, identifier: str) -> StreamGroup | None:
    return await visible.groups(principal).filter(id=identifier).first()


async def check_streams(principal: Principal, streams: list[str] | None, conn: Any = None) -> None:
    """Invalid, 409, that names the place of each stream that the principal does not see. ``conn``: of a transaction."""
    if not streams:
        return
    seen = visible.streams(principal).filter(id__in=list(set(streams)))
    known = {str(i) for i in await (seen.using_db(conn) if conn else seen).values_list("id", flat=True)}
    if missing := [n for n, i in enumerate(streams) if i not in known]:
        errors = [{"field": f"/streams/{n}", "message": "no such stream", "code": "stream.not_found"} for n in missing]
        raise Invalid(errors, status=409, code="stream.not_found")


async def named_or_tagged(principal: Principal, text: str) -> Q:
    """The condition for streams with ``text`` in their name or in a tag, whatever the case."""
    wanted = text.casefold()
    tags: Any = await visible.streams(principal).exclude(tags=[]).values_list("id", "tags")
    return Q(name__icontains=text) | Q(id__in=[i for i, own in tags if any(wanted in t.casefold() for t in own)])


STREAM = Loader("stream", "stream_id", _stream, lambda stream: str(stream.id))
EVENT = Loader("event", "event_id", _event, lambda event: event.stream_id)
ACTIVITY = Loader("activity", "activity_id", _activity, lambda activity: str(activity.stream_id))
SNAPSHOT = Loader("snapshot", "snapshot_id", _snapshot, lambda snapshot: str(snapshot.stream_id))
CLIP = Loader("clip", "clip_id", _clip, lambda clip: str(clip.stream_id))
GROUP = Loader("group", "group_id", _group)
