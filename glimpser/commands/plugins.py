"""``glimpser plugins``: what is installed and what becomes of it. Only ``check`` runs plugin code, in a child."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glimpser.commands.common import Fault, audited, load_origins, load_settings, run_async, settings_options, writable
from glimpser.plugins.decide import decide
from glimpser.plugins.discover import discover
from glimpser.plugins.policy import policy_of, switches_of
from glimpser.plugins.switches import SwitchesUnreadable

if TYPE_CHECKING:
    from glimpser.plugins.state import Plugin


@click.group()
def plugins() -> None:
    """List, inspect and switch plugins. None of these commands needs a running hub."""


@plugins.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@settings_options
def list_plugins(as_json: bool, data_dir: Path | None, config: Path | None) -> None:
    """Show every installed plugin and whether it will be loaded. No plugin is imported."""
    found = _plugins(data_dir, config)
    if as_json:
        click.echo(json.dumps([_row(plugin) for plugin in found.values()], indent=2))
    elif not found:
        click.echo("no plugins are installed; `pip install glimpser[demo]` brings the first ones")
    else:
        rows = [(p.id, str(p.installed[0]), _verdict(p), p.message) for p in found.values()]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            click.echo("  ".join([*cells, row[3]]).rstrip())


@plugins.command("show")
@click.argument("plugin_id", metavar="ID")
@settings_options
def show(plugin_id: str, data_dir: Path | None, config: Path | None) -> None:
    """Show what the distribution of plugin ID says about itself."""
    plugin = _find(_plugins(data_dir, config), plugin_id)
    for key, value in _row(plugin).items():
        click.echo(f"{key}: {', '.join(value) if isinstance(value, list) else value}")


@plugins.command("enable")
@click.argument("plugin_id", metavar="ID")
@settings_options
def enable(plugin_id: str, data_dir: Path | None, config: Path | None) -> None:
    """Load plugin ID from the next start on."""
    _switch(plugin_id, True, data_dir, config)


@plugins.command("disable")
@click.argument("plugin_id", metavar="ID")
@settings_options
def disable(plugin_id: str, data_dir: Path | None, config: Path | None) -> None:
    """Do not load plugin ID from the next start on. Its data stays."""
    _switch(plugin_id, False, data_dir, config)


@plugins.command("purge")
@click.argument("plugin_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@settings_options
def purge(plugin_id: str, yes: bool, data_dir: Path | None, config: Path | None) -> None:
    """Delete all that plugin ID has stored: its tables, settings, values and files. It may be uninstalled already."""
    from glimpser.commands.run import exclusive
    from glimpser.plugins.offline import purge_plugin

    settings = load_settings(data_dir=data_dir, config=config)
    writable(settings.data_dir)
    if not yes:
        click.confirm(f"Delete everything that plugin {plugin_id!r} has stored?", abort=True)
    with exclusive(settings.data_dir):
        with audited(settings, "plugins.purge", object=("plugin", plugin_id)):
            done = run_async(purge_plugin(settings.database_url, settings.data_dir, plugin_id))
        for line in done:
            click.echo(line)


@plugins.command("check")
@click.argument("plugin_id", metavar="ID")
def check(plugin_id: str) -> None:
    """Check an installed plugin against the rules for plugins. Ends with code 1 when it breaks one."""
    from glimpser.plugins.check import check_plugin

    results = check_plugin(plugin_id)
    for result in results:
        click.echo(f"{'ok  ' if result.ok else 'FAIL'}  {result.rule}{f': {result.detail}' if result.detail else ''}")
    if not all(result.ok for result in results):
        raise SystemExit(1)


def _plugins(data_dir: Path | None, config: Path | None) -> dict[str, Plugin]:
    origins = load_origins(data_dir=data_dir, config=config)
    try:
        switches = switches_of(origins)
    except SwitchesUnreadable as error:
        # A broken database must not hide what is installed.
        click.echo(f"warning: what was switched on or off is unknown: {error}", err=True)
        switches = {}
    return decide(discover(), policy_of(origins, switches))


def _find(found: dict[str, Plugin], plugin_id: str) -> Plugin:
    if plugin_id not in found:
        raise Fault(f"no plugin {plugin_id!r} is installed; installed: {', '.join(found) or 'none'}")
    return found[plugin_id]


def _verdict(plugin: Plugin) -> str:
    return str(plugin.state or "enabled")


def _row(plugin: Plugin) -> dict[str, str | bool | Sequence[str]]:
    first = plugin.installed[0]
    return {
        "id": plugin.id,
        "distributions": [str(installed) for installed in plugin.installed],
        "first_party": first.first_party,
        "state": _verdict(plugin),
        "reason": plugin.message,
        "entry_point": first.entry.value,
        "sdk": str(first.sdk) if first.sdk is not None else "",
        "requirements": list(first.requirements),
        "warnings": list(plugin.warnings),
    }


def _switch(plugin_id: str, on: bool, data_dir: Path | None, config: Path | None) -> None:
    from glimpser.plugins.offline import switch_plugin

    settings = load_settings(data_dir=data_dir, config=config)
    _find(decide(discover(), policy_of(settings.origins, {})), plugin_id)
    writable(settings.data_dir)
    with audited(settings, "plugins.switch", object=("plugin", plugin_id), on=on):
        run_async(switch_plugin(settings.database_url, settings.data_dir, plugin_id, on))
    click.echo(f"{plugin_id} is {'on' if on else 'off'} from the next start of the hub")
    if decisive := settings.origins.find("plugins"):
        click.echo(f"note: {decisive.where} decides as long as it is set", err=True)
