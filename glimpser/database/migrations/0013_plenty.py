"""What lists are answered from where there is much: types and reviews with what they are ordered by, and words."""

# ruff: noqa: RUF012 -- the form that Tortoise writes and reads
from copy import deepcopy
from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.operations import TortoiseOperation

from glimpser.database import words
from glimpser.database.fields import UtcField

REVIEWS: dict[str, Any] = {
    "name": "ActivityReview",
    "fields": [
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        (
            "activity",
            fields.ForeignKeyField("core.Activity", source_field="activity_id", to_field="id", related_name="reviews"),
        ),
        ("user_id", fields.CharField(max_length=26)),
        ("reviewed_at", UtcField(auto_now_add=True)),
        ("stream_id", fields.CharField(max_length=26)),
        ("severity", fields.CharField(max_length=16)),
        ("started_at", UtcField()),
    ],
    "options": {
        "table": "activity_reviews",
        "unique_together": (("activity", "user_id"),),
        "indexes": [
            Index(fields=["user_id", "started_at", "activity_id", "stream_id"]),
            Index(fields=["user_id", "severity", "started_at", "activity_id", "stream_id"]),
            Index(fields=["user_id", "stream_id", "started_at", "activity_id"]),
        ],
    },
}
REVIEWS_BEFORE: dict[str, Any] = {
    "name": "ActivityReview",
    "fields": [
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        (
            "activity",
            fields.ForeignKeyField("core.Activity", source_field="activity_id", to_field="id", related_name="reviews"),
        ),
        ("user_id", fields.CharField(max_length=26, db_index=True)),
        ("reviewed_at", UtcField(auto_now_add=True)),
    ],
    "options": {"table": "activity_reviews", "unique_together": (("activity", "user_id"),)},
}
OWN = "user_id, reviewed_at, activity_id"
COPIED = "a.stream_id, a.severity, a.started_at"


async def _run(editor: Any, *statements: str) -> None:
    for statement in statements:
        await editor.client.execute_script(statement)


async def _set_aside(_: Any, editor: Any) -> None:
    await _run(editor, f"CREATE TABLE reviews_aside AS SELECT {OWN} FROM activity_reviews")  # noqa: S608


async def _bring_back(_: Any, editor: Any) -> None:
    names = COPIED.replace("a.", "")
    await _run(
        editor,
        f"INSERT INTO activity_reviews ({OWN}, {names}) SELECT {OWN}, {COPIED} FROM reviews_aside r"  # noqa: S608
        " JOIN activities a ON a.id = r.activity_id ORDER BY a.started_at, r.activity_id",
        "DROP TABLE reviews_aside",
    )


async def _bring_back_before(_: Any, editor: Any) -> None:
    await _run(editor, f"INSERT INTO activity_reviews ({OWN}) SELECT {OWN} FROM reviews_aside",  # noqa: S608
               "DROP TABLE reviews_aside")  # fmt: skip


async def _types(_: Any, editor: Any) -> None:
    sqlite = editor.client.capabilities.dialect == "sqlite"
    each = "json_each(a.types) t" if sqlite else "jsonb_array_elements_text(a.types) t(value)"
    names = COPIED.replace("a.", "")
    await _run(
        editor,
        f"INSERT INTO activity_types (type, activity_id, {names}) SELECT t.value, a.id, {COPIED}"  # noqa: S608
        f" FROM activities a, {each} ORDER BY a.started_at, a.id",
    )


async def _words(_: Any, editor: Any) -> None:
    await words.create(editor.client)
    await words.fill(editor.client)


async def _no_words(_: Any, editor: Any) -> None:
    await words.drop(editor.client)


class Reindexed(TortoiseOperation):
    """Indexes of one table taken away and added, and ``bare`` columns that lose their own: one step, since Tortoise
    takes its time over each, and would write the whole table anew for a column."""

    def __init__(self, model_name: str, gone: list[list[str]], more: list[list[str]], bare: dict[str, Any]) -> None:
        self.model_name = model_name
        self._gone, self._more, self._bare = gone, more, bare

    def state_forward(self, app_label: str, state: Any) -> None:
        model = self.get_model_state(state, app_label, self.model_name)
        indexes = [index for index in model.options.get("indexes", ()) if list(index.field_names) not in self._gone]
        model.options["indexes"] = (*indexes, *(Index(fields=names) for names in self._more))
        model.fields.update(deepcopy(self._bare))
        state.reload_model(app_label, self.model_name)

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        model = old_state.apps.get_model(f"{app_label}.{self.model_name}")
        for names in (*self._gone, *([name] for name in self._bare)):
            await state_editor.remove_index(model, Index(fields=names))
        for names in self._more:
            await state_editor.add_index(model, Index(fields=names))

    async def database_backward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        model = old_state.apps.get_model(f"{app_label}.{self.model_name}")
        for names in self._more:
            await state_editor.remove_index(model, Index(fields=names))
        for names in (*self._gone, *([name] for name in self._bare)):
            await state_editor.add_index(model, Index(fields=names))


class Migration(migrations.Migration):
    dependencies = [("core", "0012_share_layouts")]

    operations = [
        Reindexed(
            "Activity",
            [["started_at", "id"], ["severity", "started_at", "id"]],
            [
                ["started_at", "id", "stream_id"],
                ["severity", "started_at", "id", "stream_id"],
                ["stream_id", "severity", "started_at", "id"],
            ],
            {},
        ),
        Reindexed(
            "Event",
            [["started_at", "id"]],
            [
                ["started_at", "id", "stream_id"],
                *([name, "started_at", "id", "stream_id"] for name in ("type", "state", "severity")),
            ],
            {"type": fields.CharField(max_length=100), "state": fields.CharField(default="open", max_length=16)},
        ),
        # Reviews get columns that are never empty; writing the table anew once does it.
        ops.RunPython(_set_aside, _bring_back_before),
        ops.DeleteModel("ActivityReview"),
        ops.CreateModel(**REVIEWS),
        ops.RunPython(_bring_back, _set_aside),
        ops.CreateModel(
            name="ActivityType",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "activity",
                    fields.ForeignKeyField(
                        "core.Activity", source_field="activity_id", to_field="id", related_name="kinds"
                    ),
                ),
                ("type", fields.CharField(max_length=100)),
                ("stream_id", fields.CharField(max_length=26)),
                ("severity", fields.CharField(max_length=16)),
                ("started_at", UtcField()),
            ],
            options={
                "table": "activity_types",
                "unique_together": (("activity", "type"),),
                "indexes": [
                    Index(fields=["type", "started_at", "activity_id", "stream_id"]),
                    Index(fields=["type", "severity", "started_at", "activity_id", "stream_id"]),
                    Index(fields=["stream_id", "type", "started_at", "activity_id"]),
                ],
            },
        ),
        ops.RunPython(_types, ops.RunPython.noop),
        ops.CreateModel(
            name="EventText",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "event",
                    fields.OneToOneField("core.Event", source_field="event_id", to_field="id", related_name="words"),
                ),
                ("stream_id", fields.CharField(null=True, max_length=26)),
                ("words", fields.TextField()),
            ],
            options={"table": "event_texts"},
        ),
        ops.RunPython(_words, _no_words),
    ]
