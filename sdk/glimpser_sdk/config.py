"""Configuration models of plugins."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr

__all__ = ["PluginConfig", "SecretStr"]


class PluginConfig(BaseModel):
    """Base of every configuration: frozen, unknown fields refused, defaults validated.

    Describe every field (``Field(description=…)``), put units into names or descriptions, type secrets as
    ``SecretStr``. The model's JSON Schema is the form in the dashboard and the check in API, import and CLI.

    Hints for the form go into ``json_schema_extra``: ``format`` names the panel that draws a field; ``x-advanced``
    folds it away, ``x-unit`` stands behind a number, ``x-multiline`` takes several lines, ``x-note`` stands beside the
    name, ``x-labels`` names the values of an enum, and ``x-when`` (``{"field": …, "matches": pattern}``) shows it only
    where another field of the same object fits.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, use_attribute_docstrings=True)
