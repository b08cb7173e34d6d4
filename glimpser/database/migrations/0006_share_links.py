# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from glimpser.database.fields import JsonField, UtcField
from glimpser_sdk.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("core", "0005_audit")]

    operations = [
        ops.CreateModel(
            name="ShareLink",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, max_length=26)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "core.User", source_field="user_id", to_field="id", related_name="share_links"
                    ),
                ),
                ("name", fields.CharField(max_length=200)),
                ("kind", fields.CharField(max_length=16)),
                ("streams", JsonField(default=list)),
                ("event_id", fields.CharField(null=True, max_length=26)),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("password_hash", fields.CharField(null=True, max_length=300)),
                ("expires_at", UtcField(db_index=True)),
                ("uses", fields.BigIntField(default=0)),
                ("last_used_at", UtcField(null=True)),
                ("revoked_at", UtcField(null=True)),
                ("created_at", UtcField(auto_now_add=True)),
            ],
            options={"table": "share_links"},
        ),
    ]
