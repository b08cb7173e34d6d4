"""The table of saved walls. It refers to no table of the core: streams and people are named by their ids."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Wall(Model):
    """A saved wall. ``role``: with whom it is shared, '' = with everybody. ``layout``: JSON. Times are UTC."""

    id = fields.CharField(primary_key=True, max_length=26)
    name = fields.CharField(max_length=80)
    owner_id = fields.CharField(max_length=26, db_index=True)
    owner_name = fields.CharField(max_length=200)
    visibility = fields.CharField(max_length=8)
    role = fields.CharField(max_length=64)
    layout = fields.TextField()
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        """Where it is kept."""

        table = "dashboard_walls"
        app = "dashboard"
