# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from glimpser.database.fields import UtcField


class Migration(migrations.Migration):
    dependencies = [("core", "0002_roles")]

    operations = [
        ops.AddField(model_name="User", name="factor", field=fields.CharField(null=True, max_length=64)),
        ops.AddField(model_name="Session", name="device_id", field=fields.CharField(null=True, max_length=26)),
        ops.AddField(model_name="Device", name="trusted_until", field=UtcField(null=True)),
    ]
