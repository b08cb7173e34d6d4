"""``glimpser demo``: the hub with streams to look at, filmed on this machine at the first start."""

from __future__ import annotations

from pathlib import Path

import click

from glimpser.commands.common import Fault, load_settings, run_async, settings_options
from glimpser.commands.run import claimed, serve

SECONDS = 90.0


@click.command()
@settings_options
@click.option("--host", help="Address to listen on; default: 127.0.0.1.")
@click.option("--port", type=int, help="TCP port to listen on; default: 8080.")
@click.option("--read-only-demo", is_flag=True, default=None, help="Visitors need no account, and change nothing.")
def demo(
    data_dir: Path | None, config: Path | None, host: str | None, port: int | None, read_only_demo: bool | None
) -> None:
    """Start the hub with three streams of painted scenes, looped as if live."""
    from glimpser.demo.seed import SCENES, seed

    settings = load_settings(data_dir=data_dir, config=config, host=host, port=port, read_only_demo=read_only_demo)
    with claimed(settings):
        folder = settings.data_dir / "demo"
        folder.mkdir(exist_ok=True)
        clips = [folder / f"{name.lower().replace(' ', '-')}.mp4" for name in SCENES]
        for number, clip in enumerate(clips):
            if not clip.exists():
                click.echo(f"filming {clip.name} ({number + 1} of {len(clips)}), once", err=True)
                _film(clip, number)
        run_async(seed(settings, clips))
        serve(settings)


def _film(clip: Path, number: int) -> None:
    from glimpser.demo.clip import DemoUnavailable, generate

    try:
        generate(clip, seed=number, seconds=SECONDS)
    except DemoUnavailable as error:
        raise Fault(str(error)) from error
