{%- set kinds = cookiecutter.__kinds.split() -%}
"""What people may set. Each model is a form in the dashboard and the check behind it."""

from __future__ import annotations

from glimpser_sdk.config import PluginConfig
from pydantic import Field
{%- if "auth" in kinds %}


class ScryptConfig(PluginConfig):
    """What a password must be like, and what a hash costs."""

    min_length: int = Field(default=12, ge=8, le=128, description="Characters that a new password has at least.")
    cost: int = Field(default=15, ge=14, le=20, description="Two to the power of this is the work of one check.")
{%- endif %}
{%- if "source" in kinds %}


class BarConfig(PluginConfig):
    """One stream."""

    fps: float = Field(default=5.0, gt=0, le=30, description="Pictures a second.")
    width: int = Field(default=640, ge=64, le=3840, multiple_of=2, description="Width in pixels.")
    height: int = Field(default=360, ge=64, le=2160, multiple_of=2, description="Height in pixels.")
{%- endif %}
{%- if "analyzer" in kinds %}


class DarknessConfig(PluginConfig):
    """The analyzer on one stream."""

    threshold: float = Field(default=40.0, ge=0, le=255, description="Mean brightness (0 to 255) that is still light.")
{%- endif %}
{%- if "sink" in kinds %}


class PictureConfig(PluginConfig):
    """The sink on one stream."""

    quality: int = Field(default=85, ge=1, le=100, description="Quality of the pictures, 1 to 100.")
{%- endif %}
