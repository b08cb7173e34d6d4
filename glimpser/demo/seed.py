"""The demo's streams: clips below the data folder, looped as live through the real source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glimpser.database.models import Stream
from glimpser.streams.inputs import StreamIn
from glimpser.streams.offline import opened

if TYPE_CHECKING:
    from glimpser.settings import Settings

SCENES = ("Front door", "Driveway", "Yard")
"""Names of the streams; the clip of each is filmed with its place here as seed."""


async def seed(settings: Settings, clips: Sequence[Path]) -> None:
    """Make the streams that are missing, one for each clip. ConfigInvalid when the video source is not installed."""
    async with opened(settings) as store:
        for name, clip in zip(SCENES, clips, strict=True):
            key = f"demo-{clip.stem}"
            if await Stream.filter(external_key=key).exists():
                continue
            config = {"url": clip.as_uri(), "loop": True}
            await store.create(StreamIn(name=name, kind="ffmpeg", config=config, external_key=key, tags=["demo"]))
