"""The command line. Nothing heavy is imported here: each command's module is loaded when that command is called."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Mapping
from typing import Any

import click

# Name: where it is, and what it does in a line.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("glimpser.commands.run:run", "Start the hub."),
    "demo": ("glimpser.commands.demo:demo", "Start the hub with demo streams."),
    "doctor": ("glimpser.commands.doctor:doctor", "Check this installation and say what to do."),
    "apply": ("glimpser.commands.apply:apply", "Make the streams what a file says."),
    "setup-link": ("glimpser.commands.accounts:setup_link", "Print a new link for making the first administrator."),
    "users": ("glimpser.commands.accounts:users", "Manage users."),
    "api-keys": ("glimpser.commands.accounts:api_keys", "Manage API keys."),
    "secrets": ("glimpser.commands.secrets:secrets", "Check encrypted secrets and change their key."),
    "audit": ("glimpser.commands.audit:audit", "Check the audit log."),
    "plugins": ("glimpser.commands.plugins:plugins", "List, inspect and switch plugins."),
    "analyze": ("glimpser.commands.analyze:analyze", "Run an analyzer over a file or a folder of pictures."),
}


class Commands(click.Group):
    """The core's commands by name; any other name is looked up among those that plugins add."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            module, _, attribute = COMMANDS[cmd_name][0].partition(":")
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        from glimpser.commands.plugin_commands import find

        return find(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"glimpser {version('glimpser')}")
        except PackageNotFoundError:
            click.echo("glimpser, not installed")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Plugins may add further commands.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Glimpser watches cameras, web pages and video streams, notices what matters, and tells people."""


def main(arguments: list[str] | None = None) -> Any:
    """The console script. Returns never; exits 0, 1 (failed), 2 (wrong usage or settings) or as the command says."""
    # Loading a thousand modules makes no garbage: looking for it took a fifth of a hub's start.
    gc.set_threshold(50_000, 20, 50)
    return cli.main(args=arguments, prog_name="glimpser")


if __name__ == "__main__":
    main()
