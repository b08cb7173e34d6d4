"""``audit``: whether somebody tampered with the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glimpser.commands.common import Fault, load_settings, run_async, settings_options
from glimpser.secrets import SecretError
from glimpser_sdk.errors import GlimpserError

if TYPE_CHECKING:
    from glimpser.settings import Settings


@click.group()
def audit() -> None:
    """Check the audit log."""


@audit.command("verify")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@settings_options
def verify(file: Path | None, data_dir: Path | None, config: Path | None) -> None:
    """Look for entries that were changed, removed, reordered, inserted or cut off, in the log or in the signed export
    FILE. Ends with 1 when there are some."""
    from glimpser.identity.audit.offline import verify_log

    settings = load_settings(data_dir=data_dir, config=config)
    if file is not None:
        _verify_export(settings, file)
        return
    verdict = run_async(verify_log(settings))
    if verdict.findings:
        first, *more = verdict.findings
        lines = [f"the audit log was tampered with; the first of {len(verdict.findings)} findings:", first.text]
        raise Fault("\n".join([*lines, *(f.text for f in more[:19])]))
    if verdict.count:
        click.echo(f"{verdict.count} entries, {verdict.first} to {verdict.last}, as they were written")
    else:
        click.echo("the audit log is empty")


def _verify_export(settings: Settings, file: Path) -> None:
    from glimpser.identity.audit.export import ExportInvalid
    from glimpser.identity.audit.offline import verify_export

    try:
        count = verify_export(settings, file)
    except (ExportInvalid, GlimpserError, SecretError, OSError) as error:
        raise Fault(str(error)) from error
    click.echo(f"{count} entries, as this hub signed them")
