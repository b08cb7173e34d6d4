"""The table of saved filters: a row for each person who has some."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Filters(Model):
    """``id``: of the person. ``filters``: JSON, a list of objects with name and query."""

    id = fields.CharField(primary_key=True, max_length=26)
    filters = fields.TextField()

    class Meta:
        """Where it is kept."""

        table = "dashboard_filters"
        app = "dashboard"
