"""The hub's settings, and what it remembers about itself."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from glimpser.database.fields import JsonField, Row, UtcField


class Setting(Row):
    """A setting that was changed in the dashboard or the API."""

    key = fields.CharField(max_length=200, primary_key=True)
    value: Any = JsonField(null=True)
    version = fields.IntField(default=1)
    updated_at = UtcField(auto_now=True)

    class Meta:
        table = "settings"


class MetaValue(Row):
    """What the installation knows about itself: its node id, whether setup is done."""

    key = fields.CharField(max_length=100, primary_key=True)
    value: Any = JsonField(null=True)

    class Meta:
        table = "meta"
