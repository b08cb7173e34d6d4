"""The plugin's settings."""

from __future__ import annotations

from pydantic import Field

from glimpser_sdk.config import PluginConfig


class TotpConfig(PluginConfig):
    """How the hub is called in people's apps."""

    issuer: str = Field(
        default="Glimpser", min_length=1, max_length=64, pattern="^[^:]+$",
        description="Name of this hub in the app; tells several hubs apart. It holds for who enrols from then on.",
    )  # fmt: skip
