"""The plugin's table. It refers to no table of the core: streams and activities are named by their ids."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from glimpser_sdk import new_id


class Note(Model):
    """What somebody wrote about an object of a stream: the stream itself, or an activity. Times are UTC."""

    id = fields.CharField(primary_key=True, default=new_id, max_length=26)
    stream_id = fields.CharField(max_length=26, db_index=True)
    object_type = fields.CharField(max_length=8)
    object_id = fields.CharField(max_length=26, db_index=True)
    text = fields.CharField(max_length=2000)
    author_id = fields.CharField(max_length=26)
    author_name = fields.CharField(max_length=200)
    created_at = fields.DatetimeField(db_index=True)
    updated_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        """Where it is kept."""

        table = "notes_notes"
        app = "notes"
