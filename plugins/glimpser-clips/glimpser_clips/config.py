"""What a person says about the clips of one stream."""

from __future__ import annotations

from pydantic import Field

from glimpser_sdk.config import PluginConfig


class ClipsConfig(PluginConfig):
    """Clips of one stream."""

    pre_roll_s: float = Field(default=5.0, ge=0, le=30, description="Seconds of the clip before the event, at least.")
    post_roll_s: float = Field(default=3.0, ge=0, le=30, description="Seconds of the clip after the event is over.")
    max_length_s: float = Field(
        default=120.0, ge=10, le=600, description="Seconds after which a longer event goes on in a new clip."
    )
