"""Streams and the groups they are shown and shared in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields

from glimpser.database.fields import JsonField, Row, UtcField, id_key


class Stream(Row):
    """One configured thing to watch. ``config`` holds secrets only in their encrypted form ``{"$enc": …}``.

    ``desired`` is ``running`` or ``stopped``. ``suspect`` marks a stream whose worker died too often. A deleted
    stream keeps its row with ``deleted_at`` until it is pruned, so that deleting can be undone.
    """

    id = id_key()
    node_id = fields.CharField(max_length=64, default="")
    name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=64)
    config: Any = JsonField(default=dict)
    analyzers: Any = JsonField(default=list)
    sinks: Any = JsonField(default=list)
    regions: Any = JsonField(default=list)
    tags: Any = JsonField(default=list)
    desired = fields.CharField(max_length=16, default="running")
    timezone = fields.CharField(max_length=64, null=True)
    location: Any = JsonField(null=True)
    external_key = fields.CharField(max_length=200, null=True, unique=True)
    unmasked_recording = fields.BooleanField(default=False)
    suspect = fields.BooleanField(default=False)
    version = fields.IntField(default=1)
    created_at = UtcField(auto_now_add=True)
    updated_at = UtcField(auto_now=True)
    deleted_at: UtcField[datetime | None] = UtcField(null=True)

    class Meta:
        table = "streams"


class StreamGroup(Row):
    """A named set of streams; a private one is listed only to those it was granted to."""

    id = id_key()
    name = fields.CharField(max_length=200)
    private = fields.BooleanField(default=False)
    version = fields.IntField(default=1)
    created_at = UtcField(auto_now_add=True)
    updated_at = UtcField(auto_now=True)

    class Meta:
        table = "stream_groups"


class StreamGroupMember(Row):
    """A stream's place (``position``, ascending) in a group."""

    id = fields.BigIntField(primary_key=True)
    group: fields.ForeignKeyRelation[StreamGroup] = fields.ForeignKeyField("core.StreamGroup", related_name="members")
    stream: fields.ForeignKeyRelation[Stream] = fields.ForeignKeyField("core.Stream", related_name="memberships")
    group_id: str
    stream_id: str
    position = fields.IntField(default=0)

    class Meta:
        table = "stream_group_members"
        unique_together = (("group", "stream"),)
