# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from glimpser.database.fields import UtcField
from glimpser_sdk.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("core", "0007_identities")]

    operations = [
        ops.CreateModel(
            name="AccountLink",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, max_length=26)),
                ("kind", fields.CharField(max_length=16)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "core.User", source_field="user_id", to_field="id", related_name="account_links"
                    ),
                ),
                (
                    "author",
                    fields.ForeignKeyField(
                        "core.User", source_field="author_id", to_field="id", related_name="given_links"
                    ),
                ),
                ("token_hash", fields.CharField(unique=True, max_length=64)),
                ("made_for", fields.CharField(max_length=64)),
                ("expires_at", UtcField(db_index=True)),
                ("used_at", UtcField(null=True)),
                ("created_at", UtcField(auto_now_add=True)),
            ],
            options={"table": "account_links"},
        ),
    ]
