"""``glimpser vane``."""

from __future__ import annotations

import click

from .compass import sector


@click.command()
@click.argument("bearing", type=float)
@click.option("--sectors", type=click.Choice(["4", "8", "16"]), default="8", show_default=True)
def vane(bearing: float, sectors: str) -> None:
    """Print the name of BEARING, in degrees clockwise from north."""
    click.echo(sector(bearing, int(sectors)))
