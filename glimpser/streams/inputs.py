"""What a stream is made of when somebody writes one; API, import, ``glimpser apply`` and the demo use it alike."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from glimpser.timezones import TimeZone
from glimpser_sdk.ids import ID_PATTERN, new_id

Share = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Share, Share]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
Tag = Annotated[str, Field(min_length=1, max_length=64)]
VISIBLE = r"^[^\x00-\x1f]*[^\x00-\x20\s][^\x00-\x1f]*$"
"""Something to see, and no control characters."""


class Strict(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class RegionIn(Strict):
    """A polygon on the picture."""

    id: Id = Field(default_factory=new_id, description="Left out for a new region.")
    name: str = Field(min_length=1, max_length=100, description="Shown in events and the editor.")
    kind: Literal["zone", "motion_mask", "privacy"] = Field(
        description="zone: report about it; motion_mask: ignore movement in it; privacy: painted black everywhere."
    )
    polygon: list[Point] = Field(
        min_length=3,
        max_length=100,
        description="Corners as [x, y], each 0..1 of width and height.",
        json_schema_extra={"uniqueItems": True},
    )

    @field_validator("polygon")
    @classmethod
    def _inside(cls, value: list[Point]) -> list[Point]:
        if len(set(value)) < len(value):
            raise ValueError("two corners are the same")
        return value


class Location(Strict):
    """Where the stream looks from."""

    latitude: float = Field(ge=-90, le=90, description="Degrees north.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east.")


Parts = dict[str, dict[str, Any]]


class StreamIn(Strict):
    """A stream to be kept. ``analyzers`` and ``sinks`` map an id to its configuration; left out, the defaults run."""

    name: str = Field(min_length=1, max_length=200, pattern=VISIBLE, description="A label; it may repeat and change.")
    kind: str = Field(min_length=1, max_length=64, description="A source kind, see /api/source-kinds.")
    config: dict[str, Any] = Field(default_factory=dict, description="Configuration of the source kind.")
    analyzers: Parts | None = Field(None, description="Analyzer id to its configuration; null = the defaults.")
    sinks: Parts | None = Field(None, description="Sink id to its configuration; null = the defaults.")
    regions: list[RegionIn] = Field(default_factory=list, max_length=64, description="Zones and masks.")
    groups: list[Id] = Field(default_factory=list, max_length=64, description="Ids of stream groups.")
    tags: list[Tag] = Field(default_factory=list, max_length=64, description="Labels to search by.")
    enabled: bool = Field(True, description="Whether it should run.")
    timezone: TimeZone | None = Field(None, description="IANA zone of the place, such as Europe/Berlin.")
    location: Location | None = Field(None, description="Where it is.")
    external_key: str | None = Field(None, min_length=1, max_length=200, description="Your own unique key.")
    unmasked_recording: bool = Field(
        False, description="Allow recording although a privacy region exists; needs streams.record_unmasked."
    )

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return value.strip()

    @field_validator("tags")
    @classmethod
    def _tags(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))

    @model_validator(mode="after")
    def _region_ids(self) -> StreamIn:
        if len({r.id for r in self.regions}) != len(self.regions):
            raise ValueError("two regions have the same id")
        return self
