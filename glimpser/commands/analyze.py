"""``glimpser analyze``: what an analyzer would see in a file, through the same code as in a live stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from glimpser.commands.common import Fault, load_origins
from glimpser.plugins.host import PluginHost
from glimpser.plugins.policy import policy_of
from glimpser.plugins.registry import Registry, pick
from glimpser_sdk.errors import GlimpserError


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--with", "names", multiple=True, required=True, metavar="ANALYZER", help="Which analyzer; repeatable.")
@click.option("--config", "configs", multiple=True, metavar="JSON", help="Its settings; one per --with, in order.")
@click.option("--fps", type=float, help="Pictures a second, for a folder of numbered pictures.")
@click.option("--idle", is_flag=True, help="Watch as an idle stream does: keyframes until something happens.")
def analyze(path: Path, names: tuple[str, ...], configs: tuple[str, ...], fps: float | None, idle: bool) -> None:
    """Run analyzers over a video file or a folder of numbered pictures.

    Prints one JSON line for each analysed frame: frame, t (seconds), motion, score, regions.
    """
    from glimpser.worker.analyze import analyze as run

    host = PluginHost(policy_of(load_origins(), {}))
    host.load()
    try:
        parts = _parts(host.registry, names, [_object(text) for text in configs])
        source = None if path.is_dir() else _source(host.registry, path)
        for line in run(path, parts, source=source, fps=fps, idle=idle):
            click.echo(json.dumps(line))
    except BrokenPipeError:  # the reader has enough (`| head`); click ends quietly
        raise
    except (GlimpserError, OSError) as error:
        raise Fault(str(error)) from error


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Fault(f"--config: {text!r} is no JSON: {error}", 2) from None
    if not isinstance(value, dict):
        raise Fault(f"--config: {text!r} is no JSON object", 2)
    return value


def _parts(registry: Registry, names: tuple[str, ...], configs: list[dict[str, Any]]) -> list[Any]:
    """The analyzers, each with those after which it runs."""
    from glimpser.plugins.config import load_model, validate
    from glimpser.streams.parts import analyzer_part

    if len(configs) > len(names):
        raise Fault("--config: more settings than analyzers", 2)
    wanted = dict(zip(names, [*configs, *({} for _ in names)], strict=False))
    for name in list(wanted):
        after = pick(registry.analyzers, name, "analyzer").spec.after
        while after and after not in wanted:
            wanted[after] = {}
            after = pick(registry.analyzers, after, "analyzer").spec.after
    for name, document in wanted.items():
        validate(load_model(registry.analyzers[name].spec.config), document, f"/{name}")
    return [analyzer_part(registry, name, document) for name, document in wanted.items()]


def _source(registry: Registry, path: Path) -> Any:
    """The first source that opens files, told to read this one once and as fast as it goes."""
    from glimpser.plugins.config import load_model
    from glimpser.streams.parts import component

    for kind, offer in registry.sources.items():
        if "file" in offer.spec.schemes and offer.spec.shape == "blocking":
            fields = load_model(offer.spec.config).model_fields
            once: dict[str, Any] = {name: False for name in ("loop", "realtime") if name in fields}
            return component(offer.plugin, offer.spec, kind, {"url": str(path.resolve()), **once})
    return None
