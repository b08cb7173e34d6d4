# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from glimpser.database.fields import JsonField, UtcField
from glimpser_sdk.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        ops.AddField(model_name="User", name="streams", field=JsonField(null=True)),
        ops.CreateModel(
            name="Role",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, max_length=26)),
                ("name", fields.CharField(max_length=100)),
                ("name_key", fields.CharField(unique=True, max_length=300)),
                ("base", fields.CharField(max_length=64)),
                ("rank", fields.IntField()),
                ("permissions", JsonField(default=list)),
                ("version", fields.IntField(default=1)),
                ("created_at", UtcField(auto_now_add=True)),
                ("updated_at", UtcField(auto_now=True)),
            ],
            options={"table": "roles"},
        ),
        ops.CreateModel(
            name="Grant",
            fields=[
                ("id", fields.BigIntField(primary_key=True, generated=True)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "core.User", source_field="user_id", to_field="id", related_name="grants", null=True
                    ),
                ),
                ("role", fields.CharField(null=True, db_index=True, max_length=64)),
                (
                    "stream",
                    fields.ForeignKeyField(
                        "core.Stream", source_field="stream_id", to_field="id", related_name="grants", null=True
                    ),
                ),
                (
                    "group",
                    fields.ForeignKeyField(
                        "core.StreamGroup", source_field="group_id", to_field="id", related_name="grants", null=True
                    ),
                ),
                ("permissions", JsonField(default=list)),
            ],
            options={"table": "grants"},
        ),
        ops.CreateModel(
            name="Device",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, max_length=26)),
                (
                    "user",
                    fields.ForeignKeyField("core.User", source_field="user_id", to_field="id", related_name="devices"),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("created_at", UtcField(auto_now_add=True)),
                ("last_seen_at", UtcField(auto_now_add=True)),
            ],
            options={"table": "devices"},
        ),
    ]
