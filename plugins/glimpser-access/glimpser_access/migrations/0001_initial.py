# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from glimpser_sdk.ids import new_id


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AccessRule",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, unique=True, db_index=True, max_length=26)),
                ("effect", fields.CharField(max_length=10)),
                ("network", fields.CharField(max_length=49)),
                ("country", fields.CharField(max_length=2)),
                ("note", fields.CharField(max_length=200)),
                ("author_name", fields.CharField(max_length=200)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "access_rules",
                "app": "access",
                "pk_attr": "id",
                "table_description": "A network or a country, and what becomes of who comes from there.",
            },
            bases=["Model"],
        ),
    ]
