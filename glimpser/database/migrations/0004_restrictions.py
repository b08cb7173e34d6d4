# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import migrations
from tortoise.migrations import operations as ops

from glimpser.database.fields import JsonField


class Migration(migrations.Migration):
    dependencies = [("core", "0003_second_factors")]

    operations = [ops.AddField(model_name="User", name="restrictions", field=JsonField(null=True))]
