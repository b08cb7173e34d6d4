# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("core", "0009_limits")]

    operations = [
        ops.AddIndex(
            model_name="Activity", index=Index(fields=["stream_id", "started_at", "severity", "score", "ended_at"])
        ),
        ops.AddIndex(model_name="MediaFile", index=Index(fields=["stream_id", "started_at", "state", "ended_at"])),
    ]
