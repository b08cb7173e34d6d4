"""The part of ``glimpser plugins check`` that runs the plugin's code: ``python -m glimpser.plugins.check_contents ID``
prints ``{rule: [problem, …]}`` as its last line."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from importlib.resources import files

from glimpser.plugins.config import load_model
from glimpser.plugins.discover import discover
from glimpser_sdk.config import PluginConfig
from glimpser_sdk.contributions import Contribution, collect, new_manager, register
from glimpser_sdk.errors import GlimpserError
from glimpser_sdk.lazy import Lazy
from glimpser_sdk.rules import check_contribution
from glimpser_sdk.schema import form_problems, form_schema


def main(plugin_id: str) -> dict[str, list[str]]:
    """Check one plugin; no other is imported."""
    found = {"it keeps to the hooks": list[str](), "what it names can be loaded": [], "forms can be made": []}
    hooks, loaded, forms = found.values()
    entry = next(i for i in discover() if i.id == plugin_id).entry
    try:
        manager = new_manager()
        hooks += register(manager, plugin_id, entry.load())
        contribution = collect(manager, plugin_id)
        check_contribution(plugin_id, contribution)
    except Exception as error:  # a plugin's code: anything may come out of it
        return {"it keeps to the hooks": [f"{type(error).__name__}: {error}"]}
    for reference in _factories(contribution):
        try:
            if not callable(reference.load()):
                loaded.append(f"{reference} cannot be called")
        except Exception as error:
            loaded.append(f"{reference}: {error}")
    for module in [*contribution.models.modules, contribution.models.migrations] if contribution.models else []:
        try:
            importlib.import_module(module)
        except Exception as error:
            loaded.append(f"{module}: {error}")
    for panel in contribution.panels:
        package, _, path = panel.module.partition(":")
        try:
            if not files(package).joinpath(path).is_file():
                loaded.append(f"{panel.module} is not there, or was not packaged")
        except Exception as error:
            loaded.append(f"{panel.module}: {error}")
    for reference in _models(contribution):
        try:
            model = load_model(reference)
            if not issubclass(model, PluginConfig):
                forms.append(f"{reference} is no PluginConfig")
            forms += [f"{reference}{problem}" for problem in form_problems(form_schema(model))]
        except (GlimpserError, ValueError) as error:
            forms.append(f"{reference}: {error}")
    return found


def _factories(c: Contribution) -> Iterator[Lazy]:
    for group in (c.sources, c.analyzers, c.sinks, c.auth_backends, c.routers):
        for spec in group:
            yield spec.factory
    for found in c.search:
        yield found.find
    for command in c.commands:
        yield command.command
    if c.models and c.models.forget:
        yield c.models.forget


def _models(c: Contribution) -> Iterator[Lazy]:
    if c.config:
        yield c.config.model
    for group in (c.sources, c.analyzers, c.sinks):
        for spec in group:
            yield spec.config


if __name__ == "__main__":
    result = main(sys.argv[1])
    print("\n" + json.dumps(result))  # noqa: T201  # read by the parent
