"""What a user may do: the role's permissions, where they hold, and what was granted on single streams and groups.

Permissions only add. Admin, operator and viewer see every stream unless their user is limited to some; guest and custom
roles see what was granted to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from tortoise.expressions import Q

from glimpser.database.models import Grant, StreamGroup, StreamGroupMember, User

from . import restrictions, roles
from .permissions import Catalogue
from .restrictions import NONE, Restrictions

Grants = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """``hubwide``: holds for the hub and all its streams. ``grants``: what holds beside it, by stream. ``hidden``:
    streams of which nothing holds. ``restrictions`` and ``limits`` go with whatever is made of these rights."""

    hubwide: frozenset[str]
    grants: Grants
    hidden: frozenset[str] = frozenset()
    restrictions: Restrictions = NONE
    limits: Mapping[str, int] = field(default_factory=dict)

    def scoped(self, scopes: Collection[str]) -> Rights:
        """Only what is among the scopes as well."""
        kept = frozenset(scopes)
        return replace(self, hubwide=self.hubwide & kept, grants={s: own & kept for s, own in self.grants.items()})

    def on(self, streams: Collection[str], per_stream: frozenset[str]) -> Rights:
        """Only on these streams; what is not about streams stays."""
        return replace(
            self,
            hubwide=self.hubwide - per_stream,
            grants={s: (self.hubwide & per_stream) | self.grants.get(s, frozenset()) for s in streams},
        )

    def capped(self, by: Restrictions, hidden: Collection[str]) -> Rights:
        """Only what the restrictions leave."""
        return replace(
            self,
            hubwide=by.cap(self.hubwide),
            grants={s: by.cap(own) for s, own in self.grants.items()},
            hidden=frozenset(hidden),
            restrictions=by,
        )


async def of_user(catalogue: Catalogue, user: User) -> tuple[Rights, int]:
    """A user's rights and rank, restrictions applied. An unknown role has none."""
    role = await roles.find(catalogue, user.role)
    if role is None:
        return Rights(hubwide=frozenset(), grants={}), 0
    per_stream = role.permissions & catalogue.per_stream
    if role.everywhere:
        rights = Rights(hubwide=role.permissions, grants={})
        if user.streams is not None:
            rights = rights.on(user.streams, catalogue.per_stream)
        own: frozenset[str] = frozenset()
    else:
        rights, own = Rights(hubwide=role.permissions - per_stream, grants={}), per_stream
    grants = dict(rights.grants)
    by = restrictions.stored(user.restrictions)
    rows = await Grant.filter(Q(user_id=user.id) | Q(role=user.role))
    private = await _private() if by.hide_private_groups else frozenset()
    rows = [row for row in rows if row.group_id not in private]
    for stream_id, permissions in await _granted(rows):
        found = (frozenset(permissions) & catalogue.per_stream) | own
        grants[stream_id] = grants.get(stream_id, frozenset()) | found
    rights = Rights(hubwide=rights.hubwide, grants=grants, limits=role.limits)
    if by:
        named = {*(user.streams or ()), *(str(row.stream_id) for row in rows if row.stream_id is not None)}
        rights = rights.capped(by, await _only_in(private) - named)
    return rights, role.rank


async def _private() -> frozenset[str]:
    return frozenset(str(i) for i in await StreamGroup.filter(private=True).values_list("id", flat=True))


async def _only_in(private: frozenset[str]) -> set[str]:
    """Streams that are in these groups and in no other."""
    groups: dict[str, set[str]] = {}
    if private:
        for stream_id, group_id in await StreamGroupMember.all().values_list("stream_id", "group_id"):
            groups.setdefault(str(stream_id), set()).add(str(group_id))
    return {stream_id for stream_id, own in groups.items() if own <= private}


async def _granted(rows: list[Grant]) -> list[tuple[str, list[str]]]:
    groups = {row.group_id: row.permissions for row in rows if row.group_id is not None}
    found = [(str(row.stream_id), row.permissions) for row in rows if row.stream_id is not None]
    if groups:
        members = StreamGroupMember.filter(group_id__in=list(groups))
        for group_id, stream_id in await members.values_list("group_id", "stream_id"):
            found += [(str(stream_id), row.permissions) for row in rows if row.group_id == group_id]
    return found
