"""``glimpser apply FILE``: streams from a file, with or without a running hub."""

from __future__ import annotations

import fcntl
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glimpser.commands.common import audited, load_settings, run_async, settings_options, writable

if TYPE_CHECKING:
    from glimpser.settings import Settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--prune", is_flag=True, help="Delete streams that have an external_key which FILE does not name.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@settings_options
def apply(file: Path, prune: bool, dry_run: bool, data_dir: Path | None, config: Path | None) -> None:
    """Make the streams what FILE (TOML or JSON) says, found by their external_key."""
    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    with audited(settings, "streams.apply", file=file.name, prune=prune):
        changed = run_async(_apply(settings, file, prune, dry_run))
    if changed and not dry_run and _tell_hub(settings.data_dir / "hub.lock"):
        click.echo("the running hub was told", err=True)


async def _apply(settings: Settings, file: Path, prune: bool, dry_run: bool) -> bool:
    from glimpser.streams import apply as streams_apply
    from glimpser.streams.offline import opened

    found = streams_apply.read(file)
    async with opened(settings) as store:
        steps = await streams_apply.plan(store, found, prune=prune)
        for step in steps:
            click.echo(step.line())
        changes = [step for step in steps if step.action != "keep"]
        if not changes:
            click.echo("nothing to change", err=True)
        elif not dry_run:
            await streams_apply.carry_out(store, changes)
        return bool(changes)


def _tell_hub(lock: Path) -> bool:
    """Ask the hub that holds the data folder, if there is one, to read its streams again (SIGHUP)."""
    try:
        with lock.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return False
            except BlockingIOError:
                os.kill(int(file.read().strip()), signal.SIGHUP)
                return True
    except (OSError, ValueError):
        return False
