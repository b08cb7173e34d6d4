"""``glimpser doctor``: checks this installation, a line each, and says what to do."""

from __future__ import annotations

from pathlib import Path

import click

from glimpser.commands.common import load_settings, settings_options


@click.command()
@settings_options
def doctor(data_dir: Path | None, config: Path | None) -> None:
    """Check this installation and say what to do. Ends with code 1 when something must be done."""
    from glimpser.commands.checks import run_checks

    settings = load_settings(data_dir=data_dir, config=config)
    failed = False
    for finding in run_checks(settings):
        advice = f" -> {finding.advice}" if finding.advice else ""
        click.echo(f"{finding.level:<4}  {finding.what}: {finding.detail}{advice}")
        failed |= finding.level == "fail"
    if failed:
        raise SystemExit(1)
