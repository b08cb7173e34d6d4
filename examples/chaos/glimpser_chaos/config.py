"""What one stream is asked to do."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from glimpser_sdk.config import PluginConfig

Common = Literal["none", "segfault", "exit", "sys-exit", "memory", "hang", "raise", "raise-make"]


class _Config(PluginConfig):
    after_s: float = Field(1.0, ge=0, le=3600, description="Seconds after its start that it behaves well for.")


class SourceConfig(_Config):
    """Generated pictures."""

    mode: Common | Literal["hang-gil", "ignore-stop", "threads", "flood"] = Field(
        "none", description="How it misbehaves."
    )
    fps: float = Field(10.0, gt=0, le=60, description="Pictures a second.")
    width: int = Field(320, ge=16, le=3840, multiple_of=2, description="Width in pixels.")
    height: int = Field(180, ge=16, le=2160, multiple_of=2, description="Height in pixels.")
    seed: int = Field(0, ge=0, description="Streams with other numbers show other pictures.")


class AnalyzerConfig(_Config):
    """An analyzer that sees something in every frame of its first second of ten."""

    mode: Common | Literal["flood", "wrong"] = Field("none", description="How it misbehaves.")


class SinkConfig(_Config):
    """A sink that writes nothing."""

    mode: Common = Field("none", description="How it misbehaves.")
