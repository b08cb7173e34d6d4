"""Configuration models of plugins."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr

__all__ = ["PluginConfig", "SecretStr"]


class PluginConfig(BaseModel):
    """Base of every configuration: frozen, unknown fields refused, defaults validated.

    Describe every field (``Field(description=…)``), put units into names or descriptions, type secrets as
    ``SecretStr``. The model's JSON Schema is the form in the dashboard and the check in API, import and CLI.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, use_attribute_docstrings=True)
