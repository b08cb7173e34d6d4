"""The plugin's settings."""

from __future__ import annotations

from pydantic import Field

from glimpser_sdk.config import PluginConfig


class NotesConfig(PluginConfig):
    """How long notes are kept."""

    keep_days: int = Field(default=365, ge=1, le=3650, description="Days after which a note is deleted.")
