"""What a principal may see, as queries. Every look-up of a stream, and of what belongs to one, starts here.

Each begins with the streams that the principal sees, the permission it takes, and the moment up to which the
restrictions on the user let them see anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from tortoise.expressions import Q, Subquery
from tortoise.functions import Max
from tortoise.queryset import QuerySet

from glimpser.database.models import (
    Activity,
    ActivityReview,
    ActivityType,
    Event,
    EventLog,
    Grant,
    MediaFile,
    Snapshot,
    Stream,
    StreamGroup,
    StreamGroupMember,
)
from glimpser.identity.policy import Principal, can, known_to, sees, sees_all, visible_to
from glimpser.streams.health import UNKNOWN, state_view
from glimpser_sdk.web import Problem

if TYPE_CHECKING:
    from glimpser.hub import Hub

STATES = ("inactive", "starting", "active", "stale", "waiting", "stopping", "error")


def streams(principal: Principal, permission: str = "streams.view") -> QuerySet[Stream]:
    """Streams on which the principal has the permission."""
    return Stream.filter(visible_to(principal, permission=permission), deleted_at=None)


def events(principal: Principal) -> QuerySet[Event]:
    """Events of streams that the principal sees, and the hub's own for those who see the system. Under a delay those
    that are over: of one that lasts nobody knows yet what will be told of it."""
    of_system = can(principal, "system.view") and can(principal, "events.view")
    known = known_to(principal, "ended_at", "started_at")
    if of_system and sees_all(principal, "events.view"):
        return Event.filter(known)
    of_streams = Q(visible_to(principal, "stream_id", "events.view"), stream_id__isnull=False)
    return Event.filter(of_streams | Q(stream_id__isnull=True) if of_system else of_streams, known)


def activities(principal: Principal, permission: str = "events.view") -> QuerySet[Activity]:
    """Activities of streams on which the principal has the permission."""
    return Activity.filter(
        visible_to(principal, "stream_id", permission), known_to(principal, "ended_at", "started_at")
    )


def activity_types(principal: Principal, kind: str) -> QuerySet[ActivityType]:
    """The activities that the principal sees in which a type occurs: their entries in the list of that type."""
    return ActivityType.filter(_entries(principal), type=kind)


def seen_activities(principal: Principal) -> QuerySet[ActivityReview]:
    """The activities that the principal sees and has reviewed: their marks."""
    return ActivityReview.filter(_entries(principal), user_id=principal.id)


def _entries(principal: Principal) -> Q:
    """``activities`` for what is kept beside them."""
    seen = visible_to(principal, "stream_id", "events.view", key="activity_id")
    return Q(seen, known_to(principal, "activity__ended_at", "started_at"))


def snapshots(principal: Principal, permission: str = "streams.view") -> QuerySet[Snapshot]:
    """Kept pictures of streams on which the principal has the permission."""
    return Snapshot.filter(visible_to(principal, "stream_id", permission), known_to(principal, "captured_at"))


def clips(principal: Principal) -> QuerySet[MediaFile]:
    """Clips that are finished."""
    seen = visible_to(principal, "stream_id", "events.view")
    return MediaFile.filter(seen, known_to(principal, "ended_at", "started_at"), state="ready")


def groups(principal: Principal) -> QuerySet[StreamGroup]:
    """Groups: private ones for those who manage groups, and for those they were granted to."""
    if can(principal, "groups.manage"):
        return StreamGroup.all()
    public = Q(private=False)
    if not can(principal, "streams.view"):
        seen = [stream_id for stream_id in principal.grants if sees(principal, stream_id)]
        public &= Q(id__in=Subquery(StreamGroupMember.filter(stream_id__in=seen).values("group_id")))
    if principal.restrictions.hide_private_groups:
        return StreamGroup.filter(public)
    granted = Grant.filter(Q(user_id=principal.id) | Q(role=principal.role), group_id__isnull=False)
    return StreamGroup.filter(public | Q(id__in=Subquery(granted.values("group_id"))))


async def clip_ids(principal: Principal, of: Iterable[Event]) -> dict[str, str]:
    """The clips of these events, by the event's id. A clip goes on a little after its event."""
    known = {event.id: event.clip_id for event in of if event.clip_id is not None}
    if not principal.restrictions:
        return known
    seen: Any = await clips(principal).filter(id__in=list(known.values())).values_list("id", flat=True)
    return {event_id: clip_id for event_id, clip_id in known.items() if clip_id in seen}


async def names(ids: Collection[str], *, deleted: bool = True) -> dict[str, str]:
    """Names of streams by id, deleted ones too: for the words of events that were found to be visible. Also tells which
    streams there are, whoever sees them, so that a change of others leaves them alone."""
    rows = Stream.filter(id__in=sorted(ids)) if deleted else Stream.filter(id__in=sorted(ids), deleted_at=None)
    return {str(i): str(n) for i, n in await rows.values_list("id", "name")}


async def reported(event_id: str) -> Event:
    """An event for the one who reported it just now, whatever else they may see."""
    return await Event.get(id=event_id)


def live(hub: Hub, principal: Principal) -> Any:
    """Viewers and pictures of this moment. Problem 403 for who sees nothing as young as that."""
    if minutes := principal.restrictions.delay_minutes:
        raise Problem(403, "restricted.delayed", f"you see nothing younger than {minutes} minutes, and so nothing live",
                      delay_minutes=minutes)  # fmt: skip
    return hub.live


async def states(hub: Hub, principal: Principal, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What these streams do, by id; under a delay what they did then, as the log of changes tells."""
    until = principal.restrictions.until
    if until is None:
        return {i: state_view(state) for i in ids if (state := hub.capture.state(i)) is not None}
    then = EventLog.filter(topic="stream", change__in=STATES, stream_id__in=list(ids), at__lte=until)
    last: Any = await then.annotate(last=Max("seq")).group_by("stream_id").values_list("last", flat=True)
    told = {str(row.stream_id): row.payload for row in await EventLog.filter(seq__in=last)}
    for i in ids:
        state = hub.capture.state(i)
        if i not in told and state is not None and state.since <= until:
            # Nothing was told since, as far back as the log goes. What is measured all the time is too young.
            told[i] = {**UNKNOWN, "status": state.state, "resolution": state.resolution or None, "since": state.since}
    return told
