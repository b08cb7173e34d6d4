# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from glimpser_sdk.ids import new_id


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Note",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, unique=True, db_index=True, max_length=26)),
                ("stream_id", fields.CharField(db_index=True, max_length=26)),
                ("object_type", fields.CharField(max_length=8)),
                ("object_id", fields.CharField(db_index=True, max_length=26)),
                ("text", fields.CharField(max_length=2000)),
                ("author_id", fields.CharField(max_length=26)),
                ("author_name", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
            ],
            options={
                "table": "notes_notes",
                "app": "notes",
                "pk_attr": "id",
                "table_description": "What somebody wrote about an object of a stream: the stream itself, or an "
                "activity. Times are UTC.",
            },
            bases=["Model"],
        ),
    ]
