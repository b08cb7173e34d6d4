"""Migrations of the core and of plugins: all or nothing, one app at a time, nothing lost."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.tables import empty
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from glimpser.database import (
    CORE,
    CORE_APP,
    Database,
    DatabaseDamaged,
    MigrationBusy,
    MigrationError,
    PluginMigrationError,
    SchemaTooNew,
    check_at_start,
    copy_when_due,
    migrate_all,
    migrating,
    quick_check,
)
from glimpser.database.catalog import table_shapes
from glimpser.database.models import Stream

NOTE = """
class Note(Model):
    id = fields.IntField(primary_key=True)
    text = fields.CharField(max_length=50)
    class Meta:
        table = "notes_note"
"""
NOTE_UP = """operations = [ops.CreateModel(name="Note", options={"table": "notes_note"}, fields=[
    ("id", fields.IntField(primary_key=True, generated=True)), ("text", fields.CharField(max_length=50))])]"""


async def tables(url: str, data_dir: Path) -> set[str]:
    async with migrating(url, data_dir) as migrator:
        return set(await table_shapes(migrator._connection))


async def execute(url: str, data_dir: Path, *statements: str) -> list[dict[str, Any]]:
    """Run SQL on the database beside any migration; returns the rows of the last statement."""
    rows: list[dict[str, Any]] = []
    async with migrating(url, data_dir) as migrator:
        for statement in statements:
            rows = await migrator._connection.execute_query_dict(statement)
    return rows


async def test_up_to_zero_and_up_again(new_url: str, tmp_path: Path) -> None:
    async with migrating(new_url, tmp_path) as migrator:
        names = await migrator.up(CORE_APP, CORE)
        full = set(await table_shapes(migrator._connection))
        assert {"streams", "events", "event_log", "users", "audit_events", "meta"} <= full
        assert await migrator.applied() == {CORE_APP: names}

        assert await migrator.to_zero(CORE_APP, CORE) == names[::-1]
        assert set(await table_shapes(migrator._connection)) == {"tortoise_migrations"}
        assert await migrator.applied() == {}

        assert await migrator.up(CORE_APP, CORE) == names
        assert set(await table_shapes(migrator._connection)) == full


async def test_the_migrations_make_what_the_models_say() -> None:
    apps = {CORE_APP: {"models": list(CORE.models), "migrations": CORE.migrations, "default_connection": "default"}}
    async with TortoiseContext() as context:
        await context.init({"connections": {"default": "sqlite://:memory:"}, "apps": apps})
        changes = await MigrationAutodetector(context.apps, apps).changes()
    assert [writer.operations for writer in changes] == []


async def test_a_second_start_changes_nothing(url: str, tmp_path: Path) -> None:
    await migrate_all(url, tmp_path, {})
    async with migrating(url, tmp_path) as migrator:
        assert await migrator.up(CORE_APP, CORE) == []
    assert not (tmp_path / "backups").exists()


async def test_an_unreadable_record_is_not_taken_for_an_empty_database(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "glimpser.db") as connection:
        connection.execute("CREATE TABLE tortoise_migrations (other TEXT)")
    connection.close()
    with pytest.raises(Exception, match="no such column"):
        await migrate_all("", tmp_path, {})
    with sqlite3.connect(tmp_path / "glimpser.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("tortoise_migrations",)]
    connection.close()


PARENTS = """
class Parent(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=20)
    class Meta:
        table = "family_parent"
class Child(Model):
    id = fields.IntField(primary_key=True)
    parent = fields.ForeignKeyField("family.Parent", related_name="children")
    class Meta:
        table = "family_child"
"""
PARENTS_UP = """operations = [
    ops.CreateModel(name="Parent", options={"table": "family_parent"}, fields=[
        ("id", fields.IntField(primary_key=True, generated=True)), ("name", fields.CharField(max_length=10))]),
    ops.CreateModel(name="Child", options={"table": "family_child"}, fields=[
        ("id", fields.IntField(primary_key=True, generated=True)),
        ("parent", fields.ForeignKeyField("family.Parent", source_field="parent_id", related_name="children"))])]"""
WIDEN = """dependencies = [("family", "0001_step")]
    operations = [ops.AlterField("Parent", "name", fields.CharField(max_length=20))]"""
ORPHAN = """dependencies = [("family", "0001_step")]
    operations = [ops.RunSQL("DELETE FROM family_parent")]"""


async def test_altering_a_parent_keeps_its_children(url: str, tmp_path: Path, make_plugin: Any) -> None:
    first = make_plugin(PARENTS, PARENTS_UP)
    assert await migrate_all(url, tmp_path, {"family": first}) == {}
    await execute(
        url,
        tmp_path,
        "INSERT INTO family_parent (id, name) VALUES (1, 'Ann')",
        "INSERT INTO family_child (id, parent_id) VALUES (1, 1)",
    )
    assert await migrate_all(url, tmp_path, {"family": make_plugin(PARENTS, PARENTS_UP, WIDEN)}) == {}
    assert [dict(r) for r in await execute(url, tmp_path, "SELECT id, parent_id FROM family_child")] == [
        {"id": 1, "parent_id": 1}
    ]


async def test_a_migration_that_leaves_orphans_is_rolled_back(tmp_path: Path, make_plugin: Any) -> None:
    empty(tmp_path)
    await migrate_all("", tmp_path, {"family": make_plugin(PARENTS, PARENTS_UP)})
    await execute(
        "",
        tmp_path,
        "INSERT INTO family_parent (id, name) VALUES (1, 'Ann')",
        "INSERT INTO family_child (id, parent_id) VALUES (1, 1)",
    )
    failures = await migrate_all("", tmp_path, {"family": make_plugin(PARENTS, PARENTS_UP, ORPHAN)})
    assert "family_child row 1 refers to a missing row of family_parent" in failures["family"].reason
    assert len(await execute("", tmp_path, "SELECT id FROM family_parent")) == 1


async def test_one_plugin_fails_alone_and_completely(url: str, tmp_path: Path, make_plugin: Any) -> None:
    breaks = """dependencies = [("broken", "0001_step")]
    operations = [ops.RunSQL("INSERT INTO nowhere VALUES (1)")]"""
    broken = make_plugin(NOTE.replace("notes_", "broken_"), NOTE_UP.replace("notes_", "broken_"), breaks)
    notes = make_plugin(NOTE, NOTE_UP)
    failures = await migrate_all(url, tmp_path, {"broken": broken, "notes": notes})
    assert list(failures) == ["broken"]
    assert "nowhere" in failures["broken"].reason
    found = await tables(url, tmp_path)
    assert "broken_note" not in found
    assert {"notes_note", "streams"} <= found
    async with migrating(url, tmp_path) as migrator:
        assert sorted(await migrator.applied()) == [CORE_APP, "notes"]


@pytest.mark.parametrize("ends", ["COMMIT", "ROLLBACK"])
async def test_a_migration_that_ends_its_transaction_is_told(tmp_path: Path, make_plugin: Any, ends: str) -> None:
    empty(tmp_path)
    up = NOTE_UP.replace("operations = [", f'operations = [ops.RunSQL("{ends}"), ')
    assert "no transaction" in (await migrate_all("", tmp_path, {"notes": make_plugin(NOTE, up)}))["notes"].reason


async def test_a_plugin_that_cannot_be_imported_fails_alone(tmp_path: Path, make_plugin: Any) -> None:
    empty(tmp_path)
    failures = await migrate_all("", tmp_path, {"bad": make_plugin("raise RuntimeError('no GPU')", NOTE_UP)})
    assert failures["bad"].reason == "no GPU"


FK_TO_CORE = """
class Note(Model):
    id = fields.IntField(primary_key=True)
    stream = fields.ForeignKeyField("core.Stream")
    class Meta:
        table = "notes_note"
"""
M2M_TO_CORE = FK_TO_CORE.replace('ForeignKeyField("core.Stream")', 'ManyToManyField("core.Stream", through="notes_s")')
TOUCHES_CORE = NOTE_UP.replace("operations = [", 'operations = [ops.RunSQL("ALTER TABLE streams ADD x INT"), ')
RAW_REFERENCE = 'operations = [ops.RunSQL("CREATE TABLE notes_note (id VARCHAR(26) REFERENCES streams(id))")]'


@pytest.mark.parametrize(
    ("models", "migration", "reason"),
    [
        (NOTE.replace("notes_note", "note"), NOTE_UP, "table 'note' of Note must start with 'notes_'"),
        (FK_TO_CORE, NOTE_UP, r"Note.stream refers to a table of another app \(core.Stream\)"),
        (M2M_TO_CORE, NOTE_UP, r"Note.stream refers to a table of another app \(core.Stream\)"),
        (NOTE, TOUCHES_CORE, "the migration changes table 'streams'"),
        (NOTE, RAW_REFERENCE, "'notes_note' has a foreign key to 'streams'"),
        (NOTE, f"atomic = False\n    {NOTE_UP}", "atomic = False"),
    ],
    ids=["prefix", "foreign key", "many-to-many", "core table", "raw reference", "not atomic"],
)
async def test_a_plugin_stays_among_its_own_tables(
    url: str, tmp_path: Path, make_plugin: Any, models: str, migration: str, reason: str
) -> None:
    failures = await migrate_all(url, tmp_path, {"notes": make_plugin(models, migration)})
    with pytest.raises(PluginMigrationError, match=reason):
        raise failures["notes"]
    assert "notes_note" not in await tables(url, tmp_path)


async def test_two_plugins_with_one_table(tmp_path: Path, make_plugin: Any) -> None:
    empty(tmp_path)
    models, up = NOTE.replace("notes_note", "web_push_note"), NOTE_UP.replace("notes_note", "web_push_note")
    failures = await migrate_all("", tmp_path, {"web": make_plugin(models, up), "web-push": make_plugin(models, up)})
    assert {app: error.reason for app, error in failures.items()} == {
        "web-push": "table 'web_push_note' already belongs to 'web'"
    }


async def test_text_with_semicolons_in_a_migration(url: str, tmp_path: Path, make_plugin: Any) -> None:
    up = NOTE_UP.replace('{"table": "notes_note"}', '{"table": "notes_note", "table_description": "one; two"}')
    filled = up.replace("operations = [", "operations = [ops.RunSQL(\"SELECT 'a;b'; SELECT 2\"), ")
    assert await migrate_all(url, tmp_path, {"notes": make_plugin(NOTE, filled)}) == {}


async def test_a_newer_schema_is_refused(url: str, tmp_path: Path) -> None:
    await migrate_all(url, tmp_path, {})
    newer = "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('core', '9999_later', '2030-01-01 00:00Z')"
    await execute(url, tmp_path, newer)
    with pytest.raises(SchemaTooNew, match=r"9999_later.*newer release"):
        await migrate_all(url, tmp_path, {})


async def test_a_plugin_with_a_newer_schema_stays_off(url: str, tmp_path: Path, make_plugin: Any) -> None:
    later = """dependencies = [("notes", "0001_step")]
    operations = [ops.AddField("Note", "more", fields.IntField(null=True))]"""
    assert await migrate_all(url, tmp_path, {"notes": make_plugin(NOTE, NOTE_UP, later)}) == {}
    failures = await migrate_all(url, tmp_path, {"notes": make_plugin(NOTE, NOTE_UP)})
    assert "0002_step" in failures["notes"].reason


async def test_a_copy_is_made_before_a_change_and_two_are_kept(tmp_path: Path, make_plugin: Any) -> None:
    empty(tmp_path)
    await migrate_all("", tmp_path, {})
    database = Database("", tmp_path)
    await database.open()
    await database.write(lambda _: Stream.create(name="Yard", kind="rtsp"))
    await database.close()
    copies: list[Path] = []
    for number in range(3):
        app = f"n{number}"
        plugin = make_plugin(NOTE.replace("notes_", f"{app}_"), NOTE_UP.replace("notes_", f"{app}_"))
        assert await migrate_all("", tmp_path, {app: plugin}) == {}
        copies = sorted((tmp_path / "backups").iterdir())
        assert len(copies) == min(number + 1, 2)
    quick_check(copies[-1])
    connection = sqlite3.connect(copies[-1])
    assert connection.execute("SELECT name FROM streams").fetchall() == [("Yard",)]
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert "n1_note" in names
    assert "n2_note" not in names
    connection.close()
    assert copies[-1].stat().st_mode & 0o077 == 0


async def test_a_damaged_database_is_not_migrated(tmp_path: Path, make_plugin: Any) -> None:
    empty(tmp_path)
    await migrate_all("", tmp_path, {})
    path = tmp_path / "glimpser.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE filler (x)")
        connection.executemany("INSERT INTO filler VALUES (?)", [("y" * 500,)] * 500)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(path.read_bytes())
    content[-40_000:-8_000] = b"\xff" * 32_000
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        quick_check(path)
    failures = await migrate_all("", tmp_path, {"notes": make_plugin(NOTE, NOTE_UP)})
    assert "damaged" in failures["notes"].reason
    assert list((tmp_path / "backups").iterdir()) == []
    assert "notes_note" not in await tables("", tmp_path)


async def test_a_copy_a_day_and_the_two_newest_are_kept(tmp_path: Path) -> None:
    empty(tmp_path)
    await migrate_all("", tmp_path, {})
    path = tmp_path / "glimpser.db"
    now = datetime.now(UTC)
    first = copy_when_due(path, now)
    assert first is not None
    assert copy_when_due(path, now + timedelta(hours=23)) is None
    second = copy_when_due(path, now + timedelta(hours=25))
    third = copy_when_due(path, now - timedelta(hours=1))
    assert second is not None
    assert third is not None
    assert sorted(first.parent.iterdir()) == [second, third]
    quick_check(third)
    assert third.stat().st_mode & 0o077 == 0


async def test_a_damaged_file_is_not_used_and_the_copies_are_named(tmp_path: Path) -> None:
    empty(tmp_path)
    path = tmp_path / "glimpser.db"
    check_at_start(path)
    await migrate_all("", tmp_path, {})
    check_at_start(path)
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)
    with pytest.raises(
        DatabaseDamaged, match=r"is damaged: .*; put a copy from .*backups or .*backups/daily in its place"
    ):
        check_at_start(path)


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "glimpser.db").write_bytes(b"not a database " * 100)
    with pytest.raises(DatabaseDamaged, match=r"glimpser\.db cannot be read"):
        await migrate_all("", tmp_path, {})


async def test_one_migrating_process_at_a_time(new_url: str, tmp_path: Path) -> None:
    async with migrating(new_url, tmp_path):
        with pytest.raises(MigrationBusy, match="another process"):
            async with migrating(new_url, tmp_path, wait_s=0.2):
                pass
    async with migrating(new_url, tmp_path, wait_s=0.2):
        pass


async def test_processes_that_start_together_both_succeed(new_url: str, tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from glimpser.database import migrate_all; "
        "asyncio.run(migrate_all(sys.argv[1], Path(sys.argv[2]), {}))"
    )
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, new_url, str(tmp_path)) for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]


async def test_purge_drops_a_plugin_without_its_code(url: str, tmp_path: Path, make_plugin: Any) -> None:
    neighbour = make_plugin(NOTE.replace("notes_", "notes_ai_"), NOTE_UP.replace("notes_", "notes_ai_"))
    plugins = {"notes": make_plugin(NOTE, NOTE_UP), "notes-ai": neighbour}
    assert await migrate_all(url, tmp_path, plugins) == {}
    async with migrating(url, tmp_path) as migrator:
        assert await migrator.purge("notes") == ["notes_note"]
        assert sorted(await migrator.applied()) == [CORE_APP, "notes-ai"]
    assert await migrate_all(url, tmp_path, plugins) == {}
    assert {"notes_note", "notes_ai_note"} <= await tables(url, tmp_path)


async def test_a_plugin_goes_to_zero_and_can_come_back(url: str, tmp_path: Path, make_plugin: Any) -> None:
    notes = make_plugin(NOTE, NOTE_UP)
    await migrate_all(url, tmp_path, {"notes": notes})
    async with migrating(url, tmp_path) as migrator:
        assert await migrator.to_zero("notes", notes) == ["0001_step"]
        assert "notes_note" not in await table_shapes(migrator._connection)
        assert await migrator.up("notes", notes) == ["0001_step"]


async def test_a_failing_core_migration_stops_the_start(tmp_path: Path, make_plugin: Any) -> None:
    broken = make_plugin(NOTE, 'operations = [ops.RunSQL("CREATE TABLE a (x INT); INSERT INTO nowhere VALUES (1)")]')
    async with migrating("", tmp_path) as migrator:
        with pytest.raises(MigrationError, match="'core' failed: no such table: nowhere"):
            await migrator.up(CORE_APP, broken)
        assert "a" not in await table_shapes(migrator._connection)
