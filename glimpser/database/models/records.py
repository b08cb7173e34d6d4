"""Requests that must not run twice, and who did what."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from glimpser.database.fields import ID_LENGTH, JsonField, Row, UtcField, id_key
from glimpser_sdk.ids import new_id


class IdempotencyKey(Row):
    """The answer to a request that carried a key. ``status`` is null while the first such request still runs."""

    id = id_key()
    principal = fields.CharField(max_length=100)
    key = fields.CharField(max_length=200)
    method = fields.CharField(max_length=10)
    path = fields.CharField(max_length=1000)
    request_hash = fields.CharField(max_length=64)
    status = fields.IntField(null=True)
    headers: Any = JsonField(default=dict)
    body: bytes | None = fields.BinaryField(null=True)
    created_at = UtcField(auto_now_add=True, db_index=True)

    class Meta:
        table = "idempotency_keys"
        unique_together = (("principal", "key"),)


class AuditEvent(Row):
    """One entry of the audit log; ``seq`` has no gaps, rows are never changed. ``mac`` covers the row and the ``mac``
    of the row before it."""

    seq = fields.BigIntField(primary_key=True)
    id = fields.CharField(max_length=ID_LENGTH, unique=True, default=new_id)
    at = UtcField(auto_now_add=True, db_index=True)
    actor = fields.CharField(max_length=100, db_index=True)
    actor_name = fields.CharField(max_length=200, default="")
    actor_kind = fields.CharField(max_length=32, default="")
    action = fields.CharField(max_length=100, db_index=True)
    object_type = fields.CharField(max_length=64, default="")
    object_id = fields.CharField(max_length=100, default="", db_index=True)
    object_name = fields.CharField(max_length=200, default="")
    result = fields.CharField(max_length=32, default="ok")
    address = fields.CharField(max_length=64, default="")
    data: Any = JsonField(default=dict)
    mac = fields.CharField(max_length=64, default="")

    class Meta:
        table = "audit_events"
