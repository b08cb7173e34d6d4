"""Settings of the analyzer on one stream."""

from __future__ import annotations

from pydantic import Field

from glimpser_sdk.config import PluginConfig


class MotionConfig(PluginConfig):
    """How easily motion is seen."""

    sensitivity: float = Field(
        50, ge=0, le=100, description="Sensitivity, 0 to 100: at 100 half the contrast of 50 is enough, at 0 twice."
    )
    min_area: float = Field(
        0.2,
        ge=0.01,
        le=50,
        description="Smallest moving thing, in per cent of the picture's area.",
        json_schema_extra={"x-unit": "%"},
    )
    zones_only: bool = Field(
        False, description="Report motion only where a zone moves; without zones the whole picture counts."
    )
    min_zone_share: float = Field(
        1.0,
        ge=0.01,
        le=100,
        description="Per cent of a zone that must move for the zone to count.",
        json_schema_extra={"x-unit": "%"},
    )
