"""``setup-link``, ``users`` and ``api-keys``: who may use the hub, with or without one running."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from glimpser.commands.common import Fault, load_settings, run_async, settings_options, writable


@click.command("setup-link")
@settings_options
def setup_link(data_dir: Path | None, config: Path | None) -> None:
    """Print a link, valid once and for 15 minutes, by which the first administrator is made."""
    from glimpser.identity.offline import setup_link as new_link

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    click.echo(run_async(new_link(settings)))


@click.group()
def users() -> None:
    """Manage users."""


@users.command("create")
@click.argument("name")
@click.option("--role", default="viewer", show_default=True, help="The role that the user gets, by name or id.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@settings_options
def create_user(name: str, role: str, password_stdin: bool, data_dir: Path | None, config: Path | None) -> None:
    """Create the user NAME."""
    from glimpser.identity.offline import create_user as create

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    if password_stdin:
        # The line's end belongs to the way it was written, not to the password.
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not password:
        raise Fault("password: none was given", 2)
    run_async(create(settings, name, role, password))
    click.echo(f"created {role} {name}", err=True)


@users.command("unlock")
@click.argument("name")
@settings_options
def unlock_user(name: str, data_dir: Path | None, config: Path | None) -> None:
    """Let the user NAME sign in again after too many failures."""
    from glimpser.identity.offline import unlock_user as unlock

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    run_async(unlock(settings, name))
    click.echo(f"unlocked {name}", err=True)


@users.command("reset-factor")
@click.argument("name")
@settings_options
def reset_factor(name: str, data_dir: Path | None, config: Path | None) -> None:
    """Take the second factor off the user NAME, who lost it, and sign them out everywhere."""
    from glimpser.identity.offline import reset_factor as reset

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    run_async(reset(settings, name))
    click.echo(f"{name} signs in with the password alone now", err=True)


@click.group("api-keys")
def api_keys() -> None:
    """Manage API keys."""


@api_keys.command("create")
@click.option("--user", "user_name", required=True, help="The user whose key it will be.")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--dangerous", is_flag=True, help="It may change users, roles, plugins and settings as well.")
@settings_options
def create_api_key(user_name: str, name: str, dangerous: bool, data_dir: Path | None, config: Path | None) -> None:
    """Create an API key and print it, alone, on standard output. It cannot be shown again."""
    from glimpser.identity.offline import create_api_key as create

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    click.echo(run_async(create(settings, user_name, name, dangerous=dangerous)))
