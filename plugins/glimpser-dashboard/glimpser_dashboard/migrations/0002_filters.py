# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0001_walls")]

    operations = [
        ops.CreateModel(
            name="Filters",
            fields=[
                ("id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("filters", fields.TextField(unique=False)),
            ],
            options={
                "table": "dashboard_filters",
                "app": "dashboard",
                "pk_attr": "id",
                "table_description": "``id``: of the person. ``filters``: JSON, a list of objects with name and query.",
            },
            bases=["Model"],
        ),
    ]
