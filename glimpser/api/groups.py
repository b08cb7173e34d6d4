"""Groups of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from glimpser.database.models import StreamGroup, StreamGroupMember
from glimpser.identity import ranks
from glimpser.identity.policy import Principal, abilities
from glimpser_sdk.ids import new_id

from . import visible
from .answers import matcher, shown
from .cursors import PageQuery, page
from .events import Id
from .loaders import GROUP, check_streams
from .membership import check_joins
from .routing import Page, Routes, Versioned

if TYPE_CHECKING:
    from glimpser.hub import Hub

route = Routes("groups")


class GroupIn(BaseModel):
    """A group of streams."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    private: bool = Field(False, description="Shown only to those who manage groups.")
    streams: list[Id] = Field(default_factory=list, max_length=2000, description="Members in order.")


class GroupPatch(BaseModel):
    """What changes; a field left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", min_length=1, max_length=200)
    private: bool = False
    streams: list[Id] = Field(default_factory=list, max_length=2000, description="Replaces the members.")


class GroupOut(BaseModel):
    """A group and those of its members that the principal sees."""

    id: str
    name: str
    private: bool
    streams: list[str]
    count: int
    version: int
    created_at: str
    updated_at: str
    can: list[str]


async def _out(principal: Principal, group: StreamGroup) -> dict[str, Any]:
    members = StreamGroupMember.filter(group_id=group.id).order_by("position", "id")
    order = [str(i) for i in await members.values_list("stream_id", flat=True)]
    seen = {str(i) for i in await visible.streams(principal).filter(id__in=order).values_list("id", flat=True)}
    streams = [i for i in order if i in seen]
    return shown({
        "id": group.id, "name": group.name, "private": group.private, "streams": streams, "count": len(streams),
        "version": group.version, "created_at": group.created_at, "updated_at": group.updated_at,
        "can": abilities(principal, ("groups.manage",)),
    })  # fmt: skip


async def _set_members(conn: Any, principal: Principal, group_id: str, streams: list[str]) -> None:
    """Members in order. Those that the principal does not see stay, behind the others."""
    await check_streams(principal, streams, conn)
    members = StreamGroupMember.filter(group_id=group_id).using_db(conn)
    before = [str(i) for i in await members.order_by("position", "id").values_list("stream_id", flat=True)]
    seen = await visible.streams(principal).filter(id__in=before).using_db(conn).values_list("id", flat=True)
    kept = set(await visible.names(before, deleted=False)) - {str(i) for i in seen}
    wanted = list(dict.fromkeys([*streams, *(i for i in before if i in kept)]))
    await members.delete()
    rows = [StreamGroupMember(group_id=group_id, stream_id=s, position=n) for n, s in enumerate(wanted)]
    await StreamGroupMember.bulk_create(rows, using_db=conn)


@route("GET", "/api/stream-groups", permission="streams.view", per_stream=True, query=PageQuery, answer=list[GroupOut])
async def list_groups(principal: Principal, query: PageQuery) -> Page:
    """Groups by name."""
    found = await page(visible.groups(principal), query, by="name", descending=False)
    return found.of([await _out(principal, g) for g in found.items])


@route("POST", "/api/stream-groups", permission="groups.manage", body=GroupIn, answer=GroupOut, status=201)
async def create_group(hub: Hub, principal: Principal, body: GroupIn) -> Versioned:
    """Create a group."""

    async def change(conn: Any) -> StreamGroup:
        group = await StreamGroup.create(using_db=conn, id=new_id(), name=body.name, private=body.private)
        await _set_members(conn, principal, group.id, body.streams)
        return group

    group = await hub.db.write(change)
    if group.private or body.streams:
        await hub.identity.rights_changed(*await ranks.affected_by_group(group.id))
    out = await _out(principal, group)
    await hub.events.announce("group", "created", group.id, payload=out)
    return Versioned(out, group.version, status=201, location=f"/api/stream-groups/{group.id}")


@route(
    "GET", "/api/stream-groups/<id:group_id>", permission="streams.view", per_stream=True, load=GROUP, answer=GroupOut
)
async def read_group(principal: Principal, group: StreamGroup) -> Versioned:
    """One group."""
    return Versioned(await _out(principal, group), group.version)


@route("PATCH", "/api/stream-groups/<id:group_id>", permission="groups.manage", load=GROUP, body=GroupPatch,
       answer=GroupOut, match=True)  # fmt: skip
async def change_group(hub: Hub, principal: Principal, group: StreamGroup, body: GroupPatch) -> Versioned:
    """Rename a group, or change its members. Needs If-Match."""
    match = matcher()

    async def change(conn: Any) -> StreamGroup:
        row = await visible.groups(principal).using_db(conn).get(id=group.id)
        match(row.version)
        given = body.model_dump(exclude_unset=True)
        streams = given.pop("streams", None)
        row.update_from_dict({**given, "version": row.version + 1})
        await row.save(using_db=conn)
        if streams is not None:
            members = StreamGroupMember.filter(group_id=row.id).using_db(conn)
            before = {str(i) for i in await members.values_list("stream_id", flat=True)}
            for stream_id in set(streams) - before:
                await check_joins(hub.identity.permissions, principal, [row.id], stream_id)
            await _set_members(conn, principal, row.id, streams)
        return row

    row = await hub.db.write(change)
    if body.model_fields_set & {"streams", "private"}:
        await hub.identity.rights_changed(*await ranks.affected_by_group(row.id))
    out = await _out(principal, row)
    await hub.events.announce("group", "updated", row.id, payload=out)
    return Versioned(out, row.version)


@route("DELETE", "/api/stream-groups/<id:group_id>", permission="groups.manage", load=GROUP, match=True, status=204)
async def delete_group(hub: Hub, principal: Principal, group: StreamGroup) -> None:
    """Remove a group; its streams stay. Needs If-Match."""
    match = matcher()
    affected = await ranks.affected_by_group(group.id)

    async def change(conn: Any) -> None:
        row = await visible.groups(principal).using_db(conn).get(id=group.id)
        match(row.version)
        await StreamGroupMember.filter(group_id=row.id).using_db(conn).delete()
        await row.delete(using_db=conn)

    await hub.db.write(change)
    await hub.identity.rights_changed(*affected)
    await hub.events.announce("group", "deleted", group.id, payload={})
