"""What people may set."""

from __future__ import annotations

from typing import Literal

from glimpser_sdk.config import PluginConfig
from pydantic import Field


class VaneConfig(PluginConfig):
    """The plugin."""

    north_deg: float = Field(
        default=0.0,
        ge=-180,
        le=180,
        description="Degrees from true north to the vane's north, clockwise.",
        json_schema_extra={"format": "vane-bearing"},
    )


class SourceConfig(PluginConfig):
    """One vane."""

    fps: float = Field(default=2.0, gt=0, le=30, description="Pictures a second.")
    turn_s: float = Field(default=60.0, ge=1, le=86_400, description="Seconds the wind takes to turn once round.")
    side: int = Field(default=240, ge=64, le=1080, multiple_of=2, description="Width and height in pixels.")


class AnalyzerConfig(PluginConfig):
    """The reading of one vane."""

    sectors: Literal[4, 8, 16] = Field(default=8, description="Into how many sectors the compass is divided.")
    hold_s: float = Field(default=3.0, ge=0, le=60, description="Seconds that a turn of the wind counts as one event.")
