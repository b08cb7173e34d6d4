"""Roles: four built in, and those that people make from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glimpser.database.models import Grant, Role, User
from glimpser_sdk.errors import ConfigInvalid
from glimpser_sdk.ids import is_id, new_id

from .permissions import ROLES, Catalogue

RANKS = {"admin": 100, "operator": 60, "viewer": 30, "guest": 10}
"""Of the built-in roles. Who manages others needs a higher rank than theirs; admins manage admins too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleInfo:
    """A role. ``everywhere``: sees all streams, not only those granted. ``base``: what a custom role was made from.
    ``limits``: how often it may do what is counted, by name; what is not there is not limited."""

    id: str
    name: str
    base: str | None
    rank: int
    permissions: frozenset[str]
    everywhere: bool
    version: int = 0
    limits: Mapping[str, int] = field(default_factory=dict)


def built_in(catalogue: Catalogue) -> list[RoleInfo]:
    """The four, the highest first."""
    return [
        RoleInfo(id=name, name=name, base=None, rank=RANKS[name], permissions=catalogue.of_role(name),
                 everywhere=name != "guest")
        for name in ROLES
    ]  # fmt: skip


def custom(catalogue: Catalogue, row: Role) -> RoleInfo:
    """A row as a role: what its base may do, and its own permissions; those of plugins that are gone do not count."""
    known = frozenset(p for p in row.permissions if p in catalogue)
    return RoleInfo(id=row.id, name=row.name, base=row.base, rank=row.rank, everywhere=False, version=row.version,
                    permissions=catalogue.of_role(row.base) | known, limits=row.limits or {})  # fmt: skip


async def find(catalogue: Catalogue, role_id: str) -> RoleInfo | None:
    """A role by its id, which for a built-in one is its name."""
    if not is_id(role_id):
        return next((role for role in built_in(catalogue) if role.id == role_id), None)
    row = await Role.filter(id=role_id).first()
    return None if row is None else custom(catalogue, row)


async def every(catalogue: Catalogue) -> list[RoleInfo]:
    """All roles, the highest first."""
    found = built_in(catalogue) + [custom(catalogue, row) for row in await Role.all().order_by("name")]
    return sorted(found, key=lambda role: -role.rank)


async def named(catalogue: Catalogue, text: str) -> RoleInfo:
    """A role by its id or its name, whatever the case. ConfigInvalid lists those that there are."""
    known = await every(catalogue)
    for role in known:
        if text == role.id or text.casefold() == role.name.casefold():
            return role
    there = ", ".join(role.name for role in known)
    raise ConfigInvalid(f"no role {text!r}; there are {there}", field="role")


async def check_name(conn: Any, name: str, but: str = "") -> None:
    """ConfigInvalid for a name that is taken."""
    taken = (
        name.casefold() in ROLES or await Role.filter(name_key=name.casefold()).exclude(id=but).using_db(conn).exists()
    )
    if taken:
        raise ConfigInvalid(f"there is a role {name!r} already", field="name", code="role.exists")


async def create(conn: Any, *, name: str, base: str, rank: int, permissions: list[str],
                 limits: Mapping[str, int]) -> Role:  # fmt: skip
    """Inside a transaction. ConfigInvalid when the name is taken."""
    await check_name(conn, name)
    return await Role.create(using_db=conn, id=new_id(), name=name, name_key=name.casefold(), base=base, rank=rank,
                             permissions=sorted(set(permissions)), limits=dict(limits) or None)  # fmt: skip


async def remove(conn: Any, role_id: str) -> bool:
    """Inside a transaction: remove a role and its grants. False while somebody has it."""
    if await User.filter(role=role_id).using_db(conn).exists():
        return False
    await Grant.filter(role=role_id).using_db(conn).delete()
    await Role.filter(id=role_id).using_db(conn).delete()
    return True
