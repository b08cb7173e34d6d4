# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from glimpser.database.fields import JsonField, UtcField
from glimpser_sdk.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("core", "0006_share_links")]

    operations = [
        ops.AddField(model_name="Session", name="provider", field=fields.CharField(null=True, max_length=64)),
        ops.AddField(model_name="Session", name="provider_keep", field=JsonField(null=True)),
        ops.CreateModel(
            name="UserIdentity",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, max_length=26)),
                (
                    "user",
                    fields.ForeignKeyField(
                        "core.User", source_field="user_id", to_field="id", related_name="identities"
                    ),
                ),
                ("issuer", fields.CharField(max_length=300)),
                ("subject", fields.CharField(max_length=255)),
                ("name", fields.CharField(default="", max_length=200)),
                ("created_at", UtcField(auto_now_add=True)),
                ("last_sign_in_at", UtcField(null=True)),
            ],
            options={"table": "user_identities", "unique_together": (("issuer", "subject"),)},
        ),
    ]
