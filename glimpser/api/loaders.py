"""How routes find their objects: always among what the principal may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q, Subquery

from glimpser.database.models import Activity, Event, Grant, MediaFile, Snapshot, Stream, StreamGroup, StreamGroupMember
from glimpser.identity.policy import Principal, can, sees, visible_to

from .problems import Invalid
from .routing import Loader

if TYPE_CHECKING:
    from glimpser.hub import Hub


async def _stream(hub: Hub, principal: Principal, identifier: str) -> Stream | None:
    return await Stream.filter(visible_to(principal), id=identifier, deleted_at=None).first()


async def _event(hub: Hub, principal: Principal, identifier: str) -> Event | None:
    event = await Event.filter(id=identifier).first()
    if event is None or not sees(principal, event.stream_id) or not can(principal, "events.view", event.stream_id):
        return None
    return event


async def _activity(hub: Hub, principal: Principal, identifier: str) -> Activity | None:
    return await Activity.filter(visible_to(principal, "stream_id", "events.view"), id=identifier).first()


async def _snapshot(hub: Hub, principal: Principal, identifier: str) -> Snapshot | None:
    return await Snapshot.filter(visible_to(principal, "stream_id"), id=identifier).first()


async def _clip(hub: Hub, principal: Principal, identifier: str) -> MediaFile | None:
    return await MediaFile.filter(
        visible_to(principal, "stream_id", "events.view"), id=identifier, state="ready"
    ).first()


async def _group(hub: Hub, principal: Principal, identifier: str) -> StreamGroup | None:
    return await StreamGroup.filter(visible_groups(principal), id=identifier).first()


def visible_groups(principal: Principal) -> Q:
    """The condition on groups: private ones are for those who manage groups, and for those they were granted to."""
    if can(principal, "groups.manage"):
        return Q()
    granted = Grant.filter(Q(user_id=principal.id) | Q(role=principal.role), group_id__isnull=False)
    public = Q(private=False)
    if not can(principal, "streams.view"):
        seen = [stream_id for stream_id in principal.grants if sees(principal, stream_id)]
        public &= Q(id__in=Subquery(StreamGroupMember.filter(stream_id__in=seen).values("group_id")))
    return public | Q(id__in=Subquery(granted.values("group_id")))


async def check_streams(principal: Principal, streams: list[str] | None, conn: Any = None) -> None:
    """Invalid, 409, that names the place of each stream that the principal does not see. ``conn``: of a transaction."""
    if not streams:
        return
    seen = Stream.filter(visible_to(principal), id__in=list(set(streams)), deleted_at=None)
    known = {str(i) for i in await (seen.using_db(conn) if conn else seen).values_list("id", flat=True)}
    if missing := [n for n, i in enumerate(streams) if i not in known]:
        errors = [{"field": f"/streams/{n}", "message": "no such stream", "code": "stream.not_found"} for n in missing]
        raise Invalid(errors, status=409, code="stream.not_found")


async def named_or_tagged(text: str) -> Q:
    """The condition for streams with ``text`` in their name or in a tag, whatever the case."""
    wanted = text.casefold()
    tags: Any = await Stream.filter(deleted_at=None).exclude(tags=[]).values_list("id", "tags")
    return Q(name__icontains=text) | Q(id__in=[i for i, own in tags if any(wanted in t.casefold() for t in own)])


STREAM = Loader("stream", "stream_id", _stream, lambda stream: str(stream.id))
EVENT = Loader("event", "event_id", _event, lambda event: event.stream_id)
ACTIVITY = Loader("activity", "activity_id", _activity, lambda activity: str(activity.stream_id))
SNAPSHOT = Loader("snapshot", "snapshot_id", _snapshot, lambda snapshot: str(snapshot.stream_id))
CLIP = Loader("clip", "clip_id", _clip, lambda clip: str(clip.stream_id))
GROUP = Loader("group", "group_id", _group)
