# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("core", "0004_restrictions")]

    operations = [
        ops.AddField(model_name="AuditEvent", name="actor_name", field=fields.CharField(default="", max_length=200)),
        ops.AddField(model_name="AuditEvent", name="actor_kind", field=fields.CharField(default="", max_length=32)),
        ops.AddField(model_name="AuditEvent", name="object_name", field=fields.CharField(default="", max_length=200)),
        ops.AddField(model_name="AuditEvent", name="mac", field=fields.CharField(default="", max_length=64)),
    ]
