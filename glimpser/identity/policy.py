"""The one choke point: who may do what to which object. Everything that is not allowed here is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tortoise.expressions import Q

from .restrictions import NONE, Restrictions

VISITOR = "visitor"
"""The kind of a principal without an account, in a demo, and its id; see `visitors`."""
NOWHERE: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is asking. ``kind``: user (a browser session), token (got for a password), api_key, share (a share link) or
    visitor (of a demo; see ``visitors``). ``session_id``: of the session, key or link that proves it. ``rank`` orders
    roles: one manages lower ones.

    ``hubwide`` holds for the hub and all its streams, ``grants`` for single streams beside it, and ``objects`` for
    single events, pictures and clips, by their ids. ``hidden``: streams of which nothing holds. ``restrictions`` have
    cut all of them down already; what is left of them is a matter of time. ``limits``: how often they may do
    what is counted, by name; ``account``: whose uses count with theirs, '' = their own alone.

    ``expires_at``: when the proof ends by itself. ``proved_at``: when they last typed a password or a code;
    ``dangerous``: a key that needs no such proof; ``ways``: by which they can prove it again. ``to_enrol``: may do
    nothing before a second factor is set up.
    """

    id: str
    name: str
    role: str
    rank: int = 0
    kind: str
    session_id: str
    hubwide: frozenset[str]
    grants: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOWHERE)
    objects: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOWHERE)
    limits: Mapping[str, int] = field(default_factory=dict)
    account: str = ""
    expires_at: datetime | None = None
    proved_at: datetime | None = None
    dangerous: bool = False
    ways: tuple[str, ...] = ()
    to_enrol: bool = False
    hidden: frozenset[str] = frozenset()
    restrictions: Restrictions = NONE

    @property
    def permissions(self) -> frozenset[str]:
        """What the principal may do somewhere."""
        return self.hubwide.union(*self.grants.values(), *self.objects.values())


def can(
    principal: Principal | None, permission: str, stream_id: str | None = None, object_id: str | None = None
) -> bool:
    """Whether the principal has the permission: on a stream where one is named, or on the one object of it, else on the
    hub as a whole."""
    if principal is None or stream_id in principal.hidden:
        return False
    return (
        permission in principal.hubwide
        or (stream_id is not None and permission in principal.grants.get(stream_id, ()))
        or (object_id is not None and permission in principal.objects.get(object_id, ()))
    )


def visible_to(principal: Principal, column: str = "id", permission: str = "streams.view", *, key: str = "id") -> Q:
    """The condition on ``column`` (a stream id) that every query of streams and what belongs to them starts from.
    ``permission``: needed beside ``streams.view``. ``key``: the column that names the object itself."""
    needed = {"streams.view", permission}
    if needed <= principal.hubwide:
        outside: Any = {f"{column}__not_in": sorted(principal.hidden)}
        return Q(**outside) if principal.hidden else Q()
    condition: Any = {
        f"{column}__in": sorted(
            s for s, own in principal.grants.items() if needed <= own | principal.hubwide and s not in principal.hidden
        )
    }
    single = sorted(o for o, own in principal.objects.items() if needed <= own)
    own: Any = {f"{key}__in": single}
    return Q(**condition) | Q(**own) if single else Q(**condition)


def sees_all(principal: Principal, permission: str) -> bool:
    """Whether ``visible_to`` leaves nothing out."""
    return {"streams.view", permission} <= principal.hubwide and not principal.hidden


def only_on(principal: Principal, permission: str) -> list[str] | None:
    """The streams to which the principal is limited; None = not to some that could be named."""
    needed = {"streams.view", permission}
    if needed <= principal.hubwide or principal.objects:
        return None
    return [s for s, own in principal.grants.items() if needed <= own | principal.hubwide]


def known_to(principal: Principal, moment: str, began: str = "") -> Q:
    """The condition on what is kept, by the column ``moment`` with the last moment that a row tells of: under a delay
    only what was over by then, with live pictures alone nothing. ``began``: the column with its start, which is no
    later, and by which an index finds it."""
    if principal.restrictions.live_only:
        return Q(id__in=[])
    until = principal.restrictions.until
    condition: Any = {f"{column}__lte": until for column in (moment, began) if column}
    return Q() if until is None else Q(**condition)


def sees(principal: Principal, stream_id: str | None, object_id: str | None = None) -> bool:
    """Whether something of this stream (None = of the hub itself) may be shown to the principal."""
    if stream_id is None:
        return can(principal, "system.view")
    return can(principal, "streams.view", stream_id, object_id)


def abilities(
    principal: Principal, permissions: tuple[str, ...], stream_id: str | None = None, object_id: str | None = None
) -> list[str]:
    """Which of ``permissions`` the principal has on an object: the ``can`` list in answers."""
    return [p for p in permissions if can(principal, p, stream_id, object_id)]
