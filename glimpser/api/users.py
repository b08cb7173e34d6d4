"""Users: who may come in, with which role, limited to which streams."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from glimpser.database.models import ActivityReview, Session, User
from glimpser.identity import ranks, restrictions, roles, users
from glimpser.identity.policy import Principal
from glimpser.identity.roles import RoleInfo
from glimpser.streams.inputs import Id

from .answers import matcher, plain
from .authentication import go_on_as
from .cursors import PageQuery, page
from .loaders import check_streams
from .problems import Invalid
from .routing import Loader, Page, Routes, Versioned
from .shares import page_link

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("users")

RIGHTS = frozenset({"role", "streams", "restrictions"})
"""Fields by which a user may do more or less."""


class RestrictionsIn(BaseModel):
    """What cuts a user down, whatever is granted. Not for administrators; who is restricted manages no users."""

    model_config = ConfigDict(extra="forbid")

    live_only: bool = Field(False, description="Live pictures and the state of streams, nothing that was kept.")
    delay_minutes: int = Field(0, ge=0, le=10_080, description="Nothing younger than this, on any path; 0 = no delay.")
    hide_private_groups: bool = Field(
        False, description="Neither private groups nor streams that are in no other group and not granted by name."
    )

    def to_store(self) -> dict[str, Any] | None:
        """As a row keeps them."""
        return restrictions.to_store(restrictions.Restrictions(**self.model_dump()))

    @model_validator(mode="after")
    def _something_left(self) -> RestrictionsIn:
        if self.live_only and self.delay_minutes:
            raise ValueError("live_only and delay_minutes together leave nothing to see: choose one")
        return self


def _password_or_invitation(schema: dict[str, Any]) -> None:
    never = {"invite": {"const": False}}, {"invite": {"const": True}}
    schema["oneOf"] = [
        {"required": ["password"], "properties": never[0]},
        {"required": ["invite"], "properties": never[1], "not": {"required": ["password"]}},
    ]
    del schema["properties"]["password"]["default"]


class UserIn(BaseModel):
    """A new user."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_password_or_invitation)

    name: str = Field(pattern=r"^[A-Za-z0-9_.@+-]{1,64}$", description="To sign in with; unique whatever the case.")
    password: SecretStr = Field(SecretStr(""), min_length=1, max_length=1024, description="Or else `invite`.")
    invite: bool = Field(False, description="Answer a link by which they choose the password, good once in 72 hours.")
    role: str = Field("viewer", max_length=64, description="A built-in role, or the id of another; see /api/roles.")
    display_name: str = Field("", max_length=100)
    streams: list[Id] | None = Field(None, max_length=2000, description="Limits the role to these; null = no limit.")
    restrictions: RestrictionsIn = Field(default_factory=RestrictionsIn)

    @model_validator(mode="after")
    def _one_of_both(self) -> UserIn:
        if bool(self.password.get_secret_value()) == self.invite:
            raise ValueError("give a password, or invite: true")
        return self


class UserPatch(BaseModel):
    """What changes; a field left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: str = Field("", min_length=1, max_length=64)
    active: bool = Field(True, description="false: cannot sign in, and everything open ends.")
    display_name: str = Field("", max_length=100)
    streams: list[Id] | None = Field(None, max_length=2000, description="null: no limit any more.")
    restrictions: RestrictionsIn = Field(default_factory=RestrictionsIn, description="Replaces all of them.")
    password: SecretStr = Field(SecretStr(""), min_length=1, max_length=1024, description="Ends all sessions.")


class UserOut(BaseModel):
    """A user."""

    id: str
    name: str
    display_name: str
    role: str
    role_name: str
    active: bool
    streams: list[str] | None
    restrictions: RestrictionsIn
    factor: str | None = Field(description="The second factor that guards the account.")
    locked_until: str | None = Field(
        description="From somewhere, after too many failures; the year 9999: until unlocked."
    )
    last_sign_in_at: str | None
    can: list[str] = Field(description="Permissions the principal has on the account.")
    version: int
    created_at: str
    updated_at: str


class NewUserOut(UserOut):
    """A user, and the way in for one who is invited."""

    invitation: str | None = Field(description="Address where they choose the password, shown this once.")


class UserQuery(PageQuery):
    """Which users."""

    search: str | None = Field(None, max_length=100, description="Part of a name.")
    role: str | None = Field(None, max_length=64)


async def _user(hub: Hub, principal: Principal, identifier: str) -> User | None:
    return await User.filter(id=identifier).first()


USER = Loader("user", "user_id", _user)


def _can(principal: Principal, role: RoleInfo | None) -> list[str]:
    return ["users.manage"] if ranks.manages(principal, role.rank if role else 0) else []


def named(text: str) -> QuerySet[User]:
    """Users with ``text`` in one of their names."""
    return User.filter(Q(name_key__contains=text.casefold()) | Q(display_name__icontains=text))


async def user_outs(hub: Hub, principal: Principal, rows: list[User]) -> list[dict[str, Any]]:
    """As answers have them."""
    known = {role.id: role for role in await roles.every(hub.identity.permissions)}
    locks = await hub.identity.locks([row.name for row in rows])
    return [
        plain({
            "id": row.id, "name": row.name, "display_name": row.display_name, "role": row.role,
            "role_name": known[row.role].name if row.role in known else "unknown", "active": row.active,
            "streams": row.streams, "can": _can(principal, known.get(row.role)),
            "locked_until": locks.get(row.name_key), "last_sign_in_at": row.last_sign_in_at, "version": row.version,
            "factor": row.factor, "restrictions": asdict(restrictions.stored(row.restrictions)),
            "created_at": row.created_at, "updated_at": row.updated_at,
        })
        for row in rows
    ]  # fmt: skip


async def _one(hub: Hub, principal: Principal, row: User, **more: Any) -> Versioned:
    return Versioned((await user_outs(hub, principal, [row]))[0], row.version, **more)


async def given_role(hub: Hub, principal: Principal, role_id: str) -> RoleInfo:
    """A role that the principal may give. Invalid for one that there is not, Problem 403 for one above theirs."""
    role = await roles.find(hub.identity.permissions, role_id)
    if role is None:
        raise Invalid([{"field": "/role", "message": "no such role", "code": "role.not_found"}], 409, "role.not_found")
    ranks.check_gives(principal, role)
    return role


async def check_manages(hub: Hub, principal: Principal, user: User) -> None:
    """Problem 403 for somebody of one's own rank or a higher one."""
    role = await roles.find(hub.identity.permissions, user.role)
    ranks.check_manages(principal, role.rank if role else 0)


def _check_restrictable(role: str, by: RestrictionsIn | restrictions.Restrictions) -> None:
    if role == "admin" and (by.live_only or by.delay_minutes or by.hide_private_groups):
        errors = [{"field": "/restrictions", "message": "an administrator cannot be restricted: give another role",
                   "code": "user.admin_unrestricted"}]  # fmt: skip
        raise Invalid(errors, status=409, code="user.admin_unrestricted")


@route("GET", "/api/users", permission="users.manage", query=UserQuery, answer=list[UserOut])
async def list_users(hub: Hub, principal: Principal, query: UserQuery) -> Page:
    """Users by name."""
    rows = User.all() if query.search is None else named(query.search)
    if query.role is not None:
        rows = rows.filter(role=query.role)
    found = await page(rows, query, by="name_key", descending=False)
    return found.of(await user_outs(hub, principal, found.items))


@route(
    "POST",
    "/api/users",
    permission="users.manage",
    dangerous=True,
    secret=True,
    body=UserIn,
    answer=NewUserOut,
    status=201,
)
async def create_user(hub: Hub, principal: Principal, body: UserIn) -> Versioned:
    """Create a user with a password, or invite one, who is not active before they chose theirs."""
    await given_role(hub, principal, body.role)
    await check_streams(principal, body.streams)
    _check_restrictable(body.role, body.restrictions)
    password_hash = None
    if not body.invite:
        password = body.password.get_secret_value()
        users.check_password(body.name, password)
        password_hash = await hub.identity.hash(password)

    async def change(conn: Any) -> tuple[User, str | None]:
        row = await users.create(conn, name=body.name, role=body.role, password_hash=password_hash)
        row.display_name, row.streams = body.display_name, body.streams
        row.restrictions = body.restrictions.to_store()
        row.active = not body.invite
        await row.save(using_db=conn)
        return row, (await hub.identity.links.create(conn, row, principal.id)).token if body.invite else None

    row, token = await hub.db.write(change)
    out = (await user_outs(hub, principal, [row]))[0] | {
        "invitation": page_link(hub, "invitation", token) if token else None
    }
    return Versioned(out, row.version, status=201, location=f"/api/users/{row.id}")


@route("GET", "/api/users/<id:user_id>", permission="users.manage", load=USER, answer=UserOut)
async def read_user(hub: Hub, principal: Principal, user: User) -> Versioned:
    """One user."""
    return await _one(hub, principal, user)


@route("PATCH", "/api/users/<id:user_id>", permission="users.manage", dangerous=True, load=USER, body=UserPatch,
       answer=UserOut, match=True)  # fmt: skip
async def change_user(hub: Hub, principal: Principal, user: User, body: UserPatch) -> Versioned:
    """Change role, streams, password, or whether the user may sign in; what is open goes by the new rights at once.
    Needs If-Match."""
    match = matcher()
    given = body.model_dump(exclude_unset=True, exclude={"password"})
    await check_manages(hub, principal, user)
    new = body.password.get_secret_value()
    if new or given.keys() & RIGHTS:
        # A password is as good as all that the user may do, and so is the end of a limit.
        await given_role(hub, principal, given.get("role", user.role))
    await check_streams(principal, given.get("streams"))
    if "restrictions" in given:
        given["restrictions"] = body.restrictions.to_store()
    if new:
        users.check_password(user.name, new)
        given["password_hash"] = await hub.identity.hash(new)

    async def change(conn: Any) -> User:
        row = await User.filter(id=user.id).using_db(conn).get()
        match(row.version)
        limited = row.streams is None and given.get("streams") is not None
        if (
            row.role == "admin"
            and row.active
            and (given.get("role", "admin") != "admin" or not given.get("active", True) or limited)
        ):
            await ranks.check_admin_stays(conn, row.id)
        row.update_from_dict({**given, "version": row.version + 1})
        _check_restrictable(row.role, restrictions.stored(row.restrictions))
        await row.save(using_db=conn)
        return row

    row = await hub.db.write(change)
    if new or not row.active:
        await hub.identity.end_sessions(row.id, but=principal.session_id if row.active else None)
    if given.keys() & {*RIGHTS, "active"}:
        await hub.identity.rights_changed([row.id])
    if principal.id == row.id and principal.kind == "user" and row.active and (new or given.keys() & {"role"}):
        go_on_as(await hub.identity.renew(principal))
    return await _one(hub, principal, row)


@route(
    "DELETE", "/api/users/<id:user_id>", permission="users.manage", dangerous=True, load=USER, match=True, status=204
)
async def delete_user(hub: Hub, principal: Principal, user: User) -> None:
    """Remove a user with sessions, keys, grants and marks. Needs If-Match."""
    match = matcher()
    await check_manages(hub, principal, user)
    ended = await ranks.proofs([user.id])

    async def change(conn: Any) -> None:
        row = await User.filter(id=user.id).using_db(conn).get()
        match(row.version)
        if row.role == "admin" and row.active:
            await ranks.check_admin_stays(conn, row.id)
        await Session.filter(user_id=row.id).using_db(conn).delete()
        await ActivityReview.filter(user_id=row.id).using_db(conn).delete()
        await User.filter(id=row.id).using_db(conn).delete()

    await hub.db.write(change)
    hub.identity.ended(ended)
    await hub.identity.forget_factor(user)
    await hub.runtime.forget(user.id)


@route("POST", "/api/users/<id:user_id>/unlock", permission="users.manage", dangerous=True, load=USER, answer=UserOut)
async def unlock_user(hub: Hub, principal: Principal, user: User) -> Versioned:
    """Forget failed sign-ins, from wherever they came."""
    await check_manages(hub, principal, user)
    await hub.identity.unlock(user.name)
    return await _one(hub, principal, user)
