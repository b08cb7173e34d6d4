"""The demo's streams: one for each scene, made once and then a person's to change or delete."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glimpser.database.models import Stream
from glimpser.streams.inputs import StreamIn
from glimpser.streams.offline import offline_store

if TYPE_CHECKING:
    from glimpser.settings import Settings

SCENES = ("Front door", "Driveway", "Yard")
TAG = "demo"


async def seed(settings: Settings, clips: Sequence[Path]) -> int:
    """Make the streams that play ``clips``, in the order of SCENES, unless some were made before; returns how many it made.

    ConfigInvalid when no plugin plays files.
    """
    async with offline_store(settings) as store:
        # A deleted demo stream loses its key but keeps its row, and does not come back.
        if any(TAG in stream.tags for stream in await Stream.all().only("id", "tags")):
            return 0
        for name, clip in zip(SCENES, clips, strict=True):
            await store.create(StreamIn(name=name, kind="ffmpeg", config={"url": str(clip)}, tags=[TAG]))
        return len(clips)
