"""Where the streams of a shared wall are: as its author arranged them, told to visitors as far as they see them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from glimpser.streams.inputs import Id

from .problems import Invalid

MOST_TILES = 100


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SharedTile(_Strict):
    """A stream on a shared wall, in columns and rows."""

    stream_id: Id
    x: int = Field(ge=0, le=23, description="Column of its left side.")
    y: int = Field(ge=0, le=199, description="Row of its top.")
    w: int = Field(ge=1, le=24, description="Columns that it takes.")
    h: int = Field(ge=1, le=24, description="Rows that it takes.")


class SharedLayout(_Strict):
    """How a shared wall fills the screen."""

    columns: int = Field(12, ge=1, le=24, description="Columns of the wall.")
    rows: int = Field(
        0, ge=0, le=24, description="Rows on one screen; what is below comes on the next page. 0: all on one screen."
    )
    rotation_s: int = Field(0, ge=0, le=3600, description="Seconds until the next page; 0: by hand.")
    tiles: list[SharedTile] = Field(min_length=1, max_length=MOST_TILES)


def check(layout: SharedLayout, streams: Collection[str]) -> None:
    """Problem 409 that names a tile which is not of the wall, is there twice, or is too wide."""
    seen: set[str] = set()
    for number, tile in enumerate(layout.tiles):
        name = f"/layout/tiles/{number}/"
        if tile.stream_id not in streams:
            raise _refused(f"{name}stream_id", "it is none of the streams that are shared")
        if tile.stream_id in seen:
            raise _refused(f"{name}stream_id", "another tile shows it")
        if tile.x + tile.w > layout.columns:
            raise _refused(f"{name}w", "it reaches beyond the last column")
        seen.add(tile.stream_id)


def shown_of(layout: dict[str, Any] | None, seen: Collection[str]) -> dict[str, Any] | None:
    """A layout with those of its tiles whose streams are seen; None without any."""
    tiles = [tile for tile in layout["tiles"] if tile["stream_id"] in seen] if layout else []
    return {**layout, "tiles": tiles} if layout and tiles else None


def _refused(field: str, message: str) -> Invalid:
    code = "share.layout"
    return Invalid([{"field": field, "message": message, "code": code}], 409, code)
