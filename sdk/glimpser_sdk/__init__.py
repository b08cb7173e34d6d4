"""All that a Glimpser plugin imports. Importing this costs little: what is heavy is loaded when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .analyzers import Analyzer, FrameWants, StreamInfo
from .demand import Decode, Demand
from .errors import AuthFailed, ConfigInvalid, GlimpserError, NotReady, Reason, StreamEnded, Unsupported
from .hookspecs import hookimpl, hookspec
from .ids import is_id, new_id
from .lazy import Lazy, lazy
from .observations import Box, Observation, Region
from .packets import CodecParameters, Decoder, Packet
from .search import SearchHit, SearchQuestion
from .sinks import EventChange, MediaFile, Sink
from .sources import AsyncSource, BlockingSource, Cadence, ProbeResult
from .specs import (
    AnalyzerSpec,
    AuthBackendSpec,
    CommandSpec,
    ConfigSpec,
    EventTypeSpec,
    FrontEndSpec,
    MetricSpec,
    ModelsSpec,
    PanelSpec,
    PermissionSpec,
    PluginManifest,
    RouterSpec,
    RouteSpec,
    SearchSpec,
    SinkSpec,
    SourceSpec,
)

if TYPE_CHECKING:
    from .config import PluginConfig, SecretStr
    from .contexts import HubContext, WorkerContext
    from .frames import Frame

__version__ = "0.1.0"

# pydantic takes longer to import than all the rest; a plugin's entry module does not need it.
_LAZY = {
    "PluginConfig": "config",
    "SecretStr": "config",
    "Frame": "frames",
    "HubContext": "contexts",
    "WorkerContext": "contexts",
}

__all__ = [
    "Analyzer", "AnalyzerSpec", "AsyncSource", "AuthBackendSpec", "AuthFailed", "BlockingSource", "Box", "Cadence",
    "CodecParameters", "CommandSpec", "ConfigInvalid", "ConfigSpec", "Decode", "Decoder", "Demand", "EventChange",
    "EventTypeSpec", "Frame", "FrameWants", "FrontEndSpec", "GlimpserError", "HubContext", "Lazy", "MediaFile",
    "MetricSpec", "ModelsSpec", "NotReady", "Observation", "Packet", "PanelSpec", "PermissionSpec", "PluginConfig",
    "PluginManifest", "ProbeResult", "Reason", "Region", "RouteSpec", "RouterSpec", "SearchHit", "SearchQuestion",
    "SearchSpec", "SecretStr", "Sink", "SinkSpec",
    "SourceSpec", "StreamEnded", "StreamInfo", "Unsupported", "WorkerContext", "hookimpl", "hookspec", "is_id",
    "lazy", "new_id",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        import importlib

        return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
