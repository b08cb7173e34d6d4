"""Bearings: degrees clockwise from north, and the names of sectors."""

from __future__ import annotations

NAMES = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")


def sector(bearing: float, count: int = 8) -> str:
    """The name of the sector a bearing lies in; ``count`` sectors: 4, 8 or 16."""
    step = len(NAMES) // count
    return NAMES[round(bearing % 360 / (360 / count)) % count * step]


def distance(one: float, other: float) -> float:
    """Degrees between two bearings, 0 to 180."""
    return abs((one - other + 180) % 360 - 180)
