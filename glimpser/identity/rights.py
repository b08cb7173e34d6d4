"""What a user may do: the role's permissions, where they hold, and what was granted on single streams and groups.

Permissions only add. Admin, operator and viewer see every stream unless their user is limited to some; guest and custom
roles see what was granted to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tortoise.expressions import Q

from glimpser.database.models import Grant, StreamGroupMember, User

from . import roles
from .permissions import Catalogue

Grants = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """``hubwide``: holds for the hub and all its streams. ``grants``: what holds beside it, by stream."""

    hubwide: frozenset[str]
    grants: Grants

    def scoped(self, scopes: Collection[str]) -> Rights:
        """Only what is among the scopes as well."""
        kept = frozenset(scopes)
        return Rights(hubwide=self.hubwide & kept, grants={s: own & kept for s, own in self.grants.items()})

    def on(self, streams: Collection[str], per_stream: frozenset[str]) -> Rights:
        """Only on these streams; what is not about streams stays."""
        return Rights(
            hubwide=self.hubwide - per_stream,
            grants={s: (self.hubwide & per_stream) | self.grants.get(s, frozenset()) for s in streams},
        )


async def of_user(catalogue: Catalogue, user: User) -> tuple[Rights, int]:
    """A user's rights and rank. An unknown role has none."""
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
    for stream_id, permissions in await _granted(user):
        found = (frozenset(permissions) & catalogue.per_stream) | own
        grants[stream_id] = grants.get(stream_id, frozenset()) | found
    return Rights(hubwide=rights.hubwide, grants=grants), role.rank


async def _granted(user: User) -> list[tuple[str, list[str]]]:
    rows = await Grant.filter(Q(user_id=user.id) | Q(role=user.role))
    groups = {row.group_id: row.permissions for row in rows if row.group_id is not None}
    found = [(str(row.stream_id), row.permissions) for row in rows if row.stream_id is not None]
    if groups:
        members = StreamGroupMember.filter(group_id__in=list(groups))
        for group_id, stream_id in await members.values_list("group_id", "stream_id"):
            found += [(str(stream_id), row.permissions) for row in rows if row.group_id == group_id]
    return found
