"""The plugin's table. Its name begins with the plugin's id, and it refers to no table of the core."""

from __future__ import annotations

from glimpser_sdk import new_id
from tortoise import fields
from tortoise.models import Model


class Landmark(Model):
    """Something that lies in a direction."""

    id = fields.CharField(primary_key=True, default=new_id, max_length=26)
    name = fields.CharField(unique=True, max_length=100)
    bearing = fields.FloatField()

    class Meta:
        """Where it is kept."""

        table = "vane_landmarks"
