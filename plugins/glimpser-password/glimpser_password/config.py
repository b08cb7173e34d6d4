"""The plugin's settings."""

from __future__ import annotations

from pydantic import Field

from glimpser_sdk.config import PluginConfig


class PasswordConfig(PluginConfig):
    """What a password must be like and what one hash costs. A changed cost takes effect at each user's next sign-in."""

    min_length: int = Field(default=12, ge=12, le=128, description="Characters that a new password has at least.")
    memory_mib: int = Field(default=64, ge=32, le=1024, description="MiB of memory that one hash or check takes.")
    passes: int = Field(default=3, ge=2, le=20, description="Passes over that memory; the time grows with them.")
