# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from glimpser_sdk.ids import new_id
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Landmark",
            fields=[
                ("id", fields.CharField(primary_key=True, default=new_id, max_length=26)),
                ("name", fields.CharField(unique=True, max_length=100)),
                ("bearing", fields.FloatField()),
            ],
            options={"table": "vane_landmarks"},
        ),
    ]
