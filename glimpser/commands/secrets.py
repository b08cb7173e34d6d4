"""``glimpser secrets``: the key that encrypts secrets, and whether all of them open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glimpser.commands.common import Fault, audited, load_settings, run_async, settings_options, writable
from glimpser.commands.run import exclusive

if TYPE_CHECKING:
    from glimpser.rotation import Rotated
    from glimpser.settings import Settings


@click.group()
def secrets() -> None:
    """Check encrypted secrets and change their key."""


@secrets.command("check")
@settings_options
def check(data_dir: Path | None, config: Path | None) -> None:
    """Try every stored secret and name those that do not open. Works with or without a running hub."""
    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    lines, total, older = run_async(_check(settings))
    for line in lines:
        click.echo(line)
    click.echo(f"{total - len(lines)} of {total} secrets open with {settings.key_path}", err=True)
    if older:
        click.echo(f"{older} of them need an older key in that file: run glimpser secrets rotate", err=True)
    if lines:
        raise Fault("restore the key, as a further line of that file, or enter these secrets again")


async def _check(settings: Settings) -> tuple[list[str], int, int]:
    """A line for each secret that does not open, how many there are, and how many need an older key."""
    from glimpser.plugins.offline import opened
    from glimpser.sealed import open_box, rows, values_of
    from glimpser.secrets import key_of

    async with opened(settings.database_url, settings.data_dir):
        box = await open_box(settings.key_path)
        found = [value async for kind, row in rows() for value in values_of(kind, row)]
    lines, older = [], 0
    for value in found:
        if why := value.fault(box):
            lines.append(f"{value.owner}: {why}")
        else:
            older += key_of(value.value) != box.current
    return lines, len(found), older


@secrets.command("rotate")
@settings_options
def rotate(data_dir: Path | None, config: Path | None) -> None:
    """Encrypt every secret with a new key. The hub must not run. Cut off, it is finished by running it again."""
    from glimpser.keyfile import sole_user

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    with exclusive(settings.data_dir), sole_user(settings.data_dir), audited(settings, "secrets.rotate"):
        done = run_async(_rotate(settings))
    begun = "finished the rotation that was cut off: " if done.resumed else ""
    click.echo(f"{begun}{done.encrypted} secrets are encrypted with the new key in {settings.key_path}", err=True)
    click.echo("copies of the database made before need the key file that was copied with them", err=True)
    for value in done.left:
        click.echo(f"{value.owner}: {value.place} opens with no key and stays as it was")


async def _rotate(settings: Settings) -> Rotated:
    from glimpser.database import owned
    from glimpser.plugins.offline import opened
    from glimpser.rotation import rotate

    url, data_dir = settings.database_url, settings.data_dir
    async with owned(url, data_dir), opened(url, data_dir) as db:
        return await rotate(db, settings.key_path)


@secrets.command("new-key")
@settings_options
def new_key(data_dir: Path | None, config: Path | None) -> None:
    """Make a key file where none is, after the old one was lost for good. Its secrets have to be entered again."""
    from glimpser.keyfile import make_key
    from glimpser.secrets import SecretError

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    if settings.key_path.exists():
        raise Fault(f"there is a key file already: {settings.key_path}; to change the key run glimpser secrets rotate")
    try:
        make_key(settings.key_path)
    except SecretError as error:
        raise Fault(str(error)) from None
    click.echo(f"made {settings.key_path}; glimpser secrets check names the secrets to enter again", err=True)
