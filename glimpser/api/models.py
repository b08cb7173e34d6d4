"""Answers that several resources share, as pydantic models for OpenAPI. Times are RFC 3339 in UTC."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from glimpser.database.models import Snapshot

from .answers import shown


class ReasonOut(BaseModel):
    """A documented code and its parameters; ``text`` renders it in English."""

    code: str
    params: dict[str, Any]
    text: str


class EventOut(BaseModel):
    """Something that happened."""

    id: str
    type: str
    stream_id: str | None
    activity_id: str | None
    analyzer: str
    key: str
    started_at: str
    ended_at: str | None = Field(description="null while it lasts.")
    severity: Literal["info", "notice", "warning", "critical"]
    score: float | None = Field(description="Peak, 0..1.")
    best_at: str | None = Field(description="When the best frame was captured.")
    state: Literal["open", "ended", "interrupted"]
    snapshot_id: str | None = Field(description="Picture of the best frame, see /api/snapshots/{id}/image.")
    clip_id: str | None = Field(description="Clip, see /api/clips/{id}/file.")
    revision: int
    data: dict[str, Any]
    text: str = Field(description="The event in words.")
    can: list[str] = Field(description="Permissions the principal has on it.")


class ActivityOut(BaseModel):
    """Overlapping events of one stream."""

    id: str
    stream_id: str
    started_at: str
    ended_at: str | None
    last_at: str
    severity: str
    score: float | None
    event_count: int
    types: list[str]
    best_event_id: str | None
    protected: bool
    reviewed: bool = Field(description="By the principal.")
    snapshot_id: str | None = Field(description="Picture of its best event.")
    clip_id: str | None
    version: int
    can: list[str]


class SnapshotOut(BaseModel):
    """A kept frame."""

    id: str
    stream_id: str
    event_id: str | None
    feed: str
    kind: str
    captured_at: str
    width: int
    height: int
    size_bytes: int
    sha256: str
    caption: str | None
    data: dict[str, Any]
    image: str = Field(description="Path of the picture.")


def snapshot_out(row: Snapshot) -> dict[str, Any]:
    """A kept frame as the API shows it."""
    return shown({
        "id": row.id, "stream_id": row.stream_id, "event_id": row.event_id, "feed": row.feed, "kind": row.kind,
        "captured_at": row.captured_at, "width": row.width, "height": row.height, "size_bytes": row.size_bytes,
        "sha256": row.sha256, "caption": row.caption, "data": row.data, "image": f"/api/snapshots/{row.id}/image",
    })  # fmt: skip
