"""What happened: events, the append-only log that feeds are read from, and activities."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index

from glimpser.database.fields import JsonField, Row, UtcField, id_key, id_or_none, id_ref


class Event(Row):
    """Something that happened; the id is made by the worker, ``revision`` grows with each update.

    ``severity`` is info, notice, warning or critical; ``state`` is open, ended or interrupted; ``data`` has regions,
    boxes, label and text.
    """

    id = id_key()
    node_id = fields.CharField(max_length=64, default="")
    stream_id = id_or_none()
    activity_id = id_or_none(db_index=True)
    type = fields.CharField(max_length=100, db_index=True)
    key = fields.CharField(max_length=200, default="")
    analyzer = fields.CharField(max_length=100, default="")
    started_at = UtcField()
    ended_at: UtcField[datetime | None] = UtcField(null=True)
    best_at: UtcField[datetime | None] = UtcField(null=True)
    severity = fields.CharField(max_length=16, default="info")
    score = fields.FloatField(null=True)
    data: Any = JsonField(default=dict)
    snapshot_id = id_or_none()
    clip_id = id_or_none()
    revision = fields.IntField(default=1)
    state = fields.CharField(max_length=16, default="open", db_index=True)
    created_at = UtcField(auto_now_add=True)
    updated_at = UtcField(auto_now=True)

    class Meta:
        table = "events"
        indexes = (
            Index(fields=["stream_id", "started_at", "id"]),
            Index(fields=["started_at", "id"]),
            Index(fields=["activity_id", "type"]),
        )


class EventLog(Row):
    """One change that feeds announce. ``seq`` only grows and is never reused; rows are never changed.

    ``topic`` names what changed (``event``, ``stream``, …), ``object_id`` which one, ``change`` how (started, updated,
    ended, interrupted, deleted, …), ``revision`` the object's revision where it has one.
    """

    seq = fields.BigIntField(primary_key=True)
    topic = fields.CharField(max_length=64, default="event")
    object_id = fields.CharField(max_length=64, db_index=True)
    stream_id = id_or_none(db_index=True)
    revision = fields.IntField(null=True)
    change = fields.CharField(max_length=32)
    at = UtcField(auto_now_add=True, db_index=True)
    payload: Any = JsonField(default=dict)

    class Meta:
        table = "event_log"


class Activity(Row):
    """Overlapping events of one stream: what the inbox lists, what is reviewed, what retention protects."""

    id = id_key()
    node_id = fields.CharField(max_length=64, default="")
    stream_id = id_ref()
    started_at = UtcField()
    ended_at: UtcField[datetime | None] = UtcField(null=True)
    last_at = UtcField()
    severity = fields.CharField(max_length=16, default="info")
    score = fields.FloatField(null=True)
    event_count = fields.IntField(default=0)
    types: Any = JsonField(default=list)
    best_event_id = id_or_none()
    protected = fields.BooleanField(default=False)
    version = fields.IntField(default=1)

    class Meta:
        table = "activities"
        indexes = (
            Index(fields=["stream_id", "started_at", "id"]),
            Index(fields=["started_at", "id"]),
            # All that the timeline counts, so that it reads no row.
            Index(fields=["stream_id", "started_at", "severity", "score", "ended_at"]),
            Index(fields=["severity", "started_at", "id"]),
        )


class ActivityReview(Row):
    """That a user has seen an activity."""

    id = fields.BigIntField(primary_key=True)
    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField("core.Activity", related_name="reviews")
    activity_id: str
    user_id = id_ref(db_index=True)
    reviewed_at = UtcField(auto_now_add=True)

    class Meta:
        table = "activity_reviews"
        unique_together = (("activity", "user_id"),)
