"""What happens without being asked for, and the command."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tortoise.context import TortoiseContext

from glimpser_notes import plugin as entry_module
from glimpser_notes.command import notes
from glimpser_notes.config import NotesConfig
from glimpser_notes.models import Note
from glimpser_sdk import new_id


def note(text: str, written_at: Any) -> Note:
    stream = new_id()
    return Note(stream_id=stream, object_type="stream", object_id=stream, text=text, author_id="a", author_name="Ada",
                created_at=written_at, updated_at=written_at)  # fmt: skip


async def test_old_notes_go_when_the_plugin_starts(
    database: Any, hub_context: Callable[..., Any], clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ctx = hub_context("notes", config=NotesConfig(keep_days=30), connection=database, clock=clock)
    for text, days in (("old", 31), ("young", 29)):
        await note(text, clock.now() - timedelta(days=days)).save()
    await entry_module.glimpser_setup(ctx)
    for _ in range(500):
        if await Note.all().count() == 1:
            break
        await asyncio.sleep(0.01)
    assert [left.text for left in await Note.all()] == ["young"]
    with caplog.at_level(logging.INFO, logger="glimpser.plugins.notes"):
        await entry_module.glimpser_teardown(ctx)
    assert "notes kept: 1" in caplog.text
    await ctx.close()
    assert ctx.metrics.values["deleted_total"] == 1


@pytest.fixture
def folder(tmp_path: Path, clock: Any) -> Path:
    """A data folder whose database has two notes."""

    async def fill() -> None:
        app = {"models": ["glimpser_notes.models"], "default_connection": "default"}
        connections = {"default": f"sqlite://{tmp_path}/glimpser.db"}
        async with TortoiseContext() as context:
            await context.init({"connections": connections, "apps": {"notes": app}})
            await context.generate_schemas()
            for text in ("first", "Zweite Notiz: grün"):
                await note(text, clock.now()).save()

    asyncio.run(fill())
    return tmp_path


@pytest.mark.parametrize("by", ["folder", "url", "environment"])
def test_export_prints_every_note(folder: Path, by: str) -> None:
    arguments, environment = {
        "folder": (["--data-dir", str(folder)], {}),
        "url": (["--database-url", f"sqlite://{folder}/glimpser.db"], {}),
        "environment": ([], {"GLIMPSER_DATA_DIR": str(folder), "GLIMPSER_DATABASE_URL": "sqlite://glimpser.db"}),
    }[by]
    done = CliRunner().invoke(notes, ["export", *arguments], env=environment)
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.output.splitlines()]
    assert [line["text"] for line in lines] == ["first", "Zweite Notiz: grün"]
    assert lines[0]["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "say where the notes are"),
        (["--database-url", "mysql://x/y"], 2, "must be sqlite:///PATH or postgres://"),
        (["--data-dir", "/nonexistent"], 1, "there is no database /nonexistent/glimpser.db"),
    ],
)
def test_export_says_what_is_wrong(arguments: list[str], code: int, said: str) -> None:
    done = CliRunner().invoke(
        notes, ["export", *arguments], env={"GLIMPSER_DATA_DIR": None, "GLIMPSER_DATABASE_URL": None}
    )
    assert (done.exit_code, said in done.output) == (code, True), done.output


def test_export_from_something_else_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "glimpser.db").write_text("no database at all, but a text that is long enough to look like a file")
    done = CliRunner().invoke(notes, ["export", "--data-dir", str(tmp_path)])
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert done.output.startswith("Error: the notes cannot be read: ")
