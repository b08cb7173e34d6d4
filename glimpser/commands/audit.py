"""``audit``: whether somebody tampered with the audit log."""

from __future__ import annotations

from pathlib import Path

import click

from glimpser.commands.common import Fault, load_settings, run_async, settings_options


@click.group()
def audit() -> None:
    """Check the audit log."""


@audit.command("verify")
@settings_options
def verify(data_dir: Path | None, config: Path | None) -> None:
    """Look for entries that were changed, removed, reordered, inserted or cut off. Ends with 1 when there are some."""
    from glimpser.identity.audit.offline import verify_log

    verdict = run_async(verify_log(load_settings(data_dir=data_dir, config=config)))
    if verdict.findings:
        first, *more = verdict.findings
        lines = [f"the audit log was tampered with; the first of {len(verdict.findings)} findings:", first.text]
        raise Fault("\n".join([*lines, *(f.text for f in more[:19])]))
    if verdict.count:
        click.echo(f"{verdict.count} entries, {verdict.first} to {verdict.last}, as they were written")
    else:
        click.echo("the audit log is empty")
