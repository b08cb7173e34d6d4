"""Which tables an app has, and the rules that keep a plugin's tables apart from the core's and from other plugins'."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from inspect import isclass

from tortoise.models import Model

from glimpser.database.errors import ModelsInvalid

CORE_APP = "core"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppModels:
    """Modules with an app's Tortoise models, and the package with its migrations."""

    models: tuple[str, ...]
    migrations: str


CORE = AppModels(models=("glimpser.database.models",), migrations="glimpser.database.migrations")


def table_prefix(app: str) -> str:
    """What every table of the plugin ``app`` starts with."""
    return app.replace("-", "_") + "_"


def models_of(spec: AppModels) -> list[type[Model]]:
    """The model classes of an app, in no particular order. ImportError when a module is missing or broken."""
    found = []
    for name in spec.models:
        module = import_module(name)
        found += [
            value
            for value in vars(module).values()
            if isclass(value) and issubclass(value, Model) and value is not Model and not value._meta.abstract
        ]
    return list(dict.fromkeys(found))


def claim_tables(app: str, spec: AppModels, owners: dict[str, str]) -> None:
    """Note in ``owners`` (table: app) which tables the app has. ModelsInvalid when one is another app's already."""
    tables = [table for model in models_of(spec) for table in tables_of(model)]
    for table in tables:
        if owners.get(table, app) != app:
            raise ModelsInvalid(f"table {table!r} already belongs to {owners[table]!r}")
    owners.update(dict.fromkeys(tables, app))


def check_plugin_models(app: str, spec: AppModels) -> None:
    """ModelsInvalid unless every table of the plugin has its prefix and refers to the plugin's own tables only."""
    prefix = table_prefix(app)
    models = models_of(spec)
    for model in models:
        for table in tables_of(model):
            if not table.startswith(prefix):
                raise ModelsInvalid(f"table {table!r} of {model.__name__} must start with {prefix!r}")
        meta = model._meta
        for name in meta.fk_fields | meta.o2o_fields | meta.m2m_fields:
            target = getattr(meta.fields_map[name], "model_name", None)
            own = target.split(".")[0] == app if isinstance(target, str) else target in models
            if not own:
                raise ModelsInvalid(
                    f"{model.__name__}.{name} refers to a table of another app ({target}); keep the id in a plain "
                    "indexed column and clean up when the object is deleted"
                )


def tables_of(model: type[Model]) -> list[str]:
    """The model's own table and those that hold its many-to-many relations."""
    meta = model._meta
    through = [getattr(meta.fields_map[name], "through", "") for name in meta.m2m_fields]
    return [meta.db_table or model.__name__.lower(), *filter(None, through)]
