"""Who manages whom: one manages lower ranks, gives no more than one has, and the last administrator stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from glimpser.database.models import ApiKey, Grant, Session, ShareLink, User
from glimpser_sdk.web import Problem

from . import restrictions, roles
from .permissions import Catalogue
from .policy import Principal, can
from .roles import RANKS, RoleInfo


def manages(principal: Principal, rank: int) -> bool:
    """Whether somebody of this rank is below one's own. Administrators manage each other."""
    return principal.rank > rank or principal.rank >= RANKS["admin"]


def check_manages(principal: Principal, rank: int) -> None:
    """Problem 403 for somebody of one's own rank or a higher one. Administrators manage each other."""
    if not manages(principal, rank):
        raise Problem(403, "rank.too_low", "this needs a role above that of the other", rank=rank)


async def check_owner(catalogue: Catalogue, principal: Principal, user_id: str) -> None:
    """Problem 403 for what belongs to somebody else of one's own rank or a higher one."""
    if user_id == principal.id:
        return
    owner = await User.filter(id=user_id).first()
    role = await roles.find(catalogue, owner.role) if owner is not None else None
    check_manages(principal, role.rank if role else 0)


async def check_grants(principal: Principal, catalogue: Catalogue, grants: Collection[Grant]) -> None:
    """Problem 403 where one of these grants is somebody's whom one does not manage: it is neither given nor taken."""
    users = [grant.user_id for grant in grants if grant.user_id is not None]
    named = {grant.role for grant in grants if grant.role is not None}
    named |= {str(role) for role in await User.filter(id__in=users).values_list("role", flat=True)}
    for role_id in sorted(named):
        role = await roles.find(catalogue, role_id)
        check_manages(principal, role.rank if role else 0)


def check_gives(principal: Principal, role: RoleInfo) -> None:
    """Problem 403 for a role that one could not have made oneself."""
    check_manages(principal, role.rank)
    check_has(principal, role.permissions)
    check_limits(principal, role.limits)


def gives(principal: Principal, role: RoleInfo) -> bool:
    """Whether `check_gives` lets it pass."""
    try:
        check_gives(principal, role)
    except Problem:
        return False
    return True


def check_limits(principal: Principal, limits: Mapping[str, int]) -> None:
    """Problem 403 that names a limit of one's own that a role would not have."""
    for name, limit in sorted(principal.limits.items()):
        if limits.get(name, limit + 1) > limit:
            raise Problem(403, "limit.not_yours", f"your own {name} are limited to {limit}: give a limit no higher",
                          limit=name, at_most=limit)  # fmt: skip


def check_has(principal: Principal, permissions: Collection[str], stream_id: str | None = None) -> None:
    """Problem 403 that names what the principal does not have itself, and so cannot give."""
    missing = sorted(p for p in permissions if not can(principal, p, stream_id))
    if missing:
        raise Problem(403, "permission.not_yours", f"you cannot give what you do not have: {', '.join(missing)}",
                      permission=missing[0])  # fmt: skip


async def check_admin_stays(conn: Any, user_id: str) -> None:
    """Inside a transaction, before a user loses the role or the account, or is limited to some streams: Problem 409 for
    the last administrator, and for the last one of all streams, without whom nobody could give them back."""
    user = await User.filter(id=user_id).using_db(conn).get()
    others = User.filter(role="admin", active=True).exclude(id=user_id).using_db(conn)
    if user.streams is None:
        others = others.filter(streams__isnull=True)
    if not await others.exists():
        raise Problem(409, "user.last_admin", "this is the last administrator of all streams: make another one first")


async def proofs(users: Collection[str], roles: Collection[str] = ()) -> list[str]:
    """Ids of the live sessions, keys and share links of these users, and of everybody with these roles."""
    ids = {*users, *(str(i) for i in await User.filter(role__in=list(roles)).values_list("id", flat=True))}
    sessions = await Session.filter(user_id__in=list(ids), revoked_at=None).values_list("id", flat=True)
    keys = await ApiKey.filter(user_id__in=list(ids), revoked_at=None).values_list("id", flat=True)
    links = await ShareLink.filter(user_id__in=list(ids), revoked_at=None).values_list("id", flat=True)
    return [str(i) for i in (*sessions, *keys, *links)]


async def given_by(catalogue: Catalogue, grants: Collection[Grant]) -> set[str]:
    """What these grants give on a stream: what they name, and what roles that see only what is granted bring along."""
    given = {permission for grant in grants for permission in grant.permissions}
    users = [grant.user_id for grant in grants if grant.user_id is not None]
    named = {grant.role for grant in grants if grant.role is not None}
    named |= {str(role) for role in await User.filter(id__in=users).values_list("role", flat=True)}
    for role_id in named:
        role = await roles.find(catalogue, role_id)
        if role is not None and not role.everywhere:
            given |= role.permissions
    return given & catalogue.per_stream


async def affected_by_group(group_id: str) -> tuple[set[str], set[str]]:
    """Users and roles whose rights go by this group: those it was granted to, and users who see no private ones."""
    users, named = await granted_to(group_id=group_id)
    rows = await User.filter(restrictions__isnull=False)
    return users | {row.id for row in rows if restrictions.stored(row.restrictions).hide_private_groups}, named


async def granted_to(**where: Any) -> tuple[set[str], set[str]]:
    """Users and roles that have grants of this kind."""
    rows = await Grant.filter(**where)
    return {str(r.user_id) for r in rows if r.user_id is not None}, {r.role for r in rows if r.role is not None}
