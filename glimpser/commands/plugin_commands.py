"""Commands that plugins add, looked up only when a name is not one of the core's."""

from __future__ import annotations

import click

from glimpser.cli import COMMANDS
from glimpser.commands.common import Fault, load_origins
from glimpser.plugins.host import PluginHost
from glimpser.plugins.policy import policy_of, switches_of
from glimpser.plugins.registry import CoreNames
from glimpser.plugins.switches import SwitchesUnreadable


def find(name: str) -> click.Command | None:
    """The command of that name that an enabled plugin adds, or None."""
    origins = load_origins()
    try:
        policy = policy_of(origins, switches_of(origins))
    except SwitchesUnreadable as error:
        raise Fault(f"which plugins are on is unknown: {error}") from None
    host = PluginHost(policy, core=CoreNames(commands=frozenset(COMMANDS)))
    host.load()
    offer = host.registry.commands.get(name)
    if offer is None:
        for plugin in host.plugins.values():
            if plugin.reason and not plugin.alive and plugin.state != "disabled":
                click.echo(f"warning: plugin {plugin.id} is {plugin.state}: {plugin.message}", err=True)
        return None
    try:
        command = offer.spec.command.load()
    except Exception as error:  # a plugin's module: anything may come out of it
        raise Fault(f"the command {name!r} of plugin {offer.plugin!r} cannot be loaded: {error}") from error
    if not isinstance(command, click.Command):
        raise Fault(f"the command {name!r} of plugin {offer.plugin!r} is no click command")
    return command
