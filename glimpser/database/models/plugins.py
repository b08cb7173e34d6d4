"""What the core keeps for plugins: whether they are on, their config, and their key-value store."""

from __future__ import annotations

from typing import Any

from tortoise import fields

from glimpser.database.fields import JsonField, Row, UtcField


class PluginState(Row):
    """``enabled`` is null while nobody decided. ``config`` has the form of ``config_version``, secrets encrypted."""

    plugin_id = fields.CharField(max_length=64, primary_key=True)
    enabled = fields.BooleanField(null=True)
    config: Any = JsonField(default=dict)
    config_version = fields.IntField(default=1)
    version = fields.IntField(default=1)
    updated_at = UtcField(auto_now=True)

    class Meta:
        table = "plugin_states"


class PluginValue(Row):
    """One value of a plugin's own key-value store."""

    id = fields.BigIntField(primary_key=True)
    plugin_id = fields.CharField(max_length=64)
    key = fields.CharField(max_length=200)
    value: Any = JsonField(null=True)
    updated_at = UtcField(auto_now=True)

    class Meta:
        table = "plugin_kv"
        unique_together = (("plugin_id", "key"),)
