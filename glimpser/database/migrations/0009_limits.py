# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from glimpser.database.fields import JsonField, UtcField
from glimpser_sdk.ids import new_id


class Migration(migrations.Migration):
    dependencies = [("core", "0008_account_links")]

    operations = [
        ops.AddField(model_name="Role", name="limits", field=JsonField(null=True)),
        ops.CreateModel(
            name="LimitUse",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, max_length=26)),
                ("subject", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=100)),
                ("object_id", fields.CharField(default="", max_length=64)),
                ("holder", fields.CharField(default="", max_length=64)),
                ("expires_at", UtcField(db_index=True)),
            ],
            options={"table": "limit_uses", "indexes": [Index(fields=["subject", "name", "expires_at"])]},
        ),
    ]
