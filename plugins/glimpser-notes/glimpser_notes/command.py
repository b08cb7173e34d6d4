"""``glimpser notes``: reads the database by itself, so that it needs no running hub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click

BATCH = 500
FILE = "glimpser.db"


@click.group()
def notes() -> None:
    """Notes that people wrote about streams and activities."""


@notes.command()
@click.option("--database-url", envvar="GLIMPSER_DATABASE_URL", default="", help="sqlite:///PATH or postgres://….")
@click.option(
    "--data-dir",
    envvar="GLIMPSER_DATA_DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The hub's data folder; default: GLIMPSER_DATA_DIR.",
)
def export(database_url: str, data_dir: Path | None) -> None:
    """Print all notes, oldest first, one JSON object a line."""
    connection = _connection(database_url, data_dir)
    try:
        asyncio.run(_print_all(connection))
    except BrokenPipeError:
        raise
    except Exception as error:  # the drivers of databases have no common error
        raise click.ClickException(f"the notes cannot be read: {error}") from error


def _connection(url: str, data_dir: Path | None) -> dict[str, Any]:
    """Tortoise's configuration of a connection that only reads. UsageError when it is not said where."""
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql", "asyncpg") and rest:
        from tortoise.backends.base.config_generator import expand_db_url

        settings = {"default_transaction_read_only": "on", "timezone": "UTC", "application_name": "glimpser"}
        credentials = expand_db_url(f"asyncpg://{rest}")["credentials"]
        return {
            "engine": "tortoise.backends.asyncpg",
            "credentials": {**credentials, "minsize": 1, "maxsize": 1, "server_settings": settings},
        }
    if url and scheme != "sqlite":
        raise click.UsageError("--database-url must be sqlite:///PATH or postgres://…")
    if not Path(rest).is_absolute() and data_dir is None:
        raise click.UsageError("say where the notes are: --data-dir DIR or --database-url URL")
    file = (data_dir or Path()) / (rest or FILE)
    if not file.is_file():
        raise click.ClickException(f"there is no database {file}")
    return {
        "engine": "tortoise.backends.sqlite",
        "credentials": {"file_path": str(file), "busy_timeout": 10_000, "query_only": "ON"},
    }


async def _print_all(connection: dict[str, Any]) -> None:
    from tortoise.context import TortoiseContext

    from .store import shown

    app = {"models": ["glimpser_notes.models"], "default_connection": "default"}
    async with TortoiseContext() as context:
        await context.init({"connections": {"default": connection}, "apps": {"notes": app}})
        async for note in _all():
            click.echo(json.dumps(shown(note), ensure_ascii=False))


async def _all() -> AsyncIterator[Any]:
    """All notes, a batch at a time."""
    from .models import Note

    last = ""
    while batch := await Note.filter(id__gt=last).order_by("id").limit(BATCH):
        for note in batch:
            yield note
        last = batch[-1].id
