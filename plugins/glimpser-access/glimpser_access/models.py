"""The plugin's table."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from glimpser_sdk import new_id


class AccessRule(Model):
    """A network or a country, and what becomes of who comes from there."""

    id = fields.CharField(primary_key=True, default=new_id, max_length=26)
    effect = fields.CharField(max_length=10)
    network = fields.CharField(max_length=49)
    country = fields.CharField(max_length=2)
    note = fields.CharField(max_length=200)
    author_name = fields.CharField(max_length=200)
    created_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "access_rules"
        app = "access"
