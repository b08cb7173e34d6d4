"""Which groups a stream is in, where it says so itself: by the rules that hold where a group names its streams."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from glimpser.database.models import Grant
from glimpser.identity import ranks
from glimpser.identity.permissions import Catalogue
from glimpser.identity.policy import Principal, can
from glimpser.streams.inputs import StreamIn
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.web import Problem

from . import visible

if TYPE_CHECKING:
    from glimpser.hub import Hub


async def check_joins(
    catalogue: Catalogue, principal: Principal, groups: Collection[str], stream_id: str | None
) -> None:
    """Problem 403 for who could not have given, on this stream (None = a new one), what was granted on these groups.
    Inside a transaction it holds for what that commits."""
    granted = await Grant.filter(group_id__in=list(groups))
    ranks.check_has(principal, await ranks.given_by(catalogue, granted), stream_id)


async def checked_groups(
    hub: Hub, principal: Principal, given: StreamIn, before: Collection[str] = (), stream_id: str | None = None
) -> StreamIn:
    """What was given, in the groups that the stream shall be in; those that the principal does not see it stays in.

    ConfigInvalid for a group that there is not, for them. Problem 403 for who does not manage groups, or would grant,
    by what joins a group, more than they have on it.
    """
    wanted = set(given.groups)
    seen = {str(i) for i in await visible.groups(principal).values_list("id", flat=True)}
    for missing in (g for g in given.groups if g not in seen):
        raise ConfigInvalid(f"there is no group {missing}", field="/groups", code="group.not_found")
    hidden = set(before) - seen
    if wanted == set(before) - hidden:
        return given.model_copy(update={"groups": list(before)})
    if not can(principal, "groups.manage"):
        raise Problem(
            403, "permission.missing", "groups needs the permission groups.manage", permission="groups.manage"
        )
    await check_joins(hub.identity.permissions, principal, wanted - set(before), stream_id)
    return given.model_copy(update={"groups": [*given.groups, *sorted(hidden)]})


async def groups_changed(hub: Hub, before: Collection[str], after: Collection[str]) -> None:
    """Whoever sees more or less by a stream that joined or left a group goes by it at once."""
    for group_id in sorted(set(before) ^ set(after)):
        await hub.identity.rights_changed(*await ranks.affected_by_group(group_id))
