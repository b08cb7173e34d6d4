"""The plugin's settings."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from glimpser_sdk.config import PluginConfig


class AccessConfig(PluginConfig):
    """Where countries are looked up."""

    geoip_file: Path | None = Field(
        default=None,
        description="GeoIP database on this machine in MaxMind's format, with countries. Empty: rules "
        "name networks alone.",
    )
