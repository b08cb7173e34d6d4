"""From a Component on the wire to live objects. A worker imports what it is named and nothing else."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from glimpser.protocol.messages import Component
from glimpser_sdk.errors import ConfigInvalid, GlimpserError
from glimpser_sdk.lazy import lazy

from .guard import CAUGHT


class PluginFailure(Exception):
    """A plugin did what only a bug does; carries whose it was."""

    def __init__(self, plugin: str, code: str, error: BaseException) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.plugin, self.code = plugin, code


def load(component: Component) -> tuple[Any, BaseModel]:
    """The factory and the validated configuration. ConfigInvalid names the field; PluginFailure when it cannot be
    imported."""
    try:
        factory = lazy(component.factory).load()
        model: type[BaseModel] = lazy(component.model).load()
    except CAUGHT as error:
        raise PluginFailure(component.plugin, "plugin.import_failed", error) from error
    try:
        return factory, model.model_validate(component.config)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ConfigInvalid(first["msg"], field=".".join(str(part) for part in first["loc"])) from None


def make(component: Component, *arguments: Any) -> Any:
    """Call the factory with ``(ctx, config, …)``: the context comes first in ``arguments``, the rest after the
    configuration. Errors of the SDK's vocabulary pass; anything else becomes PluginFailure."""
    factory, config = load(component)
    try:
        return factory(arguments[0], config, *arguments[1:])
    except GlimpserError:
        raise
    except CAUGHT as error:
        raise PluginFailure(component.plugin, "plugin.failed", error) from error


def secrets(component: Component) -> tuple[str, ...]:
    """The secret values in a component's configuration, longest first. Empty when it does not validate."""
    try:
        _, config = load(component)
    except (GlimpserError, PluginFailure):
        return ()
    found: set[str] = set()
    _collect(config, found)
    return tuple(sorted((s for s in found if len(s) >= 3), key=len, reverse=True))


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, SecretStr):
        found.add(value.get_secret_value())
    elif isinstance(value, SecretBytes):
        found.add(value.get_secret_value().decode(errors="replace"))
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            _collect(getattr(value, name), found)
    elif isinstance(value, dict):
        for item in value.values():
            _collect(item, found)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            _collect(item, found)
