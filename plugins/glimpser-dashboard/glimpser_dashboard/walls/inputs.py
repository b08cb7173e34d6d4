"""What requests about walls may say, what is answered, and problems that name the field which is wrong."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from glimpser_sdk.ids import ID_PATTERN, is_id
from glimpser_sdk.web import Problem

MOST_TILES = 64


def _id(value: str) -> str:
    if not is_id(value):
        raise ValueError("this is no id")
    return value


def _name(value: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise ValueError("control characters are not allowed")
    if not value.strip():
        raise ValueError("give it a name")
    return value.strip()


# The patterns are for the API's description; the validators say in words what is wrong.
_PLAIN = r"[^\u0000-\u001f\u007f-\u009f]*"
Id = Annotated[str, Field(json_schema_extra={"pattern": ID_PATTERN}), AfterValidator(_id)]
Name = Annotated[
    str,
    Field(min_length=1, max_length=80, json_schema_extra={"pattern": f"^{_PLAIN}[!-~]{_PLAIN}$"}),
    AfterValidator(_name),
]
Visibility = Literal["private", "shared"]
Idle = Literal["live", "slow", "still"]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListQuery(_Input):
    """Which page of the walls; ``cursor`` comes from the ``Link`` of the page before."""

    limit: int = Field(default=50, ge=1, le=100)
    cursor: Id | None = None


class Tile(_Input):
    """A stream on a wall, in columns and rows."""

    stream_id: Id
    x: int = Field(ge=0, le=23, description="Column of its left side.")
    y: int = Field(ge=0, le=199, description="Row of its top.")
    w: int = Field(ge=1, le=24, description="Columns that it takes.")
    h: int = Field(ge=1, le=24, description="Rows that it takes.")


class Layout(_Input):
    """Where tiles are, and how the wall behaves."""

    columns: int = Field(default=12, ge=1, le=24, description="Columns of the wall.")
    rows: int = Field(default=0, ge=0, le=24, description="Rows on one screen; what is below comes on the next page. "
                      "0: as many as there are, on a page that scrolls.")  # fmt: skip
    tiles: list[Tile] = Field(default_factory=list, max_length=MOST_TILES)
    rotation_s: int = Field(default=0, ge=0, le=3600, description="Seconds until the next page; 0: by hand.")
    idle: Idle = Field(
        default="live", description="What a tile shows in which nothing happens: live pictures, one every few seconds, "
        "or one that stands.",
    )  # fmt: skip
    active_s: int = Field(default=20, ge=5, le=600, description="Seconds that a tile stays live after activity.")


class WallIn(Layout):
    """A wall as it is to be."""

    name: Name
    visibility: Visibility = "private"
    role: str | None = Field(
        default=None, min_length=1, max_length=64, pattern=r"^[!-~]+$",
        description="Of a shared wall: the id of the role that sees it; null: everybody.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.visibility == "private" and self.role is not None:
            raise ValueError("a private wall is shared with no role")
        seen: set[str] = set()
        for number, tile in enumerate(self.tiles):
            if tile.x + tile.w > self.columns:
                raise ValueError(f"tile {number} reaches beyond the last column")
            if tile.stream_id in seen:
                raise ValueError(f"tile {number} shows a stream that another tile shows")
            seen.add(tile.stream_id)
        return self


class WallOut(BaseModel):
    """A wall with those of its tiles whose streams the principal sees. Its ETag is ``"v<version>"``."""

    columns: int
    rows: int
    tiles: list[Tile]
    rotation_s: int
    idle: Idle
    active_s: int
    id: str
    name: str
    visibility: Visibility
    role: str | None
    owner_id: str = Field(description="'' when the account of who made it is gone.")
    owner_name: str
    mine: bool = Field(description="Whether the principal owns it.")
    can: list[str] = Field(description="What the principal may do with it: change, delete.")
    version: int
    created_at: str
    updated_at: str


def invalid(field: str, message: str) -> Problem:
    """What is said about a field that is wrong. ``field``: a JSON pointer."""
    return Problem(422, "dashboard.invalid", f"{field}: {message}" if field else message, field=field)
