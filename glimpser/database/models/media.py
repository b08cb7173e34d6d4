"""Kept pictures and video. ``path`` is relative to the storage's root; sizes are bytes, pictures are pixels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index

from glimpser.database.fields import JsonField, Row, UtcField, id_key, id_or_none, id_ref


class Snapshot(Row):
    """A kept frame. ``kind`` is capture, best or event."""

    id = id_key()
    node_id = fields.CharField(max_length=64, default="")
    stream_id = id_ref()
    event_id = id_or_none(db_index=True)
    feed = fields.CharField(max_length=32, default="main")
    kind = fields.CharField(max_length=16, default="capture")
    captured_at = UtcField(db_index=True)
    width = fields.IntField()
    height = fields.IntField()
    size_bytes = fields.BigIntField()
    path = fields.CharField(max_length=500)
    sha256 = fields.CharField(max_length=64)
    caption = fields.TextField(null=True)
    data: Any = JsonField(default=dict)

    class Meta:
        table = "snapshots"
        indexes = (Index(fields=["stream_id", "captured_at", "id"]),)


class MediaFile(Row):
    """A kept file of a sink. ``kind`` is clip or the sink's own; ``state`` is writing, ready or failed."""

    id = id_key()
    node_id = fields.CharField(max_length=64, default="")
    stream_id = id_ref()
    event_id = id_or_none(db_index=True)
    activity_id = id_or_none(db_index=True)
    kind = fields.CharField(max_length=16)
    started_at = UtcField(db_index=True)
    ended_at: UtcField[datetime | None] = UtcField(null=True)
    size_bytes = fields.BigIntField(default=0)
    path = fields.CharField(max_length=500)
    content_type = fields.CharField(max_length=100)
    codec = fields.CharField(max_length=32, default="")
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    state = fields.CharField(max_length=16, default="writing")

    class Meta:
        table = "media_files"
        indexes = (
            Index(fields=["stream_id", "started_at", "id"]),
            Index(fields=["stream_id", "started_at", "state", "ended_at"]),
        )
