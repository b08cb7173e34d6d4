# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Wall",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("name", fields.CharField(max_length=80)),
                ("owner_id", fields.CharField(db_index=True, max_length=26)),
                ("owner_name", fields.CharField(max_length=200)),
                ("visibility", fields.CharField(max_length=8)),
                ("role", fields.CharField(max_length=64)),
                ("layout", fields.TextField(unique=False)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dashboard_walls",
                "app": "dashboard",
                "pk_attr": "id",
                "table_description": "A saved wall. ``role``: with whom it is shared, '' = with everybody. "
                "``layout``: JSON. Times are UTC.",
            },
            bases=["Model"],
        ),
    ]
