"""Roles, and the catalogue of permissions that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from glimpser.database.models import Role
from glimpser.identity import ranks, roles
from glimpser.identity.policy import Principal
from glimpser.identity.roles import RANKS, RoleInfo
from glimpser.streams.inputs import VISIBLE
from glimpser_sdk.web import Problem

from .answers import matcher, shown
from .problems import Invalid, escape
from .routing import Loader, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("roles")

Limit = Annotated[int, Field(ge=0, le=1_000_000)]
Base = Literal["operator", "viewer", "guest"]


class RoleIn(BaseModel):
    """A role of one's own. It sees only the streams that are granted to it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, pattern=VISIBLE)
    base: Base = Field("guest", description="What it may do at least.")
    rank: int = Field(5, ge=1, le=99, description="One manages users of lower ranks: " + ", ".join(
        f"{name} {rank}" for name, rank in RANKS.items()) + ".")  # fmt: skip
    permissions: list[str] = Field(default_factory=list, max_length=500, description="What it may do beside its base.")
    limits: dict[str, Limit] = Field(
        default_factory=dict, max_length=100, description="How often it may do what is counted, by name; 0 = never."
    )


class RoleOut(BaseModel):
    """A role."""

    id: str = Field(description="Of a built-in role its name.")
    name: str
    built_in: bool
    base: str | None
    rank: int
    everywhere: bool = Field(description="Sees all streams, not only those granted.")
    permissions: list[str]
    limits: dict[str, int]
    can: list[str] = Field(
        description="What the principal may do with it: `give` it to users, make roles with it as their `base`, "
        "`change` it, and remove it."
    )
    version: int


class PermissionOut(BaseModel):
    """A permission."""

    id: str
    title: str
    roles: list[str] = Field(description="Built-in roles that have it.")
    per_stream: bool = Field(description="May be granted on single streams and groups.")


class CountedOut(BaseModel):
    """What a role may limit."""

    name: str = Field(description="Of a plugin's counted permission its id.")
    title: str
    counted: Literal["per_day", "concurrent"]


class RolesOut(BaseModel):
    """All roles, the highest first, all permissions, and what may be limited."""

    roles: list[RoleOut]
    permissions: list[PermissionOut]
    limits: list[CountedOut]


async def _role(hub: Hub, principal: Principal, identifier: str) -> Role | None:
    return await Role.filter(id=identifier).first()


ROLE = Loader("role", "role_id", _role)


def _can(principal: Principal, role: RoleInfo) -> list[str]:
    may = ["give"] if ranks.gives(principal, role) else []
    if role.base is None:
        return [*may, "base"] if may and role.id in get_args(Base) else may
    return [*may, "change"] if ranks.manages(principal, role.rank) else may


def _out(principal: Principal, role: RoleInfo) -> dict[str, Any]:
    return shown({
        "id": role.id, "name": role.name, "built_in": role.base is None, "base": role.base, "rank": role.rank,
        "everywhere": role.everywhere, "permissions": sorted(role.permissions), "limits": dict(role.limits),
        "can": _can(principal, role), "version": role.version,
    })  # fmt: skip


def _check(hub: Hub, principal: Principal, body: RoleIn) -> None:
    catalogue = hub.identity.permissions
    unknown = [n for n, p in enumerate(body.permissions) if p not in catalogue]
    if unknown:
        errors = [{"field": f"/permissions/{n}", "message": "no such permission", "code": "permission.unknown"}
                  for n in unknown]  # fmt: skip
        raise Invalid(errors, status=409, code="permission.unknown")
    if missing := sorted(set(body.limits) - set(catalogue.limits)):
        errors = [{"field": f"/limits/{escape(name)}", "message": "nothing of this name is counted",
                   "code": "limit.unknown"} for name in missing]  # fmt: skip
        raise Invalid(errors, status=409, code="limit.unknown")
    if body.rank >= principal.rank:
        raise Problem(403, "rank.too_low", "a role is below that of who makes it", rank=principal.rank)
    ranks.check_has(principal, {*body.permissions, *catalogue.of_role(body.base)})
    ranks.check_limits(principal, body.limits)


@route("GET", "/api/roles", permission="users.manage", answer=RolesOut)
async def list_roles(hub: Hub, principal: Principal) -> Any:
    """Roles and the permissions there are, those of plugins too."""
    catalogue = hub.identity.permissions
    return {
        "roles": [_out(principal, role) for role in await roles.every(catalogue)],
        "permissions": [
            {"id": spec.id, "title": spec.title, "per_stream": spec.per_stream,
             "roles": [name for name in RANKS if spec.id in catalogue.of_role(name)]}
            for spec in catalogue
        ],
        "limits": [{"name": c.name, "title": c.title, "counted": c.counted} for c in catalogue.limits.values()],
    }  # fmt: skip


@route("POST", "/api/roles", permission="users.manage", dangerous=True, body=RoleIn, answer=RoleOut, status=201)
async def create_role(hub: Hub, principal: Principal, body: RoleIn) -> Versioned:
    """Make a role below one's own, with nothing in it that one does not have."""
    _check(hub, principal, body)
    row = await hub.db.write(
        lambda conn: roles.create(
            conn,
            name=body.name.strip(),
            base=body.base,
            rank=body.rank,
            permissions=body.permissions,
            limits=body.limits,
        )
    )
    out = _out(principal, roles.custom(hub.identity.permissions, row))
    return Versioned(out, row.version, status=201, location=f"/api/roles/{row.id}")


@route(
    "PUT",
    "/api/roles/<id:role_id>",
    permission="users.manage",
    dangerous=True,
    load=ROLE,
    body=RoleIn,
    answer=RoleOut,
    match=True,
)
async def change_role(hub: Hub, principal: Principal, role: Role, body: RoleIn) -> Versioned:
    """Replace a role; who has it goes by it at once. Needs If-Match."""
    match = matcher()
    ranks.check_manages(principal, role.rank)
    _check(hub, principal, body)

    async def change(conn: Any) -> Role:
        row = await Role.filter(id=role.id).using_db(conn).get()
        match(row.version)
        await roles.check_name(conn, body.name.strip(), but=row.id)
        row.update_from_dict({
            "name": body.name.strip(), "name_key": body.name.strip().casefold(), "base": body.base, "rank": body.rank,
            "permissions": sorted(set(body.permissions)), "limits": body.limits or None, "version": row.version + 1,
        })  # fmt: skip
        await row.save(using_db=conn)
        return row

    row = await hub.db.write(change)
    await hub.identity.rights_changed(roles=[row.id])
    return Versioned(_out(principal, roles.custom(hub.identity.permissions, row)), row.version)


@route(
    "DELETE", "/api/roles/<id:role_id>", permission="users.manage", dangerous=True, load=ROLE, match=True, status=204
)
async def delete_role(hub: Hub, principal: Principal, role: Role) -> None:
    """Remove a role that nobody has. Needs If-Match."""
    match = matcher()
    ranks.check_manages(principal, role.rank)

    async def change(conn: Any) -> bool:
        match((await Role.filter(id=role.id).using_db(conn).get()).version)
        return await roles.remove(conn, role.id)

    if not await hub.db.write(change):
        raise Problem(409, "role.in_use", "somebody has this role: give them another one first")
