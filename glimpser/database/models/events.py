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
    type = fields.CharField(max_length=100)
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
    state = fields.CharField(max_length=16, default="open")
    created_at = UtcField(auto_now_add=True)
    updated_at = UtcField(auto_now=True)

    class Meta:
        table = "events"
        indexes = (
            Index(fields=["stream_id", "started_at", "id"]),
            Index(fields=["started_at", "id", "stream_id"]),
            Index(fields=["activity_id", "type"]),
            # With the stream, so that who sees few of them is answered from the index alone.
            Index(fields=["type", "started_at", "id", "stream_id"]),
            Index(fields=["state", "started_at", "id", "stream_id"]),
            Index(fields=["severity", "started_at", "id", "stream_id"]),
        )


class EventText(Row):
    """The words of an event that has some, for the search (`glimpser/database/words.py`), newest last."""

    id = fields.BigIntField(primary_key=True)
    event: fields.OneToOneRelation[Event] = fields.OneToOneField("core.Event", related_name="words")
    event_id: str
    stream_id = id_or_none()
    words = fields.TextField()

    class Meta:
        table = "event_texts"


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
            Index(fields=["started_at", "id", "stream_id"]),
            # All that the timeline counts, so that it reads no row.
            Index(fields=["stream_id", "started_at", "severity", "score", "ended_at"]),
            Index(fields=["severity", "started_at", "id", "stream_id"]),
            Index(fields=["stream_id", "severity", "started_at", "id"]),
        )


class ActivityReview(Row):
    """That a user has seen an activity. ``stream_id``, ``severity`` and ``started_at`` are the activity's, so that what
    somebody has seen is listed and counted by an index; ``glimpser/events/entries.py`` keeps them."""

    id = fields.BigIntField(primary_key=True)
    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField("core.Activity", related_name="reviews")
    activity_id: str
    user_id = id_ref()
    reviewed_at = UtcField(auto_now_add=True)
    stream_id = id_ref()
    severity = fields.CharField(max_length=16)
    started_at = UtcField()

    class Meta:
        table = "activity_reviews"
        unique_together = (("activity", "user_id"),)
        indexes = (
            Index(fields=["user_id", "started_at", "activity_id", "stream_id"]),
            Index(fields=["user_id", "severity", "started_at", "activity_id", "stream_id"]),
            Index(fields=["user_id", "stream_id", "started_at", "activity_id"]),
        )


class ActivityType(Row):
    """That an event type occurs in an activity; the rest as in ``ActivityReview``."""

    id = fields.BigIntField(primary_key=True)
    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField("core.Activity", related_name="kinds")
    activity_id: str
    type = fields.CharField(max_length=100)
    stream_id = id_ref()
    severity = fields.CharField(max_length=16)
    started_at = UtcField()

    class Meta:
        table = "activity_types"
        unique_together = (("activity", "type"),)
        indexes = (
            Index(fields=["type", "started_at", "activity_id", "stream_id"]),
            Index(fields=["type", "severity", "started_at", "activity_id", "stream_id"]),
            Index(fields=["stream_id", "type", "started_at", "activity_id"]),
        )
