# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("core", "0010_timeline")]

    operations = [
        ops.AddIndex(model_name="Event", index=Index(fields=["activity_id", "type"])),
        ops.AddIndex(model_name="Activity", index=Index(fields=["severity", "started_at", "id"])),
    ]
