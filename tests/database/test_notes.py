"""The tables of the plugin ``glimpser-notes``: its migrations up, down and up again, and rows by the real writer."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.plugin_tables import models_of, opened, up_to_zero_and_up

from glimpser_sdk import new_id
from glimpser_sdk.testing import FakeMetrics

plugin = pytest.importorskip("glimpser_notes.plugin", reason="the plugin glimpser-notes is not installed")
MODELS = models_of(plugin.glimpser_models())


async def test_up_to_zero_and_up(url: str, tmp_path: Path) -> None:
    await up_to_zero_and_up(url, tmp_path, "notes", MODELS, migrations=["0001_initial"], tables=["notes_notes"])


async def exported(url: str, data_dir: Path) -> str:
    """What the command prints while a hub has the database open."""
    command = [sys.executable, "-m", "glimpser.cli", "notes", "export", "--database-url", url, "--data-dir"]
    done = await asyncio.to_thread(
        subprocess.run, [*command, str(data_dir)], capture_output=True, text=True, timeout=60, env={"PATH": ""}
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


async def test_what_is_written_is_read_and_grows_old(url: str, tmp_path: Path) -> None:
    from glimpser_notes import retention, store
    from glimpser_notes.inputs import ListQuery, NewNote

    async with opened(url, tmp_path, "notes", MODELS) as db:
        stream, now = new_id(), datetime.now(UTC)
        clock = SimpleNamespace(now=lambda: now)
        ctx: Any = SimpleNamespace(write=db.write, clock=clock, metrics=FakeMetrics(), config=None)
        author: Any = SimpleNamespace(id=new_id(), name="Ada")
        made = await store.add(ctx, NewNote(stream_id=stream, text="x" * 2000), author)
        [read], cursor, total = await store.page_of(ListQuery(stream=stream))
        assert (store.shown(read), cursor, total) == (store.shown(made), None, 1)
        assert read.created_at == now
        assert [json.loads(line) for line in (await exported(url, tmp_path)).splitlines()] == [store.shown(read)]
        assert await retention.delete_old(ctx) == 0
        now += timedelta(days=366)
        assert await retention.delete_old(ctx) == 1
        assert await store.page_of(ListQuery(stream=stream)) == ([], None, 0)
