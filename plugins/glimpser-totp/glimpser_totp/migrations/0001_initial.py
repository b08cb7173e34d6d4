# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Enrolment",
            fields=[
                ("user_id", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=26)),
                ("secret", fields.CharField(null=True, max_length=26)),
                ("pending", fields.CharField(null=True, max_length=26)),
                ("pending_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_step", fields.BigIntField(default=0)),
                ("recovery", fields.TextField(default="", unique=False)),
            ],
            options={"table": "totp_enrolments", "app": "totp", "pk_attr": "user_id"},
            bases=["Model"],
        ),
    ]
