"""The command line, from click."""

from __future__ import annotations

from collections.abc import Iterator

import click

from glimpser.cli import COMMANDS, cli

from .text import cell, table


def markdown() -> str:
    """A section for each command and subcommand."""
    context = click.Context(cli, info_name="glimpser")
    return "\n".join(_section(context, name, cli.get_command(context, name)) for name in COMMANDS)


def _section(parent: click.Context, name: str, command: click.Command | None) -> str:
    if command is None:
        raise LookupError(name)
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, click.Group):
        return "\n".join(
            _section(context, sub, command.get_command(context, sub)) for sub in command.list_commands(context)
        )
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    text = "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n"))
    return f"## `{context.command_path}`\n\n```\n{usage}\n```\n\n{text}\n\n{_options(context, command)}"


def _options(context: click.Context, command: click.Command) -> str:
    rows = list(_rows(context, command))
    return table(("option", "meaning"), rows) if rows else ""


def _rows(context: click.Context, command: click.Command) -> Iterator[tuple[str, str]]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield f"`{record[0]}`", cell(record[1])
