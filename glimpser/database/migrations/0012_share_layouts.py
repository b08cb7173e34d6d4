# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import migrations
from tortoise.migrations import operations as ops

from glimpser.database.fields import JsonField


class Migration(migrations.Migration):
    dependencies = [("core", "0011_inbox")]

    operations = [ops.AddField(model_name="ShareLink", name="layout", field=JsonField(null=True))]
